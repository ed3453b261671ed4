//! `Idempotency-Key` on `POST`.
//!
//! The same key with the same body gets the first answer again (header `Idempotent-Replayed`); with another body 422;
//! while the first is in progress 409. Answers that may be otherwise the next time (401, 408, 425, 429, 5xx) are not kept.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use cloister_app::idempotency::{Keyed, Known, MAX_KEY, within};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use super::manners::{Late, is_late};
use crate::{
    Shared,
    caller::secret_of,
    problem::{Failure, ProblemBody},
    routes::MAX_BODY,
};

const KEY: &str = "idempotency-key";

/// An answer as kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    kind: Option<String>,
    body: String,
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut found = headers.get_all(KEY).iter();
    let Some(value) = found.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let good = !text.is_empty() && text.len() <= MAX_KEY && text.bytes().all(|b| b.is_ascii_graphic());
    if good && found.next().is_none() {
        Ok(Some(text.to_owned()))
    } else {
        let text = "`Idempotency-Key` is one word of 1 to 255 visible ASCII characters, sent once";
        Err(Failure::new(400, "invalid", text))
    }
}

/// The layer.
pub(crate) async fn once(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match carried_out(&shared, request, next).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    }
}

async fn carried_out(shared: &Shared, request: Request, next: Next) -> Result<Response, Failure> {
    let key = if request.method() == Method::POST { key_of(request.headers())? } else { None };
    let Some(key) = key else { return Ok(next.run(request).await) };
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY).await.map_err(|error| {
        if is_late(&error) {
            return Failure::new(408, "too-slow", Late.to_string());
        }
        Failure::new(413, "too-large", "the body is larger than a request with a key may be")
    })?;
    let credential = secret_of(shared, &parts.headers).unwrap_or_default();
    let keyed = Keyed::new(&credential, parts.uri.path(), &key, &body);
    let begun = match shared.app.begin_request(&keyed).await? {
        Known::Fresh(begun) => begun,
        Known::OtherBody => {
            let text = "this `Idempotency-Key` came with another body before; take a new key";
            return Err(Failure::new(422, "idempotency-key-reused", text));
        }
        Known::InProgress => {
            let text = "the first request with this `Idempotency-Key` is in progress; ask again";
            return Err(Failure::new(409, "in-progress", text).retry_after(1));
        }
        Known::AnswerLost => {
            let text = "the request was carried out and its answer is lost; look at what it made";
            return Err(Failure::new(409, "answer-lost", text));
        }
        Known::Answered(status, sealed) => return replay(status, &keyed.open(&sealed)?),
    };
    let request = Request::from_parts(parts, Body::from(body));
    // On a task of its own: the answer of what was done is kept, whether or not the caller still listens.
    let shared = shared.clone();
    let work = async move {
        let response = within(begun, next.run(request)).await;
        keep(&shared, &keyed, response).await
    };
    tokio::spawn(work.in_current_span()).await.map_err(cloister_app::AppError::internal)?
}

fn passing(status: u16) -> bool {
    matches!(status, 401 | 408 | 425 | 429 | 500..)
}

async fn keep(shared: &Shared, keyed: &Keyed, response: Response) -> Result<Response, Failure> {
    let status = response.status().as_u16();
    if passing(status) {
        shared.app.end_request(keyed, None).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|e| Failure::from(cloister_app::AppError::internal(e)))?;
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let kept = Kept { kind, body: String::from_utf8_lossy(&bytes).into_owned() };
    let kept = serde_json::to_vec(&kept).map_err(cloister_app::AppError::internal)?;
    shared.app.end_request(keyed, Some((status, &kept))).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(status: u16, kept: &[u8]) -> Result<Response, Failure> {
    let kept: Kept = serde_json::from_slice(kept).map_err(cloister_app::AppError::internal)?;
    // A problem said again carries the id of the request that asked again.
    let problem = kept.kind.as_deref().filter(|kind| *kind == "application/problem+json");
    let problem = problem.and_then(|_| serde_json::from_str(&kept.body).ok());
    let mut response = Response::new(Body::from(kept.body));
    if let Some(problem) = problem {
        response.extensions_mut().insert(ProblemBody(Box::new(problem)));
    }
    *response.status_mut() = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    if let Some(kind) = kept.kind.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    Ok(response)
}
