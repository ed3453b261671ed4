//! The workspace's HTTP client, lent to `openidconnect`: one TLS stack, no redirects, bounded answers.

use std::{sync::Arc, time::Duration};

use axum::http;

use crate::reach::Reach;

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
    /// An address that this provider must not make us ask.
    #[error("{0}")]
    Address(String),
    /// More than a provider has to say.
    #[error("an answer of more than {MOST} bytes")]
    TooLarge,
}

/// A client and the addresses it asks.
#[derive(Clone)]
pub(super) struct Lent {
    http: reqwest::Client,
    pub(super) reach: Reach,
}

impl Lent {
    /// A redirect is an answer that is not the one asked for. A proxy resolves names itself, out of the sight of the guard,
    /// so only a client without one takes addresses from strangers.
    pub(super) fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        // The composition root has done it already, but for tests of a part.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .user_agent(concat!("cloister/", env!("CARGO_PKG_VERSION")));
        let builder = match reach {
            Reach::Public => builder.no_proxy().dns_resolver(Arc::new(reach)),
            Reach::Anywhere => builder,
        };
        Ok(Self { http: builder.build()?, reach })
    }
}

/// One request.
pub(super) async fn carry(
    lent: Lent,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, LentError> {
    let request: reqwest::Request = request.try_into()?;
    lent.reach.admits(request.url()).map_err(LentError::Address)?;
    let mut response = lent.http.execute(request).await?;
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
