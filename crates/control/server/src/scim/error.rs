//! Errors as SCIM has them (RFC 7644 section 3.12); the check that refused stands beside.

use axum::response::{IntoResponse, Response};
use cloister_api::Problem;
use cloister_app::AppError;
use serde_json::{Value, json};

use crate::problem::Failure;

/// A failure with SCIM's word for it.
#[derive(Debug)]
pub(crate) struct ScimFailure(Failure, Option<&'static str>);

/// Rides on the response until its body is written.
#[derive(Clone, Copy)]
pub(crate) struct ScimType(pub(crate) &'static str);

impl ScimFailure {
    /// 400 with one of the words of RFC 7644 table 9.
    pub(crate) fn bad(word: &'static str, detail: impl Into<String>) -> Self {
        Self(Failure::new(400, "invalid", detail), Some(word))
    }

    /// SCIM's word.
    #[cfg(test)]
    pub(crate) fn word(&self) -> Option<&'static str> {
        self.1
    }
}

impl From<Failure> for ScimFailure {
    fn from(failure: Failure) -> Self {
        Self(failure, None)
    }
}

impl From<AppError> for ScimFailure {
    fn from(error: AppError) -> Self {
        match &error {
            AppError::Invalid(text) | AppError::Unprocessable(text) => {
                Self::bad("invalidValue", text.clone())
            }
            AppError::Conflict(_) => Self(error.into(), Some("uniqueness")),
            AppError::Denied(_)
            | AppError::Unauthenticated(_)
            | AppError::Expired(_)
            | AppError::Absent(_)
            | AppError::Stale(_)
            | AppError::State(_)
            | AppError::Refused { .. }
            | AppError::Throttled
            | AppError::Unavailable(_)
            | AppError::Disk(_)
            | AppError::Database(_)
            | AppError::Internal(_) => Self(error.into(), None),
        }
    }
}

impl IntoResponse for ScimFailure {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if let Some(word) = self.1 {
            response.extensions_mut().insert(ScimType(word));
        }
        response
    }
}

/// A problem as SCIM says it.
pub(crate) fn body(problem: &Problem, word: Option<ScimType>) -> Value {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": problem.status.to_string(),
        "detail": problem.detail.as_deref().unwrap_or(&problem.title),
    });
    if let Some(ScimType(word)) = word {
        body["scimType"] = word.into();
    }
    if let Some(check) = &problem.check {
        body["check"] = check.as_str().into();
    }
    body
}
