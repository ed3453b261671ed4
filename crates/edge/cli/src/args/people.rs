//! Arguments of commands about people and workspaces.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use cloister_client::workspaces::{GroupOf, RunBy};
use cloister_model::{
    Assurance, Description, Digest, Email, OrgName, Template, Templates, WorkspaceId, WorkspaceKind,
    WorkspaceName,
};

/// `cloister setup`.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// The link that `cloister serve` printed.
    pub(crate) link: String,
    /// Name of your organisation; asked for on a terminal.
    #[arg(long)]
    pub(crate) org: Option<OrgName>,
    /// Your address; asked for on a terminal.
    #[arg(long)]
    pub(crate) email: Option<Email>,
    /// Read the new password from stdin.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// `cloister login`.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The server's address.
    pub(crate) url: String,
    /// The local account.
    #[arg(long, required_unless_present = "sso", conflicts_with = "sso")]
    pub(crate) email: Option<Email>,
    /// Read the password from stdin.
    #[arg(long, conflicts_with = "sso")]
    pub(crate) password_stdin: bool,
    /// Sign in with a browser, through the organisation's identity provider.
    #[arg(long)]
    pub(crate) sso: bool,
}

/// Personal tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make one; its secret is shown once.
    Create {
        /// What it may do: read, write, admin.
        #[arg(long, required = true, num_args = 1.., value_delimiter = ',')]
        scope: Vec<ScopeWord>,
        /// How long it lives, in days: `30d`.
        #[arg(long)]
        expires: Days,
        /// What it is for.
        #[arg(long)]
        label: Option<String>,
    },
}

/// Passkeys.
#[derive(Debug, Subcommand)]
pub(crate) enum PasskeyCommand {
    /// List them.
    List,
    /// Remove one; the sessions it began end.
    Remove {
        /// Id or name.
        passkey: String,
    },
}

/// A scope's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeWord {
    /// Read everything its user may read.
    Read,
    /// Everything its user may do, except sign-in, tokens, sessions and roles.
    Write,
    /// Organisation administration.
    Admin,
}

/// A number of days: `30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days(pub(crate) u32);

impl FromStr for Days {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('d').unwrap_or(text);
        match number.parse() {
            Ok(days @ 1..=366) => Ok(Self(days)),
            Ok(_) | Err(_) => Err(format!("`{text}` is not 1 to 366 days, such as `30d`")),
        }
    }
}

/// Your own keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Show fingerprint, certificate and whether this profile holds its key.
    Show,
    /// Back up under a generated passphrase, which is shown once: at the server, where the console finds it too.
    Backup {
        /// Write a file instead; the server gets nothing.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Restore a backup: the one at the server, also when the console made it, or a file.
    Restore {
        /// The backup's file; without it the server's.
        file: Option<PathBuf>,
        /// Read the passphrase from stdin.
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// New keys and a new certificate, signed for by the old key.
    Renew,
    /// End your certificate; or somebody's, as one of two recoverers whom a charter names.
    Revoke {
        /// Whose, when it is not your own.
        email: Option<Email>,
    },
    /// Recover a lost key: your own (makes a request), or support somebody else's.
    Recover {
        /// Whose.
        email: Email,
        /// The request to support, as its person told you.
        #[arg(long, requires = "workspace")]
        request: Option<Digest>,
        /// The workspace whose charter names you as recoverer.
        #[arg(long)]
        workspace: Option<String>,
        /// Write the signed support to a file.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Supports of two recoverers, when you finish your own recovery.
        #[arg(long)]
        support: Vec<PathBuf>,
    },
}

/// Users of the organisation.
#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// List them.
    List,
    /// Change roles.
    Set(MemberSet),
    /// Invite somebody, or make a fresh link for somebody invited; the link before is void.
    Invite {
        /// Whom.
        email: Email,
    },
    /// Take an invitation back.
    Withdraw {
        /// Whose.
        email: Email,
    },
    /// End every session and token of a member, and refuse signing in.
    Deactivate {
        /// Whose.
        email: Email,
    },
    /// Let a member sign in again.
    Activate {
        /// Whose.
        email: Email,
    },
}

/// `cloister member set`.
#[derive(Debug, Args)]
pub(crate) struct MemberSet {
    /// Whose.
    pub(crate) email: Email,
    /// May create workspaces.
    #[arg(long, required_unless_present = "auditor")]
    pub(crate) workspace_admin: Option<OnOff>,
    /// May read audit logs.
    #[arg(long)]
    pub(crate) auditor: Option<OnOff>,
}

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    /// Yes.
    On,
    /// No.
    Off,
}

/// Workspaces.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Found one.
    Create(Create),
    /// List workspaces and invitations.
    List,
    /// Show one, its statements verified.
    Show {
        /// Id or name.
        workspace: String,
    },
    /// Who accepted, declined, or has not answered.
    Invites {
        /// Id or name.
        workspace: String,
    },
    /// Remind an invited member.
    Resend {
        /// Id or name.
        workspace: String,
        /// Whom.
        email: Email,
    },
    /// Accept the charter that waits for you.
    Accept {
        /// Id or name.
        workspace: String,
        /// The genesis digest another member told you.
        #[arg(long)]
        genesis: Option<Digest>,
    },
    /// Decline it; whoever proposed it takes it back so.
    Decline {
        /// Id or name.
        workspace: String,
    },
    /// Propose a new charter version, or change the description.
    Set(Set),
    /// Propose a change of members to those who decide: for an organisation's admin whom the charter may not name.
    Propose {
        /// Its id.
        workspace: WorkspaceId,
        /// Whom to add.
        #[arg(long, num_args = 1..)]
        add_member: Vec<Email>,
        /// Whom to remove.
        #[arg(long, num_args = 1..)]
        remove_member: Vec<Email>,
    },
    /// What an organisation's admin proposed; adopt one with `workspace set`.
    Proposals {
        /// Id or name.
        workspace: String,
    },
    /// Be done with a proposal, or take your own back.
    Dismiss {
        /// Its id.
        proposal: uuid::Uuid,
    },
    /// Suspend a member at once.
    Suspend {
        /// Id or name.
        workspace: String,
        /// Whom.
        email: Email,
    },
    /// End it for good.
    Archive {
        /// Id or name.
        workspace: String,
        /// Its exact name.
        #[arg(long)]
        confirm: WorkspaceName,
    },
}

