//! Arguments.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

/// The control plane of Cloister.
#[derive(Debug, Parser)]
#[command(name = "cloister-server", version)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API.
    Serve(ServeOptions),
    /// Add organisations and users, on the host.
    Admin(crate::admin::AdminOptions),
    /// Print the `OpenAPI` document.
    Openapi,
    /// Print the permission matrix.
    Permissions,
}

/// How to serve.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeOptions {
    /// Folder of database, objects, log and keys.
    #[arg(long)]
    pub data: PathBuf,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8400")]
    pub listen: SocketAddr,
    /// PEM certificate chain.
    #[arg(long, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// PEM private key.
    #[arg(long, requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// URL of the key broker.
    #[arg(long)]
    pub broker: String,
    /// File with the workers' token.
    #[arg(long)]
    pub worker_token_file: PathBuf,
    /// `postgres://...`; a SQLite file in the data folder by default.
    #[arg(long, env = "CLOISTER_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The log's name in checkpoints.
    #[arg(long, default_value = "cloister.local/log")]
    pub log_origin: String,
    /// Every worker is simulated, and people shall be told.
    #[arg(long)]
    pub simulated: bool,
    /// Log filter, such as `info` or `cloister_server=debug`.
    #[arg(long, default_value = "info")]
    pub log: String,
}
