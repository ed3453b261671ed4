//! The broker as the server sees it: a pipe that carries JSON and believes nothing.

use async_trait::async_trait;
use serde_json::Value;

/// Why the broker gave no answer, or refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PipeError {
    /// A check refused.
    #[error("{reason}")]
    Refused {
        /// Its name.
        check: Option<String>,
        /// Why.
        reason: String,
    },
    /// It conflicts with what the broker knows.
    #[error("{reason}")]
    Conflict {
        /// The check's name.
        check: Option<String>,
        /// Why.
        reason: String,
    },
    /// The broker could not read it.
    #[error("{0}")]
    Malformed(String),
    /// The broker does not know it.
    #[error("{0}")]
    Absent(String),
    /// No answer, or not now.
    #[error("the key broker is unavailable: {0}")]
    Unavailable(String),
}

/// Carries requests to the broker. `path` as in the broker's own API, `/v1/...`.
#[async_trait]
pub trait BrokerPipe: Send + Sync {
    /// Asks.
    async fn get(&self, path: &str) -> Result<Value, PipeError>;
    /// Tells.
    async fn post(&self, path: &str, body: Value) -> Result<Value, PipeError>;
}
