//! Specs, reviews, run requests, receipts.

use std::collections::{BTreeMap, BTreeSet};

use cloister_model::{
    Assurance, Digest, JobName, RunId, SqlName, Timestamp,
    variables::{Value, Variable},
};
use serde::{Deserialize, Serialize};

use super::PublicKey;

/// What kind of program a spec holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// One SQL query.
    Sql,
    /// A raw file of the author's own becomes encrypted Parquet: the source is a [`cloister_model::ingest::Ingest`].
    Ingest,
}

/// Exactly what will run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The charter in force when it was written.
    pub charter: Digest,
    /// The job's name.
    pub name: JobName,
    /// The kind of program.
    pub kind: EnvironmentKind,
    /// The program.
    pub source: String,
    /// Tables the program may name, and the manifests they are.
    pub tables: BTreeMap<SqlName, Digest>,
    /// Inputs a run gives.
    pub variables: Vec<Variable>,
    /// Who can decrypt the result: certificate digests; never empty.
    pub readers: BTreeSet<Digest>,
    /// SHA-256 over the environment: see `TRUST` section 4, step 4.
    pub environment: Digest,
    /// How often it may run; at least 1.
    pub max_runs: u32,
    /// Until when it may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Cron expression, five fields, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// A test on mock data: never real rows, no broker, no receipt.
    pub test: bool,
}

/// A reviewer's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may run.
    Approve,
    /// It may not; needs a comment.
    Reject,
}

/// A member decides on a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The spec.
    pub spec: Digest,
    /// The charter in force when decided.
    pub charter: Digest,
    /// Which way.
    pub decision: Decision,
    /// Why; up to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Until when the approval counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalTarget {
    /// A spec, by its author or a reviewer.
    Spec(Digest),
    /// A review, by its reviewer.
    Review(Digest),
}

/// A spec or a review no longer counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// What.
    pub target: WithdrawalTarget,
}

/// A member asks for one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The run, made by the runner.
    pub run: RunId,
    /// The spec.
    pub spec: Digest,
    /// The charter in force.
    pub charter: Digest,
    /// Values of the variables.
    pub inputs: BTreeMap<SqlName, Value>,
    /// The keys must be released before this moment; at most 24 h after `issued_at`.
    pub not_after: Timestamp,
}

/// One sealed output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// `result` (Parquet in age; of an ingest a document in age), `log` (text in age), or the file an ingest makes.
    pub name: String,
    /// Ciphertext bytes, padding included.
    pub size: u64,
    /// SHA-256 of the ciphertext.
    pub sha256: Digest,
}

/// The worker says what it did. Signed by the worker's key of the release record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The run.
    pub run: RunId,
    /// The release record that gave the keys.
    pub release: Digest,
    /// What came out; empty when the run failed.
    pub outputs: Vec<Output>,
    /// `succeeded`, `cancelled` or a failure code of the engine.
    pub outcome: String,
    /// When it started, by the worker's clock.
    pub started: Timestamp,
    /// When it ended, by the worker's clock.
    pub finished: Timestamp,
    /// Assurance of the evidence.
    pub assurance: Assurance,
    /// The worker's signing key, as in the transcript.
    pub worker: PublicKey,
}
