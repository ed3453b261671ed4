//! HTTP: one request, one typed answer or one [`ClientError`].

use std::time::Duration;

use cloister_api::{Page, Problem};
use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{self, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::ClientError;

/// How long a connection is kept for the next request: shorter than the server keeps it, so that no request meets its end.
pub(crate) const IDLE: Duration = Duration::from_secs(20);
/// The most bytes of a JSON answer.
const MAX_ANSWER: usize = 96 << 20;

/// The server's REST API.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    root: String,
    base: String,
    token: Option<String>,
}

/// An answer with the status that told "done" from "stored, not in force yet".
#[derive(Debug)]
pub struct Answer<T> {
    /// Whether the server answered 202.
    pub waiting: bool,
    /// The body.
    pub value: T,
}

impl Api {
    /// For the server at `base` (`http://host:port` or `https://...`), with a session's or personal token.
    pub fn new(base: &str, token: Option<&str>) -> Result<Self, ClientError> {
        crate::tls::install();
        let url = reqwest::Url::parse(base)
            .map_err(|e| ClientError::Input(format!("`{base}` is not a server address: {e}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ClientError::Input(format!("`{base}` is not an http or https address")));
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .pool_idle_timeout(IDLE)
            .read_timeout(Duration::from_mins(1))
            .user_agent(concat!("cloister/", env!("CARGO_PKG_VERSION")));
        if url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]")) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|e| ClientError::Unreachable(reason(e)))?;
        let root = base.trim_end_matches('/').to_owned();
        let base = format!("{root}/api/v1");
        Ok(Self { http, root, base, token: token.map(str::to_owned) })
    }

    /// A request to a path under `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends; anything but success is an error.
    pub async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response, ClientError> {
        let response = request.send().await.map_err(|e| ClientError::Unreachable(reason(e)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let text = bounded(response, 1 << 20).await.unwrap_or_default();
        Err(problem(status, &text))
    }

    /// Sends and reads the answer.
    pub async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Answer<T>, ClientError> {
        let response = self.send(request).await?;
        let waiting = response.status() == StatusCode::ACCEPTED;
        let bytes = bounded(response, MAX_ANSWER).await?;
        let value = serde_json::from_slice(&bytes).map_err(|e| ClientError::Protocol(e.to_string()))?;
        Ok(Answer { waiting, value })
    }

    /// `GET`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        Ok(self.ask(self.request(Method::GET, path)).await?.value)
    }

    /// `GET`, with the entity tag that an edit of it must name.
    pub async fn get_tagged<T: DeserializeOwned>(&self, path: &str) -> Result<(T, HeaderValue), ClientError> {
        let response = self.send(self.request(Method::GET, path)).await?;
        let tag = response.headers().get(header::ETAG).cloned();
        let tag = tag.ok_or_else(|| ClientError::Protocol("an answer without an entity tag".into()))?;
        let bytes = bounded(response, MAX_ANSWER).await?;
        let value = serde_json::from_slice(&bytes).map_err(|e| ClientError::Protocol(e.to_string()))?;
        Ok((value, tag))
    }

    /// `GET` of bytes, at most `max` of them.
    pub async fn bytes(&self, path: &str, max: usize) -> Result<Vec<u8>, ClientError> {
        bounded(self.send(self.request(Method::GET, path)).await?, max).await
    }

    /// `PUT` with an answer.
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        Ok(self.ask(self.request(Method::PUT, path).json(body)).await?.value)
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, path)).await.map(|_| ())
    }

    /// `POST` with an answer.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, ClientError> {
        self.ask(self.request(Method::POST, path).json(body)).await
    }

    /// `POST`, `PUT`, `PATCH` or `DELETE` without an answer worth reading.
    pub async fn tell<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<(), ClientError> {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.send(request).await.map(|_| ())
    }

    /// `POST` of a form to a path outside the API, as OAuth has it; gives the status and the JSON of the answer.
    pub async fn form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<(StatusCode, serde_json::Value), ClientError> {
        let mut url = reqwest::Url::parse(&format!("{}{path}", self.root))
            .map_err(|e| ClientError::Input(format!("`{}` is not a server address: {e}", self.root)))?;
        let to = url.clone();
        url.query_pairs_mut().extend_pairs(fields);
        let request = self.http.post(to).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(url.query().unwrap_or_default().to_owned());
        let response = request.send().await.map_err(|e| ClientError::Unreachable(reason(e)))?;
        let status = response.status();
        let text = bounded(response, 1 << 20).await?;
        match serde_json::from_slice(&text) {
            Ok(value) => Ok((status, value)),
            Err(_) => Err(problem(status, &text)),
        }
    }

    /// Every item of a paged list.
    pub async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ClientError> {
        self.first(path, &[], usize::MAX).await
    }

    /// The first items of a paged list that match the query.
    pub async fn first<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        most: usize,
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let limit = most.saturating_sub(items.len()).clamp(1, 200);
            let mut request = self.request(Method::GET, path).query(query).query(&[("limit", limit)]);
            if let Some(cursor) = &cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let page: Page<T> = self.ask(request).await?.value;
            items.extend(page.items);
            match page.next {
                _ if items.len() >= most => {
                    items.truncate(most);
                    return Ok(items);
                }
                Some(next) if Some(&next) != cursor.as_ref() => cursor = Some(next),
                Some(_) => return Err(ClientError::Protocol("a list that never ends".into())),
                None => return Ok(items),
            }
        }
    }
}

/// Reads a body, refusing more than `max` bytes.
async fn bounded(mut response: reqwest::Response, max: usize) -> Result<Vec<u8>, ClientError> {
    let mut out = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| ClientError::Unreachable(reason(e)))? {
        if out.len() + chunk.len() > max {
            return Err(ClientError::Protocol(format!("an answer of more than {max} bytes")));
        }
        out.extend_from_slice(&chunk);
    }
    Ok(out)
}

fn problem(status: StatusCode, text: &[u8]) -> ClientError {
    if let Ok(problem) = serde_json::from_slice::<Problem>(text) {
        return ClientError::Problem(Box::new(problem));
    }
    match status.as_u16() {
        408 | 429 | 502..=504 => ClientError::Unreachable(format!("status {status}")),
        _ => ClientError::Protocol(format!("status {status} without a problem document")),
    }
}

/// What went wrong, with its causes, without the address (which may carry a token).
pub(crate) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_its_check_and_other_texts_are_sorted_by_status() {
        let text = br#"{"type":"https://cloister.dev/problems/refused","title":"refused","status":403,"check":"grant"}"#;
        assert_eq!(problem(StatusCode::FORBIDDEN, text).check(), Some("grant"));
        assert!(matches!(problem(StatusCode::BAD_GATEWAY, b"<html>"), ClientError::Unreachable(_)));
        assert!(matches!(problem(StatusCode::IM_A_TEAPOT, b""), ClientError::Protocol(_)));
    }

    #[test]
    fn only_http_addresses_are_taken() {
        for bad in ["ftp://a", "nonsense", "file:///etc/passwd"] {
            assert!(matches!(Api::new(bad, None), Err(ClientError::Input(_))), "{bad}");
        }
    }
}
