//! Arguments of commands about how people sign in.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cloister_model::Role;

/// How the people of your organisation sign in.
#[derive(Debug, Subcommand)]
pub(crate) enum SignInCommand {
    /// Identity providers, which people sign in through.
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Who may sign in with a password.
    Local {
        /// Everybody who has one, or organisation admins only, for the day the provider fails.
        who: LocalWord,
    },
    /// Tokens by which a provider pushes people and groups (SCIM).
    #[command(subcommand)]
    Scim(ScimCommand),
}

/// Identity providers.
#[derive(Debug, Subcommand)]
pub(crate) enum ProviderCommand {
    /// Add the provider of an issuer, or change it.
    Set(Box<ProviderSet>),
    /// List them, with what to register at each.
    List,
    /// Ask one for its discovery document and keys.
    Test {
        /// Id, name or issuer; without it, the only one.
        provider: Option<String>,
    },
    /// Remove one; the sessions it began end.
    Remove {
        /// Id, name or issuer.
        provider: String,
    },
}

/// `cloister sign-in provider set`.
#[derive(Debug, Args)]
pub(crate) struct ProviderSet {
    /// What its button says.
    #[arg(long)]
    pub(crate) name: String,
    /// The issuer's URL, exactly as its discovery document has it.
    #[arg(long)]
    pub(crate) issuer: String,
    /// The client id registered there.
    #[arg(long)]
    pub(crate) client_id: String,
    /// Read the client's secret from stdin; without one the secret that is there stays.
    #[arg(long, conflicts_with = "client_secret_file")]
    pub(crate) client_secret_stdin: bool,
    /// Read the client's secret from a file.
    #[arg(long)]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Domains of the addresses it may vouch for.
    #[arg(long = "domain", required = true, num_args = 1.., value_delimiter = ',')]
    pub(crate) domains: Vec<String>,
    /// The claim that lists groups. [default: groups]
    #[arg(long)]
    pub(crate) groups_claim: Option<String>,
    /// Which group gives which role: `GROUP=workspace_admin`, `GROUP=auditor`.
    #[arg(long = "role", num_args = 1.., value_parser = rule)]
    pub(crate) roles: Vec<(String, Role)>,
}

/// Who may sign in with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LocalWord {
    /// Everybody who has one.
    All,
    /// Organisation admins only.
    BreakGlass,
}

/// SCIM tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum ScimCommand {
    /// Make one, shown once; the one before ends.
    Token {
        /// Id, name or issuer of the provider; without it, the only one.
        provider: Option<String>,
        /// For how many hours the one before is good too.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=168))]
        keep_old_for_hours: u32,
    },
    /// List the live ones.
    List,
    /// End all tokens of a provider at once; whom it provisioned stays.
    End {
        /// Id, name or issuer of the provider; without it, the only one.
        provider: Option<String>,
    },
}

fn rule(text: &str) -> Result<(String, Role), String> {
    let (group, role) = text.rsplit_once('=').ok_or_else(|| format!("`{text}` is not `GROUP=ROLE`"))?;
    let role = match role {
        "workspace_admin" => Role::WorkspaceAdmin,
        "auditor" => Role::Auditor,
        _ => return Err("a group gives `workspace_admin` or `auditor`".into()),
    };
    if group.is_empty() { Err(format!("`{text}` names no group")) } else { Ok((group.into(), role)) }
}
