//! The broker's endpoints for workers.

use std::{collections::BTreeMap, time::Duration};

use cloister_api::{
    Envelope,
    broker::{Challenged, Closing, Hello, Keys, KeysRequest, Proof, Released, Renewal},
};
use cloister_model::{Digest, RunId};
use serde::{Serialize, de::DeserializeOwned};

use super::{CallError, http, send};

/// The broker as a worker sees it.
#[derive(Clone)]
pub struct BrokerApi {
    http: reqwest::Client,
    base: String,
}

impl BrokerApi {
    /// For the broker at `base` (`http://host:port`).
    pub fn new(base: &str) -> Result<Self, CallError> {
        let http = http(Duration::from_secs(30))?;
        Ok(Self { http, base: format!("{}/v1", base.trim_end_matches('/')) })
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<reqwest::Response, CallError> {
        send(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, CallError> {
        self.post(path, body).await?.json().await.map_err(|e| CallError::Protocol(e.to_string()))
    }

    /// Says hello; the answer is the broker's signed challenge.
    pub async fn hello(&self, hello: &Hello) -> Result<Envelope, CallError> {
        Ok(self.ask::<Challenged>("/sessions", hello).await?.challenge)
    }

    /// Proves; the answer is the signed release record.
    pub async fn prove(&self, session: Digest, proof: &Proof) -> Result<Envelope, CallError> {
        Ok(self.ask::<Released>(&format!("/sessions/{session}/evidence"), proof).await?.record)
    }

    /// The record of the release that waits in the session, once more.
    pub async fn record(&self, session: Digest) -> Result<Envelope, CallError> {
        let response = send(self.http.get(format!("{}/sessions/{session}/record", self.base))).await?;
        let released: Released = response.json().await.map_err(|e| CallError::Protocol(e.to_string()))?;
        Ok(released.record)
    }

    /// Shows that the record is in the log; the answer is the sealed keys by manifest.
    pub async fn keys(
        &self,
        session: Digest,
        inclusion: &serde_json::Value,
    ) -> Result<BTreeMap<Digest, serde_json::Value>, CallError> {
        let inclusion = inclusion.clone();
        Ok(self.ask::<Keys>(&format!("/sessions/{session}/keys"), &KeysRequest { inclusion }).await?.keys)
    }

    /// Asks whether the keys may still be held.
    pub async fn renew(&self, run: RunId, renewal: &Renewal) -> Result<(), CallError> {
        self.post(&format!("/runs/{run}/renew"), renewal).await.map(|_| ())
    }

    /// Closes the run with its receipt.
    pub async fn close(&self, run: RunId, receipt: Envelope) -> Result<(), CallError> {
        self.post(&format!("/runs/{run}/close"), &Closing { receipt }).await.map(|_| ())
    }
}
