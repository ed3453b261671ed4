//! Arguments of commands about jobs, runs, proofs and the log.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use cloister_audit::WitnessKey;
use cloister_model::{Digest, Email, JobName, Timestamp};

/// Jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Make a draft.
    Create(JobCreate),
    /// Change a draft; a job under review or accepted is withdrawn first, which voids its approvals.
    Update {
        /// Id or name.
        job: String,
        /// What to change.
        #[command(flatten)]
        fields: JobFields,
        /// A new name.
        #[arg(long)]
        name: Option<JobName>,
    },
    /// List.
    List {
        /// Only of this workspace.
        #[arg(long)]
        workspace: Option<String>,
    },
    /// Show one.
    Show {
        /// Id or name.
        job: String,
    },
    /// Run it on mock data made from the schemas.
    Test {
        /// Id or name.
        job: String,
    },
    /// Sign exactly what will run, and ask for reviews.
    Submit {
        /// Id or name.
        job: String,
    },
    /// Take it back to draft.
    Withdraw {
        /// Id or name.
        job: String,
    },
    /// Approve exactly what will run.
    Approve {
        /// Id or name.
        job: String,
        /// Why.
        #[arg(long)]
        comment: Option<String>,
    },
    /// Refuse it.
    Reject {
        /// Id or name.
        job: String,
        /// Why.
        #[arg(long)]
        comment: String,
    },
    /// Ask for one run.
    Run {
        /// Id or name.
        job: String,
        /// Wait for its end.
        #[arg(long)]
        wait: bool,
        /// A variable's value: `NAME=VALUE`.
        #[arg(long, value_parser = pair)]
        input: Vec<(String, String)>,
    },
}

/// `cloister job create`.
#[derive(Debug, Args)]
pub(crate) struct JobCreate {
    /// The workspace.
    #[arg(long)]
    pub(crate) workspace: String,
    /// The job's name.
    #[arg(long)]
    pub(crate) name: JobName,
    /// What it is.
    #[command(flatten)]
    pub(crate) fields: JobFields,
}

/// What a draft says.
#[derive(Debug, Args)]
pub(crate) struct JobFields {
    /// File with one query.
    #[arg(long)]
    pub(crate) sql: Option<PathBuf>,
    /// Who can decrypt the result.
    #[arg(long, num_args = 1..)]
    pub(crate) reader: Vec<Email>,
    /// How often it may run.
    #[arg(long)]
    pub(crate) max_runs: Option<u32>,
    /// Until when it may run, RFC 3339.
    #[arg(long)]
    pub(crate) valid_until: Option<Timestamp>,
    /// File with input variables, JSON list.
    #[arg(long)]
    pub(crate) variables: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not `NAME=VALUE`"))?;
    Ok((name.into(), value.into()))
}

/// Runs.
#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// List.
    List {
        /// Only of this workspace.
        #[arg(long)]
        workspace: Option<String>,
    },
    /// Show one.
    Show {
        /// Id.
        run: String,
    },
    /// Stop it.
    Cancel {
        /// Id.
        run: String,
    },
    /// Print its log, if you may read it.
    Logs {
        /// Id.
        run: String,
    },
    /// Download, verify and decrypt the result.
    Results {
        /// Id.
        run: String,
        /// The file to write: `.parquet` or `.csv`.
        #[arg(long)]
        out: PathBuf,
    },
    /// Export everything that proves it, in one file.
    Bundle {
        /// Id.
        run: String,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
    },
}

/// `cloister verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle.
    pub(crate) bundle: PathBuf,
    /// The genesis digest of the workspace, when this profile has not pinned it.
    #[arg(long)]
    pub(crate) genesis: Option<Digest>,
    /// Judge evidence and certificates at this moment, RFC 3339; otherwise at the moment of the run.
    #[arg(long)]
    pub(crate) at: Option<Timestamp>,
    /// Do not mind that the evidence is simulated.
    #[arg(long)]
    pub(crate) allow_simulated: bool,
    /// Write the verdict to this file as a page to print (HTML).
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
}

/// Which entries of the log.
#[derive(Debug, Args)]
pub(crate) struct AuditList {
    /// Only of this workspace.
    #[arg(long)]
    pub(crate) workspace: Option<String>,
    /// Only with this text in action, target, check or actor.
    #[arg(long)]
    pub(crate) search: Option<String>,
    /// Only by this actor: an address, or a word such as `worker`.
    #[arg(long)]
    pub(crate) actor: Option<String>,
    /// Only of this action, such as `run.finish`.
    #[arg(long)]
    pub(crate) action: Option<String>,
    /// Only what was refused.
    #[arg(long)]
    pub(crate) refused: bool,
    /// Not before: `2026-11-01T00:00:00Z`.
    #[arg(long)]
    pub(crate) from: Option<Timestamp>,
    /// Before.
    #[arg(long)]
    pub(crate) to: Option<Timestamp>,
    /// At most so many, the newest.
    #[arg(long, default_value_t = 1000)]
    pub(crate) limit: usize,
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List the newest entries of your organisation, or of a workspace.
    List(AuditList),
    /// Export: the whole log as a folder, or your organisation's entries as a `.jsonl` file.
    Export {
        /// The folder or `.jsonl` file to write.
        out: PathBuf,
    },
    /// Verify a log, file by file.
    Verify {
        /// A folder, or a server's address.
        log: String,
        /// A witness that must have cosigned the checkpoint, as its verifier key `NAME+ID+KEY`; may be given several times.
        #[arg(long = "witness", value_name = "KEY")]
        witnesses: Vec<WitnessKey>,
        /// How many of them are needed; all by default.
        #[arg(long, requires = "witnesses", value_name = "COUNT")]
        needed: Option<usize>,
    },
}
