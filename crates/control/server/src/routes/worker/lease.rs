//! `POST /worker/leases`.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use cloister_api::worker::{Lease, LeaseRequest};
use cloister_app::work::worker::Asker;

use super::shown;
use crate::{Shared, body::Body, caller::WorkerCaller, problem::Failure};

#[utoipa::path(post, path = "/worker/leases", request_body = LeaseRequest,
    responses((status = 200, body = Lease), (status = 204, description = "no work came")))]
pub(in crate::routes) async fn lease(
    State(shared): State<Shared>,
    WorkerCaller(actor): WorkerCaller,
    Body(body): Body<LeaseRequest>,
) -> Result<Response, Failure> {
    let asker = Asker::new(body.name.as_deref(), body.simulated, body.measurement.as_deref())?;
    Ok(match shared.app.lease_run(&actor, &asker, body.wait_seconds).await? {
        Some(leased) => Json(shown(leased)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
