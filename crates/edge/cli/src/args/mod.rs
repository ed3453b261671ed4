//! The command line. Its shape is a contract with scripts: flags are added, never renamed.

mod attest;
mod data;
mod operate;
mod people;
mod sign_in;
mod told;
mod work;

use clap::{Parser, Subcommand};

pub(crate) use attest::{AttestCommand, AttestVerify, ReferenceCommand};
pub(crate) use data::{DatasetAdd, DatasetCommand, DatasetSet, Share};
#[cfg(test)]
pub(crate) use operate::Exposure;
pub(crate) use operate::{AdminArgs, AdminCommand, OrgCommand, Reference, Serve, UserCommand};
pub(crate) use people::{
    Create, KeyCommand, Login, MemberCommand, MemberSet, OnOff, PasskeyCommand, ScopeWord, Set, Setup,
    TokenCommand, WorkspaceCommand, templates,
};
pub(crate) use sign_in::{LocalWord, ProviderCommand, ProviderSet, ScimCommand, SignInCommand};
pub(crate) use told::{Inbox, WebhookCommand, WebhookFields};
pub(crate) use work::{AuditCommand, AuditList, JobCommand, JobCreate, JobFields, RunCommand, Verify};

/// Compute together on data that nobody shows.
#[derive(Debug, Parser)]
#[command(name = "cloister", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Answer with one JSON document on stdout.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The command groups.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a server with its broker and worker on this machine.
    Serve(Serve),
    /// Add organisations and users on the host.
    Admin(AdminArgs),
    /// Make the first organisation and admin with the one-time link of an empty server.
    Setup(Setup),
    /// Sign in; makes keys and a certificate when you have none.
    Login(Login),
    /// Show who is signed in.
    Whoami,
    /// Personal API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Passkeys of your local account; a browser adds them, at `/auth/passkeys` of the server.
    #[command(subcommand)]
    Passkey(PasskeyCommand),
    /// Your own keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Users of your organisation.
    #[command(subcommand)]
    Member(MemberCommand),
    /// How your organisation's people sign in, and who provisions them.
    #[command(subcommand)]
    SignIn(SignInCommand),
    /// Workspaces and invitations.
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Datasets.
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Jobs.
    #[command(subcommand)]
    Job(JobCommand),
    /// Runs, results, bundles.
    #[command(subcommand)]
    Run(RunCommand),
    /// Verify a run's bundle offline.
    Verify(Verify),
    /// Attestation evidence: appraise it offline, capture it, say which measurements are accepted.
    #[command(subcommand)]
    Attest(AttestCommand),
    /// What you are told of: invitations, reviews, the ends of your runs.
    Inbox(Inbox),
    /// Webhooks of your organisation.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the completion script of a shell.
    Completion {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Write the signed reference manifest beside built binaries.
    #[command(hide = true)]
    ReferenceManifest(Reference),
}

#[cfg(test)]
mod tests;
