//! The way to the collector: the workspace's HTTP client and TLS, no redirects, a bounded answer.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer, at most.
const LONGEST: usize = 64 * 1024;

/// Posts to the collector on the server's runtime: the exporter has a thread of its own, without one.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    runtime: Handle,
    failing: AtomicBool,
}

impl Collector {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).build()?;
        Ok(Self { client, runtime: Handle::current(), failing: AtomicBool::new(false) })
    }

    /// Says once that the collector fails, and once that it works again.
    fn note(&self, failed: Option<&str>) {
        let before = self.failing.swap(failed.is_some(), Ordering::Relaxed);
        match (failed, before) {
            (Some(why), false) => tracing::warn!(why, "spans do not reach the collector, and are dropped"),
            (None, true) => tracing::info!("spans reach the collector again"),
            (Some(_), true) | (None, false) => {}
        }
        if failed.is_some() {
            metrics::counter!("cloister_otlp_failures_total").increment(1);
        }
    }
}

async fn exchange(client: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let mut answer = client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + part.len() > LONGEST {
            return Err("the collector's answer is too long".into());
        }
        body.extend_from_slice(&part);
    }
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    Ok(response)
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.runtime.spawn(exchange(self.client.clone(), request)).await;
        let sent = sent.map_err(HttpError::from).flatten();
        match &sent {
            Ok(response) if response.status().is_success() => self.note(None),
            Ok(response) => self.note(Some(response.status().as_str())),
            Err(error) => self.note(Some(&error.to_string())),
        }
        sent
    }
}
