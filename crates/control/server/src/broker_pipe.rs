//! The pipe to the broker over HTTP.

use async_trait::async_trait;
use cloister_app::{BrokerPipe, PipeError};
use serde_json::Value;

/// The broker at a URL.
pub struct HttpBroker {
    client: reqwest::Client,
    base: String,
}

impl HttpBroker {
    /// A pipe to the broker at `base`.
    pub fn new(base: &str) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20)).build()?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned() })
    }

    async fn answer(request: reqwest::RequestBuilder) -> Result<Value, PipeError> {
        let gone = |e: reqwest::Error| PipeError::Unavailable(e.without_url().to_string());
        let response = request.send().await.map_err(gone)?;
        let status = response.status().as_u16();
        let body: Value = response.json().await.map_err(gone)?;
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let reason = text("reason").unwrap_or_else(|| format!("the broker answered {status}"));
        match status {
            200..=299 => Ok(body),
            403 => Err(PipeError::Refused { check: text("check"), reason }),
            409 => Err(PipeError::Conflict { check: text("check"), reason }),
            400 | 413 | 422 => Err(PipeError::Malformed(reason)),
            404 => Err(PipeError::Absent(reason)),
            _other => Err(PipeError::Unavailable(reason)),
        }
    }
}

#[async_trait]
impl BrokerPipe for HttpBroker {
    async fn get(&self, path: &str) -> Result<Value, PipeError> {
        Self::answer(self.client.get(format!("{}{path}", self.base))).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, PipeError> {
        Self::answer(self.client.post(format!("{}{path}", self.base)).json(&body)).await
    }
}
