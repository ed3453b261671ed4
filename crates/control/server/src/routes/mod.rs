//! All endpoints; each handler decodes, calls, encodes.

mod audit;
mod auth;
mod bytes;
mod certificates;
mod datasets;
mod events;
mod health;
mod jobs;
mod key_backups;
mod notices;
mod operations;
mod passkeys;
mod people;
mod problems;
mod runs;
mod scim;
mod security;
mod sign_in;
mod surface;
mod uploads;
mod users;
mod webhooks;
mod worker;
mod workers;
mod workspaces;

use std::{sync::LazyLock, time::Duration};

use ::bytes::Bytes;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{
    Shared,
    layers::{idempotency, limits, manners, retiring, trace, whole},
    problem::{Failure, with_request_id},
};

/// The largest body of most endpoints.
pub(crate) const MAX_BODY: usize = 4 << 20;
/// The largest sealed output a worker may put.
const MAX_OUTPUT: usize = 512 << 20;
const TIMEOUT: Duration = Duration::from_secs(60);

/// The API under `/api/v1`, with its description.
pub fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(people::set_up::set_up))
        .routes(routes!(people::sign_in::sign_in, people::sessions::sessions))
        .routes(routes!(people::end_session::end_session))
        .routes(routes!(people::set_password::set_password))
        .routes(routes!(people::me::me))
        .routes(routes!(key_backups::list::list))
        .routes(routes!(key_backups::store::store))
        .routes(routes!(people::create_token::create_token, people::tokens::tokens))
        .routes(routes!(people::end_token::end_token))
        .routes(routes!(passkeys::list::list, passkeys::add::add))
        .routes(routes!(passkeys::begin::begin))
        .routes(routes!(passkeys::rename::rename, passkeys::remove::remove))
        .routes(routes!(passkeys::begin_sign_in::begin_sign_in))
        .routes(routes!(passkeys::sign_in::sign_in))
        .routes(routes!(users::list::list, users::add::add))
        .routes(routes!(users::set_roles::set_roles))
        .routes(routes!(users::disable::disable))
        .routes(routes!(users::enable::enable))
        .routes(routes!(users::end_password::end_password))
        .routes(routes!(users::invite_again::invite_again, users::withdraw_invitation::withdraw_invitation))
        .routes(routes!(sign_in::settings::settings))
        .routes(routes!(sign_in::names::names, sign_in::set_provider::set_provider))
        .routes(routes!(sign_in::remove_provider::remove_provider))
        .routes(routes!(sign_in::test_provider::test_provider))
        .routes(routes!(sign_in::set_local::set_local))
        .routes(routes!(sign_in::scim_tokens::scim_tokens, sign_in::make_scim_token::make_scim_token))
        .routes(routes!(sign_in::end_scim::end_scim))
        .routes(routes!(certificates::broker::broker))
        .routes(routes!(certificates::evidence::evidence))
        .routes(routes!(certificates::request::request, certificates::find::find))
        .routes(routes!(certificates::show::show))
        .routes(routes!(certificates::revoke::revoke))
        .routes(routes!(certificates::recover::recover))
        .routes(routes!(events::events))
        .routes(routes!(notices::list::list))
        .routes(routes!(notices::unread::unread))
        .routes(routes!(notices::read_all::read_all))
        .routes(routes!(notices::read_one::read_one))
        .routes(routes!(notices::settings::settings, notices::mute::mute))
        .routes(routes!(webhooks::list::list, webhooks::add::add))
        .routes(routes!(webhooks::change::change, webhooks::remove::remove))
        .routes(routes!(webhooks::rotate::rotate))
        .routes(routes!(webhooks::test::test))
        .routes(routes!(webhooks::deliveries::deliveries))
        .routes(routes!(audit::list::list))
        .routes(routes!(audit::export::export))
        .routes(routes!(audit::info::info))
        .routes(routes!(audit::checkpoint::checkpoint))
        .routes(routes!(audit::tile::tile))
        .merge(work())
        .merge(errands())
}

/// Workspaces, datasets, jobs, runs.
fn work() -> OpenApiRouter<Shared> {
    let large = DefaultBodyLimit::max(cloister_app::work::uploads::MAX_PART + 1);
    OpenApiRouter::new()
        .routes(routes!(workspaces::create::create, workspaces::list::list))
        .routes(routes!(workspaces::show::show, workspaces::describe::describe))
        .routes(routes!(workspaces::all_statements::all_statements))
        .routes(routes!(workspaces::accept::accept))
        .routes(routes!(workspaces::decline::decline))
        .routes(routes!(workspaces::amend::amend))
        .routes(routes!(workspaces::suspend::suspend))
        .routes(routes!(workspaces::archive::archive))
        .routes(routes!(workspaces::propose::propose, workspaces::proposals::proposals))
        .routes(routes!(workspaces::dismiss::dismiss))
        .routes(routes!(workspaces::resend::resend))
        .routes(routes!(uploads::begin::begin))
        .routes(routes!(uploads::show::show))
        .routes(routes!(uploads::part::part).layer(large))
        .routes(routes!(uploads::finish::finish))
        .routes(routes!(datasets::add::add, datasets::list::list))
        .routes(routes!(datasets::show::show))
        .routes(routes!(datasets::of_workspace::of_workspace))
        .routes(routes!(datasets::supersede::supersede))
        .routes(routes!(datasets::delete::delete))
        .routes(routes!(datasets::share_to::share_to))
        .routes(routes!(datasets::revoke::revoke))
        .routes(routes!(datasets::reseal::reseal))
        .routes(routes!(datasets::download::download))
        .routes(routes!(jobs::create::create, jobs::of_workspace::of_workspace))
        .routes(routes!(jobs::list::list))
        .routes(routes!(jobs::show::show, jobs::change::change, jobs::delete::delete))
        .routes(routes!(jobs::submit::submit, jobs::specs::specs))
        .routes(routes!(jobs::review_it::review_it))
        .routes(routes!(jobs::withdraw::withdraw))
        .routes(routes!(jobs::test::test))
        .routes(routes!(jobs::run::run, jobs::runs::runs))
        .routes(routes!(runs::list::list))
        .routes(routes!(runs::of_workspace::of_workspace))
        .routes(routes!(runs::show::show))
        .routes(routes!(runs::cancel::cancel))
        .routes(routes!(runs::output::output))
        .routes(routes!(runs::all_statements::all_statements))
        .routes(routes!(runs::bundle::bundle))
        .routes(routes!(workers::list))
}

