//! Strict JSON bodies: what cannot be read is a problem that says where.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::request::Parts,
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    layers::manners::{Late, is_late},
    problem::Failure,
};

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        if has_nul(&bytes) {
            let text = "text may not contain the character U+0000";
            return Err(Failure::new(422, "unprocessable", text));
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body)),
            Err(e) if e.is_data() => Err(Failure::new(422, "unprocessable", e.to_string())),
            Err(e) => Err(Failure::new(400, "invalid", format!("the body is not JSON: {e}"))),
        }
    }
}

/// Whether a string or name in the document has U+0000, which JSON writes in one way only.
fn has_nul(bytes: &[u8]) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(within),
            Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || within(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    // A backslash may be escaped itself, so that only a document that could have one is looked at whole.
    bytes.windows(6).any(|six| six == br"\u0000")
        && serde_json::from_slice(bytes).is_ok_and(|value: Value| within(&value))
}

/// Bytes as they are.
pub(crate) struct Raw(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| unread(&rejection))
    }
}

/// What the query of a URL asks; what cannot be read is a problem that says what.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(Failure::new(400, "invalid", rejection.body_text())),
        }
    }
}

fn unread(rejection: &BytesRejection) -> Failure {
    if is_late(rejection) {
        Failure::new(408, "too-slow", Late.to_string())
    } else if rejection.status().as_u16() == 413 {
        Failure::new(413, "too-large", "the body is larger than this endpoint takes")
    } else {
        Failure::new(400, "invalid", rejection.body_text())
    }
}

/// A part of the path, parsed.
pub(crate) fn place<T: std::str::FromStr>(Path(text): &Path<String>, what: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| {
        Failure::new(
            400,
            "invalid",
            format!("`{}` is not the id of a {what}", text.chars().take(80).collect::<String>()),
        )
    })
}
