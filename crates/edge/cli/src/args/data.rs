//! Arguments of commands about datasets.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use cloister_model::{Assurance, DatasetName, SqlName};

use super::people::assurance;

/// Datasets.
#[derive(Debug, Subcommand)]
pub(crate) enum DatasetCommand {
    /// Read, encrypt and upload a file; nothing but ciphertext leaves this device.
    Add(DatasetAdd),
    /// List your own and those shared with you.
    List,
    /// Show schema, rules and shares.
    Show {
        /// Id or name.
        dataset: String,
    },
    /// Give a dataset other rules.
    Set(DatasetSet),
    /// Let a workspace use it.
    Share(Share),
    /// End a workspace's use of it, at once.
    Revoke {
        /// Id or name.
        dataset: String,
        /// The workspace.
        #[arg(long)]
        workspace: String,
    },
    /// Seal its key again for the brokers now in force.
    Rekey {
        /// Id or name.
        dataset: String,
    },
    /// End it for good: unreleasable.
    Delete {
        /// Id or name.
        dataset: String,
    },
}

/// `cloister dataset add`.
#[derive(Debug, Args)]
pub(crate) struct DatasetAdd {
    /// CSV or Parquet.
    pub(crate) file: PathBuf,
    /// Its name.
    #[arg(long)]
    pub(crate) name: DatasetName,
    /// What others may do with it; without, rows may be returned.
    #[arg(long)]
    pub(crate) rules: Option<PathBuf>,
    /// The CSV file has no header.
    #[arg(long)]
    pub(crate) no_header: bool,
    /// The schema instead of an inferred one, TOML.
    #[arg(long)]
    pub(crate) schema: Option<PathBuf>,
    /// Leave rows out that do not fit, instead of refusing the file.
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// The least assurance of workers that may ever read it.
    #[arg(long, value_parser = assurance)]
    pub(crate) assurance: Option<Assurance>,
    /// Seal the file as it is and let an attested worker convert it, as the console does.
    #[arg(long)]
    pub(crate) by_worker: bool,
}

/// `cloister dataset set`.
#[derive(Debug, Args)]
pub(crate) struct DatasetSet {
    /// Id or name.
    pub(crate) dataset: String,
    /// The new rules.
    #[arg(long)]
    pub(crate) rules: PathBuf,
}

/// `cloister dataset share`.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// Id or name.
    pub(crate) dataset: String,
    /// The workspace.
    #[arg(long)]
    pub(crate) workspace: String,
    /// Under every later charter too, instead of the one in force only.
    #[arg(long)]
    pub(crate) follow: bool,
    /// Let simulated workers have the key.
    #[arg(long)]
    pub(crate) allow_simulated: bool,
    /// The table's name in the workspace.
    #[arg(long = "as")]
    pub(crate) sql_name: Option<SqlName>,
}
