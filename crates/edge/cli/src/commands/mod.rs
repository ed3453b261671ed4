//! One file a command group.

mod admin;
mod attest;
mod audit;
mod audit_export;
mod dataset;
mod job;
mod key;
mod member;
mod passkey;
mod reference;
mod run;
mod session;
mod sign_in;
mod told;
mod verify;
mod workspace;

use clap::CommandFactory;
use serde_json::json;

use crate::{
    args::{Cli, Command},
    context::Context,
    outcome::{Failure, Reply},
    serve,
};

/// Runs a command.
pub(crate) async fn run(context: &Context, command: Command) -> Result<Reply, Failure> {
    match command {
        Command::Serve(args) => serve::run(context, args).await,
        Command::Admin(args) => admin::run(context, args),
        Command::Setup(args) => session::setup(context, args).await,
        Command::Login(args) => session::login(context, args).await,
        Command::Whoami => session::whoami(context).await,
        Command::Token(command) => session::token(context, command).await,
        Command::Passkey(command) => passkey::run(context, command).await,
        Command::Key(command) => key::run(context, command).await,
        Command::Member(command) => member::run(context, command).await,
        Command::SignIn(command) => sign_in::run(context, command).await,
        Command::Workspace(command) => workspace::run(context, command).await,
        Command::Dataset(command) => dataset::run(context, command).await,
        Command::Job(command) => job::run(context, command).await,
        Command::Run(command) => run::run(context, command).await,
        Command::Verify(args) => Ok(verify::run(context, &args)),
        Command::Attest(command) => attest::run(context, command),
        Command::Inbox(args) => told::inbox(context, args).await,
        Command::Webhook(command) => told::webhook(context, command).await,
        Command::Audit(command) => audit::run(context, command).await,
        Command::Completion { shell } => Ok(completion(shell)),
        Command::ReferenceManifest(args) => reference::run(context, &args),
    }
}

fn completion(shell: clap_complete::Shell) -> Reply {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cloister", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Reply::new(json!({ "shell": shell.to_string(), "script": script }), script)
}

/// The JSON form of something the API said.
fn value(thing: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(thing).unwrap_or_default()
}
