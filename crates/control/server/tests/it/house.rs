//! A server in a temporary folder, with people of two organisations.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use cloister_app::{
    App, BrokerPipe, PasswordCost, PipeError, SigningKey,
    log::Log,
    people::{
        administration::{HostOperator, Wanted},
        secrets,
    },
};
use cloister_model::{Role, Roles};
use cloister_server::{
    Parts, Shared,
    ambient::{SystemClock, SystemRng},
    layers::limits::Limits,
    refusals::Refusals,
    routes,
};
use cloister_store::{Store, objects::Objects};
use cloister_testkit::Database;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A broker that is not there.
struct Gone;

#[async_trait]
impl BrokerPipe for Gone {
    async fn get(&self, _path: &str) -> Result<Value, PipeError> {
        Err(PipeError::Unavailable("scripted".into()))
    }
    async fn post(&self, _path: &str, _body: Value) -> Result<Value, PipeError> {
        Err(PipeError::Unavailable("scripted".into()))
    }
}

pub(crate) struct House {
    pub(crate) app: Arc<App>,
    router: Router,
    _folder: tempfile::TempDir,
    _database: Database,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::limited(0, 0).await
    }

    /// With rate limits, per address and per credential.
    pub(crate) async fn limited(per_address: u32, per_credential: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::of_this_run();
        let store = Store::open(&database.url_in(folder.path())).await.unwrap();
        let log = Log::open(store.clone(), folder.path().join("log"), "test.example/log".into(), [3; 32])
            .await
            .unwrap();
        let app = Arc::new(App {
            objects: Objects::open(folder.path()).await.unwrap(),
            store,
            broker: Arc::new(Gone),
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            log: Arc::new(log),
            vouching: SigningKey::from_seed(&[4; 32]),
            passwords: PasswordCost::MINIMUM,
            relying_party: cloister_app::people::passkeys::RelyingParty::of("https://house.example"),
            sealing: cloister_app::sealed::SealingKey::new([6; 32]),
            judged: cloister_app::work::room::Rooms::default(),
            courier: Arc::new(cloister_server::courier::HttpCourier::new(true).unwrap()),
            mailer: None,
            outgoing: tokio::sync::Notify::new(),
            feed: cloister_app::events::Feed::default(),
            work: tokio::sync::Notify::new(),
        });
        let shared = Shared::new(Parts {
            patience: cloister_server::listen::Patience::default(),
            app: app.clone(),
            worker_token: secrets::hash("worker").into(),
            limits: Arc::new(Limits::new(per_address, per_credential)),
            cursor_key: aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[5; 32]),
            security_contact: Some("mailto:security@house.example".into()),
            refusals: Arc::new(Refusals::new(&SystemRng)),
            providers: Arc::new(cloister_server::oidc::Providers::new(true).unwrap()),
            public_url: "https://house.example".into(),
            streams: Arc::new(cloister_server::streams::Streams::new(100, 3)),
            draining: tokio::sync::watch::channel(false).1,
            tls: true,
            simulated: true,
        });
        Self { app, router: routes::router(shared), _folder: folder, _database: database }
    }

    fn operator(&self) -> HostOperator<'_> {
        HostOperator {
            store: &self.app.store,
            clock: &SystemClock,
            rng: &SystemRng,
            passwords: PasswordCost::MINIMUM,
        }
    }

    pub(crate) async fn org(&self, name: &str) {
        self.operator().add_organisation(name.parse().unwrap()).await.unwrap();
    }

    /// Adds a user; gives id and session token.
    pub(crate) async fn user(&self, email: &str, org: &str, roles: &[Role]) -> (String, String) {
        let wanted = Wanted {
            email: email.parse().unwrap(),
            org: org.parse().unwrap(),
            password: Some(PASSWORD.into()),
            roles: Roles(roles.iter().copied().collect()),
        };
        let (user, _) = self.operator().add_user(wanted).await.unwrap();
        let done = self.app.sign_in(&email.parse().unwrap(), PASSWORD.into()).await.unwrap();
        (user.id.to_string(), done.token)
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path).header("if-match", "*");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        if response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return (status, json!(null));
        }
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(json!(null)))
    }

    /// One request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A workspace of one member, as a row: its statements are of no concern to the endpoints that read it.
    pub(crate) async fn rows(&self, sql: &str) {
        let tx = self.app.store.write().await.unwrap();
        tx.exec(sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The text that a `GET` gives.
    pub(crate) async fn text(&self, path: &str, token: &str) -> String {
        let request = Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}
