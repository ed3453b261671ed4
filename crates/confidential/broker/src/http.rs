//! The broker's endpoints: decode, call, encode. Every body is bounded; every answer is JSON.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use cloister_api::broker::{
    Anchor, BrokerProblem, CertificateOrder, Closing, EvidenceRequest, Hello, KeysRequest, Proof, Renewal,
    Restriction,
};
use serde::de::DeserializeOwned;

use crate::{Broker, BrokerError};

/// The most bytes of a request.
const MAX_BODY: usize = 8 << 20;

impl IntoResponse for BrokerError {
    fn into_response(self) -> Response {
        let (status, check) = match &self {
            Self::Refused { check, .. } => (StatusCode::FORBIDDEN, Some(*check)),
            Self::Conflict { check, .. } => (StatusCode::CONFLICT, Some(*check)),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, None),
            Self::Absent(_) => (StatusCode::NOT_FOUND, None),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, None),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        let reason = match self {
            Self::Refused { check, reason } | Self::Conflict { check, reason } => {
                tracing::info!(check, reason, "refused");
                reason
            }
            Self::Internal(cause) => {
                tracing::error!(cause, "failed");
                "the broker failed; its own log says why".into()
            }
            Self::Malformed(reason) | Self::Absent(reason) | Self::Unavailable(reason) => reason,
        };
        (status, Json(BrokerProblem { check: check.map(Into::into), reason })).into_response()
    }
}

/// A JSON body whose rejection has the broker's shape.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => {
                let status = match &rejection {
                    JsonRejection::BytesRejection(_) => rejection.status(),
                    _ => StatusCode::BAD_REQUEST,
                };
                let problem = BrokerProblem { check: None, reason: rejection.body_text() };
                Err((status, Json(problem)).into_response())
            }
        }
    }
}

type Shared = State<Arc<Broker>>;
type Answer<T> = Result<Json<T>, BrokerError>;

/// Runs blocking work (disk, signatures) off the reactor.
async fn blocking<T: Send + 'static>(
    broker: Arc<Broker>,
    work: impl FnOnce(&Broker) -> crate::Result<T> + Send + 'static,
) -> crate::Result<T> {
    tokio::task::spawn_blocking(move || work(&broker)).await.map_err(BrokerError::internal)?
}

fn place<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, BrokerError> {
    text.parse().map_err(|_| BrokerError::Malformed(format!("not the id of a {what}")))
}

/// All endpoints.
pub fn router(broker: Arc<Broker>) -> Router {
    Router::new()
        .route("/v1/identity", get(identity))
        .route("/v1/evidence", post(evidence))
        .route("/v1/anchor", post(anchor))
        .route("/v1/certificates", post(certificates))
        .route("/v1/statements", post(statements))
        .route("/v1/sessions", post(hello))
        .route("/v1/sessions/{session}/evidence", post(proof))
        .route("/v1/sessions/{session}/record", get(record))
        .route("/v1/sessions/{session}/keys", post(keys))
        .route("/v1/runs/{run}/renew", post(renew))
        .route("/v1/runs/{run}/close", post(close))
        .route("/v1/runs/{run}/receipt", get(receipt))
        .fallback(|| async { BrokerError::Absent("there is no such endpoint".into()) })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(broker)
}

async fn identity(State(broker): Shared) -> Answer<cloister_api::broker::Identity> {
    blocking(broker, Broker::describe).await.map(Json)
}

async fn evidence(
    State(broker): Shared,
    Body(body): Body<EvidenceRequest>,
) -> Answer<cloister_api::broker::EvidenceResponse> {
    blocking(broker, move |b| b.prove(&body)).await.map(Json)
}

async fn anchor(State(broker): Shared, Body(body): Body<Anchor>) -> Answer<cloister_api::broker::Identity> {
    blocking(broker, move |b| b.anchor(&body).and_then(|()| b.describe())).await.map(Json)
}

async fn certificates(
    State(broker): Shared,
    Body(body): Body<CertificateOrder>,
) -> Answer<cloister_api::broker::CertificateIssued> {
    blocking(broker, move |b| b.certify(&body)).await.map(Json)
}

async fn statements(
    State(broker): Shared,
    Body(body): Body<Restriction>,
) -> Answer<cloister_api::broker::Acknowledged> {
    blocking(broker, move |b| b.acknowledge(&body)).await.map(Json)
}

async fn hello(State(broker): Shared, Body(body): Body<Hello>) -> Answer<cloister_api::broker::Challenged> {
    blocking(broker, move |b| b.challenge(&body)).await.map(Json)
}

async fn proof(
    State(broker): Shared,
    Path(session): Path<String>,
    Body(body): Body<Proof>,
) -> Answer<cloister_api::broker::Released> {
    let session = place(&session, "session")?;
    blocking(broker, move |b| b.release(session, &body)).await.map(Json)
}

async fn record(
    State(broker): Shared,
    Path(session): Path<String>,
) -> Answer<cloister_api::broker::Released> {
    let session = place(&session, "session")?;
    blocking(broker, move |b| b.record(session)).await.map(Json)
}

async fn keys(
    State(broker): Shared,
    Path(session): Path<String>,
    Body(body): Body<KeysRequest>,
) -> Answer<cloister_api::broker::Keys> {
    let session = place(&session, "session")?;
    blocking(broker, move |b| b.keys(session, &body)).await.map(Json)
}

async fn renew(
    State(broker): Shared,
    Path(run): Path<String>,
    Body(body): Body<Renewal>,
) -> Result<StatusCode, BrokerError> {
    let run = place(&run, "run")?;
    blocking(broker, move |b| b.renew(run, &body)).await.map(|()| StatusCode::NO_CONTENT)
}

async fn close(State(broker): Shared, Path(run): Path<String>, Body(body): Body<Closing>) -> Answer<Closing> {
    let run = place(&run, "run")?;
    blocking(broker, move |b| b.close(run, &body)).await.map(Json)
}

async fn receipt(State(broker): Shared, Path(run): Path<String>) -> Answer<Closing> {
    let run = place(&run, "run")?;
    blocking(broker, move |b| b.receipt(run)).await.map(Json)
}
