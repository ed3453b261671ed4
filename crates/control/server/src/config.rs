//! Arguments.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, Subcommand};

use crate::listen::Patience;

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
    Serve(Box<ServeOptions>),
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
    /// Requests a second of one address, ten seconds' worth at once; 0 counts none.
    #[arg(long, default_value_t = 400)]
    pub rate_per_address: u32,
    /// Requests a second of one session or token, ten seconds' worth at once; 0 counts none.
    #[arg(long, default_value_t = 200)]
    pub rate_per_credential: u32,
    /// Seconds for the head of a request, the wait for one on an open connection included.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub head_timeout: u64,
    /// Seconds for the body of a request.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub body_timeout: u64,
    /// Seconds in which a client must take the next bytes of an answer.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub answer_timeout: u64,
    /// Event streams that may be open at once.
    #[arg(long, default_value_t = 20_000)]
    pub streams: usize,
    /// Event streams that one user may have open at once.
    #[arg(long, default_value_t = 50)]
    pub streams_per_user: usize,
    /// Address of a listener for Prometheus; none by default.
    #[arg(long, env = "CLOISTER_METRICS")]
    pub metrics: Option<SocketAddr>,
    /// Collector of OpenTelemetry traces, by OTLP over HTTP: `http://127.0.0.1:4318`; none by default.
    #[arg(long, env = "CLOISTER_OTLP_ENDPOINT", value_parser = collector)]
    pub otlp_endpoint: Option<String>,
    /// Mail server for notices, without its password: `smtps://user@host`, `smtp://host:587?tls=required`.
    #[arg(long, env = "CLOISTER_SMTP", requires = "mail_from")]
    pub smtp: Option<String>,
    /// File with the mail server's password.
    #[arg(long, env = "CLOISTER_SMTP_PASSWORD_FILE", requires = "smtp")]
    pub smtp_password_file: Option<PathBuf>,
    /// Whom mail is from: `Cloister <cloister@hospital.example>`.
    #[arg(long, env = "CLOISTER_MAIL_FROM", requires = "smtp")]
    pub mail_from: Option<String>,
    /// Webhooks may go to this host and private networks, without TLS: for trying things out.
    #[arg(long, env = "CLOISTER_PRIVATE_WEBHOOKS")]
    pub private_webhooks: bool,
    /// Identity providers that organisations' admins name may be on this host and in private networks; the operator's own
    /// may always.
    #[arg(long, env = "CLOISTER_PRIVATE_PROVIDERS")]
    pub private_providers: bool,
    /// Whom `/.well-known/security.txt` names: a `mailto:` or `https:` address.
    #[arg(long, env = "CLOISTER_SECURITY_CONTACT", value_parser = contact)]
    pub security_contact: Option<String>,
    /// Where browsers reach this server: `https://cloister.example`. The address it listens on by default.
    #[arg(long, env = "CLOISTER_PUBLIC_URL", value_parser = public)]
    pub public_url: Option<String>,
    /// TOML file of identity providers, read at the start.
    #[arg(long, env = "CLOISTER_PROVIDERS")]
    pub providers: Option<PathBuf>,
    /// The same text itself, told by the environment only: it may hold secrets.
    #[arg(skip)]
    pub providers_text: Option<String>,
    /// Log filter, such as `info` or `cloister_server=debug`.
    #[arg(long, default_value = "info")]
    pub log: String,
}

impl ServeOptions {
    /// How long clients may take.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            head: Duration::from_secs(self.head_timeout),
            body: Duration::from_secs(self.body_timeout),
            answer: Duration::from_secs(self.answer_timeout),
        }
    }
}

fn public(text: &str) -> Result<String, String> {
    let begins = text.starts_with("https://") || text.starts_with("http://");
    if begins && !text.contains(char::is_whitespace) && !text.contains(['?', '#']) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("a public URL is `https://host[:port]`".into())
    }
}

fn collector(text: &str) -> Result<String, String> {
    let begins = text.starts_with("https://") || text.starts_with("http://");
    if begins && !text.contains(char::is_whitespace) && !text.contains(['?', '#', '@']) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("a collector is `http://host:port` or `https://host:port`, without name or password".into())
    }
}

fn contact(text: &str) -> Result<String, String> {
    let known = ["mailto:", "https://", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    if known && !text.contains(char::is_whitespace) {
        Ok(text.to_owned())
    } else {
        Err("a contact begins with `mailto:`, `https://` or `tel:`".into())
    }
}