/// What workers ask.
fn errands() -> OpenApiRouter<Shared> {
    let large = DefaultBodyLimit::max(cloister_app::work::uploads::MAX_PART + 1);
    OpenApiRouter::new()
        .routes(routes!(worker::lease::lease))
        .routes(routes!(worker::progress::progress))
        .routes(routes!(worker::release::release))
        .routes(routes!(worker::ciphertext::ciphertext))
        .routes(routes!(worker::output::output).layer(DefaultBodyLimit::max(MAX_OUTPUT)))
        .routes(routes!(worker::output_part::output_part).layer(large))
        .routes(routes!(worker::finish_output::finish_output))
        .routes(routes!(worker::finish::finish))
}

/// The `OpenAPI` document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = OpenApiRouter::<Shared>::new().nest("/api/v1", api()).into_openapi();
    problems::of_each(&mut document);
    // No answer is one: it is the text in a message of the stream.
    let event = <cloister_api::events::Event as utoipa::PartialSchema>::schema();
    document.components.get_or_insert_default().schemas.insert("Event".into(), event);
    surface::of_each(&mut document);
    operations::named(&mut document);
    document.info.title = "Cloister".into();
    document.info.version = env!("CARGO_PKG_VERSION").into();
    document
}

/// What `/scim/v2` has, for whoever holds it to the permission matrix.
pub fn scim_endpoints() -> utoipa::openapi::OpenApi {
    OpenApiRouter::<Shared>::new().nest(crate::scim::ROOT, scim::endpoints()).into_openapi()
}

/// The document's text. It is made once: making it costs a thousand times what an answer costs, and anybody may ask.
static DESCRIBED: LazyLock<Result<Bytes, serde_json::Error>> =
    LazyLock::new(|| serde_json::to_vec(&openapi()).map(Bytes::from));

async fn described() -> Result<Response, Failure> {
    let text = DESCRIBED.as_ref().map_err(cloister_app::AppError::internal)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text.clone()).into_response())
}

#[derive(Clone)]
struct Ids;

impl MakeRequestId for Ids {
    fn make_request_id<B>(&mut self, _request: &axum::http::Request<B>) -> Option<RequestId> {
        let id = cloister_model::ambient::uuid_v7(&crate::ambient::SystemClock, &crate::ambient::SystemRng);
        HeaderValue::from_str(&id.to_string()).ok().map(RequestId::new)
    }
}

/// Browsers that came by TLS once never come without.
async fn strict_transport(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if shared.tls {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Everything that is served.
pub fn router(shared: Shared) -> Router {
    let id = HeaderName::from_static("x-request-id");
    let all = OpenApiRouter::new().nest("/api/v1", api()).nest(crate::scim::ROOT, scim::endpoints());
    let (api, _) = all.split_for_parts();
    // A body that comes late is told so before the request's own time is over.
    let timeout = TIMEOUT.max(shared.patience.body + TIMEOUT / 4);
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    api.route("/api/v1/openapi.json", axum::routing::get(described))
        .route("/healthz", axum::routing::get(health::alive))
        .route("/readyz", axum::routing::get(health::ready))
        .merge(auth::routes())
        .route("/.well-known/security.txt", axum::routing::get(security::security))
        .route_layer(middleware::from_fn(crate::metrics::measure))
        .route_layer(middleware::from_fn(retiring::retire))
        .fallback(crate::console::serve)
        .method_not_allowed_fallback(|| async {
            Failure::new(405, "invalid", "the endpoint has no such method")
        })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(shared.clone(), idempotency::once))
        .layer(middleware::from_fn_with_state(shared.clone(), manners::mind))
        .layer(middleware::from_fn_with_state(shared.clone(), limits::limit))
        .layer(middleware::from_fn_with_state(shared.clone(), crate::refusals::count))
        .layer(middleware::from_fn(whole::whole))
        .layer(middleware::from_fn(with_request_id))
        .layer(PropagateRequestIdLayer::new(id.clone()))
        .layer(TraceLayer::new_for_http())
        .layer(middleware::from_fn(trace::trace))
        .layer(SetRequestIdLayer::new(id, Ids))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(middleware::from_fn_with_state(shared.clone(), strict_transport))
        .with_state(shared)
}
