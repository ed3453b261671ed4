//! The workspace's HTTP client, lent to `openidconnect`: one TLS stack, no redirects, bounded answers.

use std::time::Duration;

use axum::http;

/// The largest answer of a provider.
const MOST: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum LentError {
    /// The network, TLS, or the other side.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// An answer that cannot be passed on.
    #[error("{0}")]
    Answer(#[from] http::Error),
    /// More than a provider has to say.
    #[error("an answer of more than {MOST} bytes")]
    TooLarge,
}

/// The client; a redirect is an answer that is not the one asked for.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // The composition root has done it already, but for tests of a part.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .user_agent(concat!("cloister/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// One request.
pub(super) async fn carry(
    client: reqwest::Client,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, LentError> {
    let mut response = client.execute(request.try_into()?).await?;
    let mut answer = http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MOST {
            return Err(LentError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(answer.body(body)?)
}