/// `cloister workspace create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its name.
    pub(crate) name: WorkspaceName,
    /// What it is for; fixed for life.
    #[arg(long = "type", value_parser = kind)]
    pub(crate) kind: WorkspaceKind,
    /// A description.
    #[arg(long)]
    pub(crate) description: Option<Description>,
    /// The no-code templates it offers, where not all; `none` for none.
    #[arg(long, num_args = 1.., value_delimiter = ',', value_parser = template)]
    pub(crate) template: Vec<Option<Template>>,
    /// Whom to invite.
    #[arg(long, num_args = 1..)]
    pub(crate) member: Vec<Email>,
    /// Every member must approve a job (the default).
    #[arg(long, value_parser = ["all"], conflicts_with = "approval_group")]
    pub(crate) approval: Option<String>,
    /// A group whose members must approve: `NAME=N:E1,E2`.
    #[arg(long, num_args = 1.., value_parser = group)]
    pub(crate) approval_group: Vec<GroupOf>,
    /// Who may run an accepted job: all, creator, or addresses.
    #[arg(long, value_parser = run_by, default_value = "all")]
    pub(crate) run: RunBy,
    /// The least assurance of workers.
    #[arg(long, value_parser = assurance)]
    pub(crate) assurance: Option<Assurance>,
    /// Who may recover lost certificates: two or more members.
    #[arg(long, num_args = 1..)]
    pub(crate) recoverer: Vec<Email>,
    /// Certificates made in the console count, though the server serves its code.
    #[arg(long)]
    pub(crate) allow_console: bool,
}

/// `cloister workspace set`.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Id or name.
    pub(crate) workspace: String,
    /// The description.
    #[arg(long)]
    pub(crate) description: Option<Description>,
    /// The no-code templates it offers from now on; `none` for none.
    #[arg(long, num_args = 1.., value_delimiter = ',', value_parser = template)]
    pub(crate) template: Vec<Option<Template>>,
    /// Members to add.
    #[arg(long, num_args = 1..)]
    pub(crate) add_member: Vec<Email>,
    /// Members to remove.
    #[arg(long, num_args = 1..)]
    pub(crate) remove_member: Vec<Email>,
    /// Every member must approve a job.
    #[arg(long, value_parser = ["all"], conflicts_with = "approval_group")]
    pub(crate) approval: Option<String>,
    /// A group whose members must approve: `NAME=N:E1,E2`.
    #[arg(long, num_args = 1.., value_parser = group)]
    pub(crate) approval_group: Vec<GroupOf>,
    /// Who may run an accepted job: all, creator, or addresses.
    #[arg(long, value_parser = run_by)]
    pub(crate) run: Option<RunBy>,
    /// All administrators from now on.
    #[arg(long, num_args = 1..)]
    pub(crate) administrator: Vec<Email>,
    /// All recoverers from now on.
    #[arg(long, num_args = 1..)]
    pub(crate) recoverer: Vec<Email>,
}

/// A template's word, or `none`.
fn template(text: &str) -> Result<Option<Template>, String> {
    if text == "none" {
        return Ok(None);
    }
    let read = serde_json::from_value(serde_json::Value::from(text));
    read.map(Some)
        .map_err(|_| "expected overview, group, join, overlap, top, histogram, series or none".into())
}

/// Templates as asked for; nothing, when nothing was.
pub(crate) fn templates(words: &[Option<Template>]) -> Option<Templates> {
    (!words.is_empty()).then(|| Templates(words.iter().flatten().copied().collect()))
}

fn kind(text: &str) -> Result<WorkspaceKind, String> {
    match text {
        "analytics" => Ok(WorkspaceKind::Analytics),
        "agentic" => Ok(WorkspaceKind::Agentic),
        _ => Err("expected `analytics` or `agentic`".into()),
    }
}

/// `hardware` or `simulated`.
pub(crate) fn assurance(text: &str) -> Result<Assurance, String> {
    match text {
        "hardware" => Ok(Assurance::Hardware),
        "simulated" => Ok(Assurance::Simulated),
        _ => Err("expected `hardware` or `simulated`".into()),
    }
}

fn emails(text: &str) -> Result<Vec<Email>, String> {
    text.split(',').map(|email| email.trim().parse::<Email>().map_err(|e| e.to_string())).collect()
}

fn run_by(text: &str) -> Result<RunBy, String> {
    match text {
        "all" => Ok(RunBy::All),
        "creator" => Ok(RunBy::Creator),
        _ => emails(text).map(RunBy::Named),
    }
}

fn group(text: &str) -> Result<GroupOf, String> {
    let shape = || format!("`{text}` is not `NAME=N:E1,E2`");
    let (name, rest) = text.split_once('=').ok_or_else(shape)?;
    let (threshold, members) = rest.split_once(':').ok_or_else(shape)?;
    let threshold = threshold.parse().map_err(|_| shape())?;
    if name.is_empty() {
        return Err(shape());
    }
    Ok(GroupOf { name: name.into(), threshold, members: emails(members)? })
}
