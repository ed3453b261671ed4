//! Arguments of operators' commands.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};
use cloister_model::{Email, OrgName};

/// `cloister serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Folder of everything the server keeps; one server at a time.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8400")]
    pub(crate) listen: SocketAddr,
    /// Certificate chain for HTTPS, PEM.
    #[arg(long, requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its key, PEM.
    #[arg(long, requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// `postgres://...`; a SQLite file in the data folder by default. A password is better given by the environment, where
    /// other users of the host do not see it.
    #[arg(long, env = "CLOISTER_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Run broker and worker in a SIMULATED TEE, which proves nothing about hardware.
    #[arg(long)]
    pub(crate) insecure_sim_tee: bool,
    /// Folder with certificates, revocation lists and collateral that travel with the evidence of broker and worker.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) attestation: Option<PathBuf>,
    /// How the server meets strangers.
    #[command(flatten)]
    pub(crate) exposure: Exposure,
}

/// Options handed to the server as they are.
#[derive(Debug, Default, Args)]
pub(crate) struct Exposure {
    /// Requests a second of one address, ten seconds' worth at once; 0 counts none. [default: 400]
    #[arg(long, value_name = "N")]
    pub(crate) rate_per_address: Option<u32>,
    /// Requests a second of one session or token, ten seconds' worth at once; 0 counts none. [default: 200]
    #[arg(long, value_name = "N")]
    pub(crate) rate_per_credential: Option<u32>,
    /// Seconds for the head of a request, the wait for one on an open connection included. [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) head_timeout: Option<u32>,
    /// Seconds for the body of a request. [default: 45]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) body_timeout: Option<u32>,
    /// Seconds in which a client must take the next bytes of an answer. [default: 60]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) answer_timeout: Option<u32>,
    /// Event streams that may be open at once. [default: 20000]
    #[arg(long, value_name = "N")]
    pub(crate) streams: Option<u32>,
    /// Event streams that one user may have open at once. [default: 50]
    #[arg(long, value_name = "N")]
    pub(crate) streams_per_user: Option<u32>,
    /// Address of a listener for Prometheus metrics; none by default.
    #[arg(long, env = "CLOISTER_METRICS")]
    pub(crate) metrics: Option<SocketAddr>,
    /// Collector of OpenTelemetry traces, by OTLP over HTTP: `http://127.0.0.1:4318`; none by default.
    #[arg(long, env = "CLOISTER_OTLP_ENDPOINT", value_name = "URL")]
    pub(crate) otlp_endpoint: Option<String>,
    /// Where browsers reach the server: `https://cloister.example`. The address it listens on by default.
    #[arg(long, env = "CLOISTER_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// TOML file of identity providers, read at the start.
    #[arg(long, env = "CLOISTER_PROVIDERS", value_name = "FILE")]
    pub(crate) providers: Option<PathBuf>,
    /// Whom `/.well-known/security.txt` names: a `mailto:`, `https:` or `tel:` address.
    #[arg(long, env = "CLOISTER_SECURITY_CONTACT")]
    pub(crate) security_contact: Option<String>,
}

impl Exposure {
    /// The server's words for them.
    pub(crate) fn words(&self) -> Vec<String> {
        let pairs = [
            ("--rate-per-address", self.rate_per_address.map(|n| n.to_string())),
            ("--rate-per-credential", self.rate_per_credential.map(|n| n.to_string())),
            ("--head-timeout", self.head_timeout.map(|n| n.to_string())),
            ("--body-timeout", self.body_timeout.map(|n| n.to_string())),
            ("--answer-timeout", self.answer_timeout.map(|n| n.to_string())),
            ("--streams", self.streams.map(|n| n.to_string())),
            ("--streams-per-user", self.streams_per_user.map(|n| n.to_string())),
            ("--metrics", self.metrics.map(|address| address.to_string())),
            ("--otlp-endpoint", self.otlp_endpoint.clone()),
            ("--public-url", self.public_url.clone()),
            ("--providers", self.providers.as_ref().map(|path| path.to_string_lossy().into_owned())),
            ("--security-contact", self.security_contact.clone()),
        ];
        pairs.into_iter().filter_map(|(name, value)| value.map(|v| [name.to_owned(), v])).flatten().collect()
    }
}

/// `cloister admin`.
#[derive(Debug, Args)]
pub(crate) struct AdminArgs {
    /// The server's data folder.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The server's database, where `serve` was given one.
    #[arg(long, env = "CLOISTER_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: AdminCommand,
}

/// Acts of the host's operator.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Organisations.
    #[command(subcommand)]
    Org(OrgCommand),
    /// Users.
    #[command(subcommand)]
    User(UserCommand),
    /// Copy every table into another, empty database; rows and digests are compared.
    CopyDb {
        /// URL of the database to read.
        #[arg(long)]
        from: String,
        /// URL of the database to fill.
        #[arg(long)]
        to: String,
    },
    /// Back the server up into a new folder; it may run meanwhile. The broker's state is no part of it.
    Backup {
        /// The new folder.
        #[arg(long)]
        out: PathBuf,
    },
    /// Put a backup into an empty data folder and database; the log is verified.
    Restore {
        /// The backup's folder.
        #[arg(long)]
        from: PathBuf,
    },
    /// Grant a role.
    Grant {
        /// Whom.
        email: Email,
        /// Make an organisation admin.
        #[arg(long, required = true)]
        org_admin: bool,
    },
}

/// Acts on organisations.
#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Add one.
    Add {
        /// Its name.
        name: OrgName,
    },
}

/// Acts on users.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a local account.
    Add {
        /// The address.
        email: Email,
        /// The organisation.
        #[arg(long)]
        org: OrgName,
        /// Read the password from stdin.
        #[arg(long)]
        password_stdin: bool,
        /// Make an organisation admin.
        #[arg(long)]
        org_admin: bool,
    },
}

/// `cloister reference-manifest`.
#[derive(Debug, Args)]
pub(crate) struct Reference {
    /// The folder of the built binaries.
    #[arg(long)]
    pub(crate) bin_dir: PathBuf,
    /// The key that signs; made when there is none.
    #[arg(long)]
    pub(crate) key: PathBuf,
}
