//! Users of the organisation.

use cloister_api::people::User;
use cloister_client::Client;
use cloister_model::{Email, Role};
use serde_json::json;

use super::value;
use crate::{
    args::{MemberCommand, MemberSet, OnOff},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: MemberCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        MemberCommand::List => {
            let users = client.users().await?;
            let rows: Vec<Vec<String>> = users.iter().map(row).collect();
            let text = terminal::table(&["e-mail", "roles", "state", "certificate"], &rows);
            Ok(Reply::new(json!({ "items": users }), text))
        }
        MemberCommand::Set(MemberSet { email, workspace_admin, auditor }) => {
            let user = client.find_user(&email).await?;
            let keep = |switch: Option<OnOff>, role| match switch {
                Some(OnOff::On) => true,
                Some(OnOff::Off) => false,
                None => user.roles.has(role),
            };
            let workspace_admin = keep(workspace_admin, Role::WorkspaceAdmin);
            let auditor = keep(auditor, Role::Auditor);
            let user = client.set_roles(&user, workspace_admin, auditor).await?;
            Ok(Reply::new(value(&user), row(&user).join("  ")))
        }
        MemberCommand::Invite { email } => {
            let link = client.invite(email.clone()).await?;
            let text = format!("give {email} this link; it works once, for seven days\n  {link}");
            Ok(Reply::new(json!({ "email": email, "link": link }), text))
        }
        MemberCommand::Withdraw { email } => {
            client.withdraw_invitation(&client.find_user(&email).await?).await?;
            Ok(Reply::new(json!({ "email": email }), format!("the invitation of {email} is withdrawn")))
        }
        MemberCommand::Deactivate { email } => switch(&client, &email, false).await,
        MemberCommand::Activate { email } => switch(&client, &email, true).await,
    }
}

async fn switch(client: &Client, email: &Email, on: bool) -> Result<Reply, Failure> {
    let user = client.switch_user(&client.find_user(email).await?, on).await?;
    Ok(Reply::new(value(&user), row(&user).join("  ")))
}

fn row(user: &User) -> Vec<String> {
    let roles: Vec<String> =
        user.roles.0.iter().map(|role| value(role).as_str().unwrap_or_default().replace('_', " ")).collect();
    vec![
        user.email.to_string(),
        if roles.is_empty() { "member".into() } else { roles.join(", ") },
        match (user.disabled, &user.invitation) {
            (true, _) => "disabled".into(),
            (false, Some(invitation)) => format!("invited until {}", invitation.expires),
            (false, None) => "active".into(),
        },
        user.certificate.map_or_else(|| "-".into(), |digest| digest.to_string()),
    ]
}
