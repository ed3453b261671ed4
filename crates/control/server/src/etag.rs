//! Strong entity tags, and `If-Match` on what several people edit.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Failure;

/// A JSON answer with its tag.
pub(crate) struct Tagged<T> {
    shown: T,
    tag: String,
}

/// The tag of what is shown.
fn tag(shown: &impl Serialize) -> Result<String, Failure> {
    let bytes = serde_json::to_vec(shown).map_err(cloister_app::AppError::internal)?;
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    Ok(format!("\"{}\"", hex::encode(&digest[..16])))
}

impl<T: Serialize> Tagged<T> {
    /// With the tag of its bytes.
    pub(crate) fn new(shown: T) -> Result<Self, Failure> {
        Ok(Self { tag: tag(&shown)?, shown })
    }

    /// With the tag of that part of it which acts change.
    pub(crate) fn by(part: &impl Serialize, shown: T) -> Result<Self, Failure> {
        Ok(Self { tag: tag(part)?, shown })
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.shown).into_response();
        if let Ok(value) = HeaderValue::from_str(&self.tag) {
            response.headers_mut().insert(header::ETAG, value);
        }
        response
    }
}

/// Which version the caller saw: `If-Match` is required where this is an argument.
pub(crate) struct IfMatch(Vec<String>);

impl IfMatch {
    fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut tags = Vec::new();
        for value in headers.get_all(header::IF_MATCH) {
            let text = value.to_str().map_err(|_| Failure::new(400, "invalid", "`If-Match` is not text"))?;
            for tag in text.split(',').map(str::trim) {
                let quoted = tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"');
                if tag != "*" && !quoted {
                    let text = "`If-Match` takes strong entity tags in double quotes, or `*`";
                    return Err(Failure::new(400, "invalid", text));
                }
                tags.push(tag.to_owned());
            }
        }
        if tags.is_empty() {
            let text = "send `If-Match` with the `ETag` of the version you change, or `*` for any";
            return Err(Failure::new(428, "precondition-required", text));
        }
        Ok(Self(tags))
    }

    /// Refuses unless what is there now is what the caller saw.
    pub(crate) fn check(&self, now: &impl Serialize) -> Result<(), Failure> {
        let now = tag(now)?;
        if self.0.iter().any(|seen| seen == "*" || *seen == now) {
            Ok(())
        } else {
            let text = "it was changed after you read it; read it again and repeat the change";
            Err(Failure::new(412, "precondition-failed", text))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        Self::of(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_str(text).unwrap())])
    }

    #[test]
    fn only_the_version_that_was_seen_may_be_changed() {
        let seen = tag(&"a").unwrap();
        assert!(IfMatch::of(&headers(&format!("\"x\", {seen}"))).unwrap().check(&"a").is_ok());
        assert!(IfMatch::of(&headers("*")).unwrap().check(&"b").is_ok());
        let stale = IfMatch::of(&headers(&seen)).unwrap().check(&"b").unwrap_err();
        assert_eq!(stale.0.status, 412);
        assert_eq!(IfMatch::of(&HeaderMap::new()).err().unwrap().0.status, 428);
        for bad in ["abc", "W/\"abc\"", "\"", ""] {
            assert_eq!(IfMatch::of(&headers(bad)).err().unwrap().0.status, 400, "{bad}");
        }
    }
}
