//! The one table from errors to problems (RFC 9457).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use cloister_api::Problem;
use cloister_app::AppError;
use cloister_authz::Reason;

use crate::scim::{self, error::ScimType};

/// A problem as an answer.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Box<Problem>, Option<u64>);

fn title(slug: &str) -> &'static str {
    match slug {
        "invalid" => "The request is malformed",
        "unauthenticated" => "Sign in first",
        "expired" => "Sign in again",
        "refused" => "Refused",
        "not-found" => "Not found",
        "conflict" => "Conflict",
        "too-large" => "Too large",
        "too-slow" => "Too slow",
        "unsupported-encoding" => "Not in this form",
        "invalid-state" => "Not possible in this state",
        "unprocessable" => "It cannot be done as asked",
        "idempotency-key-reused" => "The key came with another body",
        "in-progress" => "In progress",
        "answer-lost" => "Carried out, answer lost",
        "precondition-required" => "Say which version you change",
        "precondition-failed" => "Changed in the meantime",
        "rate-limited" => "Too many requests",
        "unavailable" => "Unavailable",
        _internal => "Internal error",
    }
}

impl Failure {
    /// Tells when to come again.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.1 = Some(seconds);
        self
    }

    /// When to come again.
    #[cfg(test)]
    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        self.1
    }

    pub(crate) fn new(status: u16, slug: &str, detail: impl Into<String>) -> Self {
        Self(
            Box::new(Problem {
                kind: format!("{}{slug}", Problem::BASE),
                title: title(slug).into(),
                status,
                detail: Some(detail.into()),
                check: None,
                request_id: None,
            }),
            None,
        )
    }

    pub(crate) fn checked(mut self, check: impl Into<String>) -> Self {
        self.0.check = Some(check.into());
        self
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let (text, failing) = (error.to_string(), error.failing());
        match error {
            AppError::Denied(denied) => match denied.reason {
                Reason::Unauthenticated => {
                    Self::new(401, "unauthenticated", "no valid session or token came with the request")
                }
                Reason::Scope => {
                    Self::new(403, "refused", "the token's scopes do not allow this").checked("scope")
                }
                Reason::Permission | Reason::Engine if !denied.known => {
                    Self::new(404, "not-found", "there is no such thing, or it is unknown to you")
                }
                Reason::Permission | Reason::Engine => Self::new(403, "refused", text).checked("permission"),
            },
            AppError::Unauthenticated(_) => Self::new(401, "unauthenticated", text),
            AppError::Expired(_) => Self::new(401, "expired", text),
            AppError::Absent(_) => Self::new(404, "not-found", text),
            AppError::Invalid(_) => Self::new(400, "invalid", text),
            AppError::Unprocessable(_) => Self::new(422, "unprocessable", text),
            AppError::Conflict(_) => Self::new(409, "conflict", text),
            AppError::State(_) => Self::new(409, "invalid-state", text),
            AppError::Refused { check, .. } => Self::new(403, "refused", text).checked(check),
            AppError::Stale(_) => Self::new(412, "precondition-failed", text),
            AppError::Throttled => Self::new(429, "rate-limited", text).retry_after(300),
            AppError::Disk(_) => {
                tracing::error!(cause = text, "unavailable");
                Self::new(503, "unavailable", text).checked(failing.unwrap_or("disk")).retry_after(5)
            }
            AppError::Database(_) => {
                tracing::warn!(cause = text, "unavailable");
                let text = "the database does not answer; try again";
                Self::new(503, "unavailable", text).checked(failing.unwrap_or("database")).retry_after(2)
            }
            AppError::Unavailable(_) => {
                tracing::warn!(cause = text, "unavailable");
                Self::new(503, "unavailable", text).retry_after(2)
            }
            AppError::Internal(_) => {
                tracing::error!(cause = text, "failed");
                Self::new(500, "internal", "the server failed; its log says why under this request id")
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&*self.0)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = self.1 {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(ProblemBody(self.0));
        response
    }
}

/// Rides on the response so that the request id can be put into the body.
#[derive(Clone)]
pub(crate) struct ProblemBody(pub(crate) Box<Problem>);

/// Puts the request's id into a problem.
pub(crate) async fn with_request_id(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let scim = request
        .uri()
        .path()
        .strip_prefix(scim::ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<ProblemBody>();
    if let Some(ProblemBody(mut problem)) = problem {
        problem.request_id = id;
        let bytes = if scim {
            let kind = HeaderValue::from_static(scim::MEDIA);
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            let word = response.extensions_mut().remove::<ScimType>();
            serde_json::to_vec(&scim::error::body(&problem, word)).unwrap_or_default()
        } else {
            serde_json::to_vec(&*problem).unwrap_or_default()
        };
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = bytes.into();
    }
    response
}
