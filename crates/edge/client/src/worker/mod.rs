//! What a worker asks of the server and of the broker, over HTTP. Nothing here is trusted: the worker checks every
//! answer against statements it verifies itself.

mod broker;
mod server;

use std::time::Duration;

use cloister_api::Problem;

pub use broker::BrokerApi;
pub use server::WorkerApi;

/// Why a call did not give its answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The peer refused, with a check's name where it has one.
    #[error("refused by `{check}`: {reason}")]
    Refused {
        /// The check.
        check: String,
        /// Why.
        reason: String,
    },
    /// The lease is over, or the thing is in another state: going on is useless.
    #[error("no longer ours: {0}")]
    Lost(String),
    /// Trying again later may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The peer answered something that is not its protocol.
    #[error("unexpected answer: {0}")]
    Protocol(String),
}

/// An HTTP client for services on the same host or network: no proxy, no redirects, bounded times.
pub fn http(timeout: Duration) -> Result<reqwest::Client, CallError> {
    crate::tls::install();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .pool_idle_timeout(crate::http::IDLE)
        .timeout(timeout)
        .build()
        .map_err(|e| CallError::Unavailable(e.to_string()))
}

/// Sends and sorts the outcome: a success's response, or why there is none.
async fn send(request: reqwest::RequestBuilder) -> Result<reqwest::Response, CallError> {
    let response = request.send().await.map_err(|e| CallError::Unavailable(without_url(e)))?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    Err(sort(status, &text))
}

fn without_url(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Both peers answer problems: the server RFC 9457, the broker `{check, reason}`.
fn sort(status: u16, text: &str) -> CallError {
    #[derive(serde::Deserialize)]
    struct BrokerProblem {
        check: Option<String>,
        reason: String,
    }
    let (check, reason) = if let Ok(problem) = serde_json::from_str::<BrokerProblem>(text) {
        (problem.check, problem.reason)
    } else if let Ok(problem) = serde_json::from_str::<Problem>(text) {
        (problem.check.clone(), problem.detail.unwrap_or(problem.title))
    } else {
        (None, format!("status {status}"))
    };
    match (status, check) {
        // A server that names what fails it (its disk, its database) refuses nothing.
        (500.., Some(check)) => CallError::Unavailable(format!("{check}: {reason}")),
        (_, Some(check)) => CallError::Refused { check, reason },
        (401 | 403, None) => CallError::Refused { check: "permission".into(), reason },
        (404 | 409 | 410, None) => CallError::Lost(reason),
        (408 | 429 | 500.., None) => CallError::Unavailable(reason),
        (_, None) => CallError::Protocol(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_check_is_a_refusal() {
        let text = r#"{"check":"measurement","reason":"not accepted"}"#;
        assert!(matches!(sort(403, text), CallError::Refused { check, .. } if check == "measurement"));
        assert!(matches!(sort(409, text), CallError::Refused { check, .. } if check == "measurement"));
    }

    #[test]
    fn a_server_that_names_what_fails_it_is_asked_again() {
        let text = r#"{"type":"https://cloister.dev/problems/unavailable","title":"x","status":503,"check":"disk_space"}"#;
        assert!(matches!(sort(503, text), CallError::Unavailable(reason) if reason.contains("disk_space")));
    }

    #[test]
    fn a_conflict_without_a_check_means_the_lease_is_lost() {
        let text = r#"{"type":"https://cloister.dev/problems/conflict","title":"conflict","status":409}"#;
        assert!(matches!(sort(409, text), CallError::Lost(_)));
        assert!(matches!(sort(503, ""), CallError::Unavailable(_)));
        assert!(matches!(sort(400, ""), CallError::Protocol(_)));
    }
}
