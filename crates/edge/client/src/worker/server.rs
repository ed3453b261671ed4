//! The server's endpoints for workers.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use cloister_api::datasets::FinishUpload;
use cloister_api::worker::{
    FinishReport, GoOn, InclusionDocument, Lease, LeaseRequest, LeasedTable, ProgressReport, ReleaseReport,
};
use cloister_model::RunId;

use super::{CallError, http, send};

/// The server as a worker sees it.
#[derive(Clone)]
pub struct WorkerApi {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl WorkerApi {
    /// For the server at `base` (`http://host:port`), with the worker's token.
    pub fn new(base: &str, token: &str) -> Result<Self, CallError> {
        let http = http(Duration::from_mins(1))?;
        Ok(Self { http, base: format!("{}/api/v1", base.trim_end_matches('/')), token: token.into() })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// Waits for work; `None` when there was none.
    pub async fn lease(&self, request: &LeaseRequest) -> Result<Option<Lease>, CallError> {
        let response = send(self.request(reqwest::Method::POST, "/worker/leases").json(request)).await?;
        if response.status() == reqwest::StatusCode::NO_CONTENT {
            return Ok(None);
        }
        response.json().await.map(Some).map_err(|e| CallError::Protocol(e.to_string()))
    }

    /// Says where the run is, renews the lease, hears of a cancel.
    pub async fn progress(&self, run: RunId, report: &ProgressReport) -> Result<GoOn, CallError> {
        let path = format!("/worker/runs/{run}/progress");
        let response = send(self.request(reqwest::Method::POST, &path).json(report)).await?;
        response.json().await.map_err(|e| CallError::Protocol(e.to_string()))
    }

    /// Brings the release record into the log.
    pub async fn release(&self, run: RunId, report: &ReleaseReport) -> Result<InclusionDocument, CallError> {
        let path = format!("/worker/runs/{run}/release");
        let response = send(self.request(reqwest::Method::POST, &path).json(report)).await?;
        response.json().await.map_err(|e| CallError::Protocol(e.to_string()))
    }

    /// Reads a range of ciphertext under the lease.
    pub async fn ciphertext(
        &self,
        (run, fence): (RunId, i64),
        table: &LeasedTable,
        (version, name): (u32, &str),
        range: Range<u64>,
    ) -> Result<Bytes, CallError> {
        let path = format!("/worker/runs/{run}/files/{}/{version}/{name}?fence={fence}", table.dataset);
        let header = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let request = self.request(reqwest::Method::GET, &path).header(reqwest::header::RANGE, header);
        let body = send(request).await?.bytes().await.map_err(|e| CallError::Unavailable(e.to_string()))?;
        if body.len() as u64 == range.end - range.start {
            Ok(body)
        } else {
            Err(CallError::Protocol(format!(
                "asked for {} bytes, got {}",
                range.end - range.start,
                body.len()
            )))
        }
    }

    /// Puts a sealed output.
    pub async fn output(
        &self,
        (run, fence): (RunId, i64),
        name: &str,
        body: Vec<u8>,
    ) -> Result<(), CallError> {
        let path = format!("/worker/runs/{run}/outputs/{name}?fence={fence}");
        send(self.request(reqwest::Method::PUT, &path).body(body)).await.map(|_| ())
    }

    /// Puts a part of an output that an ingest makes, at its place.
    pub async fn output_part(
        &self,
        (run, fence): (RunId, i64),
        (name, offset): (&str, u64),
        part: Bytes,
    ) -> Result<(), CallError> {
        let path = format!("/worker/runs/{run}/outputs/{name}/parts/{offset}?fence={fence}");
        send(self.request(reqwest::Method::PUT, &path).body(part)).await.map(|_| ())
    }

    /// All parts are there: the server compares size and digest.
    pub async fn finish_output(
        &self,
        (run, fence): (RunId, i64),
        name: &str,
        finish: &FinishUpload,
    ) -> Result<(), CallError> {
        let path = format!("/worker/runs/{run}/outputs/{name}/finish?fence={fence}");
        send(self.request(reqwest::Method::POST, &path).json(finish)).await.map(|_| ())
    }

    /// Ends the run.
    pub async fn finish(&self, run: RunId, report: &FinishReport) -> Result<(), CallError> {
        let path = format!("/worker/runs/{run}/finish");
        send(self.request(reqwest::Method::POST, &path).json(report)).await.map(|_| ())
    }
}
