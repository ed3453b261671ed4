//! `cloister-server admin`: the operator of the host adds organisations and users. The same use cases, another actor.

mod backup;

use std::{io::Read, path::PathBuf};

use clap::{Args, Subcommand};
use cloister_app::{
    AppError, PasswordCost,
    people::administration::{HostOperator, Wanted},
};
use cloister_model::{Email, OrgName, Role, Roles};
use cloister_store::Store;
use serde_json::{Value, json};

use crate::ambient::{SystemClock, SystemRng};
use backup::Place;

/// Which data folder, and what to do.
#[derive(Debug, Args)]
pub struct AdminOptions {
    /// Folder of the server's data.
    #[arg(long)]
    pub data: PathBuf,
    /// `postgres://...`; a SQLite file in the data folder by default.
    #[arg(long, env = "CLOISTER_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The log's name in checkpoints.
    #[arg(long, default_value = "cloister.local/log")]
    pub log_origin: String,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub act: Act,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// With organisations and people.
    #[command(flatten)]
    People(PeopleAct),
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
}

/// Acts on organisations and people.
#[derive(Debug, Subcommand)]
pub enum PeopleAct {
    /// Organisations.
    #[command(subcommand)]
    Org(OrgAct),
    /// Users.
    #[command(subcommand)]
    User(UserAct),
    /// Make someone organisation admin.
    Grant {
        /// Who.
        email: String,
        /// The role.
        #[arg(long, required = true)]
        org_admin: bool,
    },
}

/// Organisations.
#[derive(Debug, Subcommand)]
pub enum OrgAct {
    /// Add one.
    Add {
        /// Its name.
        name: String,
    },
}

/// Users.
#[derive(Debug, Subcommand)]
pub enum UserAct {
    /// Add one; without a password, a one-time token to set it is printed.
    Add {
        /// The address.
        email: String,
        /// The organisation.
        #[arg(long)]
        org: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
        /// Also organisation admin.
        #[arg(long)]
        org_admin: bool,
    },
}

fn name<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|e: T::Err| AppError::Invalid(e.to_string()))
}

fn password(wanted: bool) -> Result<Option<String>, AppError> {
    if !wanted {
        return Ok(None);
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).map_err(AppError::internal)?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Does it; what was done, as JSON.
pub async fn run(options: &AdminOptions) -> Result<Value, AppError> {
    let place =
        Place { data: &options.data, database: options.database.as_deref(), log_origin: &options.log_origin };
    match &options.act {
        Act::People(act) => people(options, act).await,
        Act::CopyDb { from, to } => backup::copy_database(&options.data, from, to).await,
        Act::Backup { out } => backup::backup(&place, out).await,
        Act::Restore { from } => backup::restore(&place, from).await,
    }
}

async fn people(options: &AdminOptions, act: &PeopleAct) -> Result<Value, AppError> {
    let url = crate::serve::database_url(&options.data, options.database.as_deref());
    std::fs::create_dir_all(&options.data).map_err(AppError::internal)?;
    let store = Store::open(&url).await?;
    let operator = HostOperator {
        store: &store,
        clock: &SystemClock,
        rng: &SystemRng,
        passwords: PasswordCost::PRODUCTION,
    };
    match act {
        PeopleAct::Org(OrgAct::Add { name: text }) => {
            let org = operator.add_organisation(name::<OrgName>(text)?).await?;
            Ok(json!({ "organisation": org.id, "name": org.name }))
        }
        PeopleAct::User(UserAct::Add { email, org, password_stdin, org_admin }) => {
            let roles = Roles(org_admin.then_some(Role::OrganizationAdmin).into_iter().collect());
            let wanted = Wanted {
                email: name::<Email>(email)?,
                org: name::<OrgName>(org)?,
                password: password(*password_stdin)?,
                roles,
            };
            let (user, token) = operator.add_user(wanted).await?;
            Ok(json!({ "user": user.id, "email": user.email, "roles": user.roles, "password_token": token }))
        }
        PeopleAct::Grant { email, .. } => {
            let user = operator.grant_org_admin(&name::<Email>(email)?).await?;
            Ok(json!({ "user": user.id, "email": user.email, "roles": user.roles }))
        }
    }
}
