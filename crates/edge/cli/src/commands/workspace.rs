//! Workspaces and invitations.

use cloister_api::workspaces::{ChangeWorkspaceRequest, Member, Proposal, ProposeRequest, Workspace};
use cloister_client::{
    Client,
    outlook::Outlook,
    workspaces::{Approval, Change, Creation, HeldWorkspace},
};
use cloister_model::{Assurance, Digest, Email};
use serde_json::{Value, json};

use super::value;
use crate::{
    args::{Create, Set, WorkspaceCommand, templates},
    context::Context,
    outcome::{Failure, Reply},
    terminal,
};

pub(super) async fn run(context: &Context, command: WorkspaceCommand) -> Result<Reply, Failure> {
    let client = context.client()?;
    match command {
        WorkspaceCommand::Create(args) => create(context, &client, args).await,
        WorkspaceCommand::List => list(&client).await,
        WorkspaceCommand::Show { workspace } => show(&client, &workspace).await,
        WorkspaceCommand::Invites { workspace } => {
            let workspace = client.find_workspace(&workspace).await?;
            // Those of the charter that waits, where a later one does.
            let later = !workspace.pending_members.is_empty();
            let asked = if later { &workspace.pending_members } else { &workspace.members };
            let json = json!({ "workspace": workspace.id, "items": asked, "awaiting": workspace.awaiting });
            Ok(Reply::new(json, members(asked)))
        }
        WorkspaceCommand::Resend { workspace, email } => {
            let workspace = client.find_workspace(&workspace).await?;
            client.resend(&workspace, email.clone()).await?;
            Ok(Reply::new(json!({ "workspace": workspace.id, "email": email }), format!("reminded {email}")))
        }
        WorkspaceCommand::Accept { workspace, genesis } => {
            accept(context, &client, &workspace, genesis).await
        }
        WorkspaceCommand::Decline { workspace } => {
            let held = client.held_workspace(&workspace).await?;
            let ended = client.decline(&held).await?;
            Ok(Reply::new(
                json!({ "workspace": held.workspace.id, "statement": ended.statement }),
                "declined",
            ))
        }
        WorkspaceCommand::Set(args) => set(&client, args).await,
        WorkspaceCommand::Propose { workspace, add_member, remove_member } => {
            let change = ProposeRequest { add: add_member, remove: remove_member };
            let made = client.propose_members(workspace, &change).await?;
            Ok(Reply::new(value(&made), format!("proposed {}; its administrators decide", made.id)))
        }
        WorkspaceCommand::Proposals { workspace } => {
            let workspace = client.find_workspace(&workspace).await?;
            let found = client.proposals(workspace.id).await?;
            let text = terminal::list(
                &["id", "by", "add", "remove", "when"],
                &found.iter().map(proposal).collect::<Vec<_>>(),
                "nothing is proposed",
            );
            Ok(Reply::new(json!({ "items": found }), text))
        }
        WorkspaceCommand::Dismiss { proposal } => {
            client.dismiss_proposal(proposal).await?;
            Ok(Reply::new(json!({ "proposal": proposal }), "dismissed"))
        }
        WorkspaceCommand::Suspend { workspace, email } => {
            let held = client.held_workspace(&workspace).await?;
            let done = client.suspend(&held, &email).await?;
            let json = json!({ "workspace": held.workspace.id, "email": email, "statement": done.statement });
            Ok(Reply::new(json, format!("suspended {email}")))
        }
        WorkspaceCommand::Archive { workspace, confirm } => {
            let held = client.held_workspace(&workspace).await?;
            let done = client.archive(&held, &confirm).await?;
            let json =
                json!({ "workspace": held.workspace.id, "state": "archived", "statement": done.statement });
            Ok(Reply::new(json, format!("archived {confirm} for good")))
        }
    }
}

fn described(workspace: &Workspace) -> Value {
    let mut json = value(workspace);
    json["workspace"] = json!(workspace.id);
    json["genesis"] = json!(workspace.id);
    json
}

/// What settles the floor of a new workspace.
#[derive(Debug, PartialEq, Eq)]
enum Settled {
    /// It is this.
    Floor(Assurance),
    /// The person is to be asked.
    Ask,
    /// Nobody can be asked.
    Unsaid,
}

/// The floor is hardware unless said otherwise; where every worker is simulated it is asked for, never assumed.
fn settle(asked: Option<Assurance>, outlook: Outlook, can_ask: bool) -> Settled {
    match (asked, outlook.only_simulated(), can_ask) {
        (Some(floor), _, _) => Settled::Floor(floor),
        (None, false, _) => Settled::Floor(Assurance::Hardware),
        (None, true, true) => Settled::Ask,
        (None, true, false) => Settled::Unsaid,
    }
}

/// The floor, and what was said because no worker can meet it.
async fn floor(
    context: &Context,
    client: &Client,
    asked: Option<Assurance>,
) -> Result<(Assurance, Option<&'static str>), Failure> {
    let outlook = client.outlook().await?;
    let floor = match settle(asked, outlook, context.can_ask()) {
        Settled::Floor(floor) => floor,
        Settled::Ask => {
            context.note("every worker of this server is simulated: it proves nothing about hardware");
            if terminal::confirm("allow simulated workers in this workspace, for good?")? {
                Assurance::Simulated
            } else {
                Assurance::Hardware
            }
        }
        Settled::Unsaid => {
            return Err(Failure::Usage(
                "every worker of this server is simulated: say `--assurance simulated`, or `--assurance hardware` \
                 (then no run can succeed here yet)"
                    .into(),
            ));
        }
    };
    let never = outlook.never(floor);
    never.inspect(|never| context.warn(never));
    Ok((floor, never))
}

async fn create(context: &Context, client: &Client, args: Create) -> Result<Reply, Failure> {
    let (floor, never) = floor(context, client, args.assurance).await?;
    let creation = Creation {
        floor,
        name: args.name,
        kind: args.kind,
        description: args.description,
        templates: templates(&args.template),
        members: args.member,
        approval: if args.approval_group.is_empty() {
            Approval::All
        } else {
            Approval::Groups(args.approval_group)
        },
        run: args.run,
        recoverers: args.recoverer,
        console_allowed: args.allow_console,
    };
    let made = client.create_workspace(&creation).await?;
    let text = format!(
        "{} is {}\ngenesis {}\ntell the members this digest by another channel; they run\n  cloister workspace accept \
         \"{}\" --genesis {}",
        made.name, made.state, made.id, made.name, made.id
    );
    let mut json = described(&made);
    json["warning"] = json!(never);
    Ok(Reply::new(json, text))
}

async fn list(client: &Client) -> Result<Reply, Failure> {
    let workspaces: Vec<Workspace> = client.api().all("/workspaces").await?;
    let rows: Vec<Vec<String>> = workspaces
        .iter()
        .map(|w| {
            vec![
                w.name.to_string(),
                w.state.clone(),
                w.members.len().to_string(),
                w.id.to_string()[..16].to_owned(),
            ]
        })
        .collect();
    let text = terminal::list(
        &["name", "state", "members", "id"],
        &rows,
        "no workspaces yet: make one with `cloister workspace create NAME --type analytics`, or ask its administrator to invite you",
    );
    Ok(Reply::new(json!({ "items": workspaces }), text))
}

async fn show(client: &Client, text: &str) -> Result<Reply, Failure> {
    let held = client.held_workspace(text).await?;
    let workspace = &held.workspace;
    let charter = match held.in_force() {
        Ok(now) => format!("charter version {} in force, verified here: {}", now.charter.version, now.digest),
        Err(error) => format!("no charter verified in force: {error}"),
    };
    let notice = workspace.notice.as_deref().map(|n| format!("\nnotice: {n}")).unwrap_or_default();
    let said = format!(
        "{} ({})\n{}\ngenesis {}\n{charter}{notice}\n\n{}",
        workspace.name,
        workspace.state,
        workspace.description,
        workspace.id,
        members(&workspace.members)
    );
    let mut json = described(workspace);
    json["verified"] = json!(held.in_force().is_ok());
    if let Ok(now) = held.in_force() {
        json["charter_in_force"] = value(&now.charter);
    }
    Ok(Reply::new(json, said))
}

fn proposal(proposal: &Proposal) -> Vec<String> {
    let all = |emails: &[Email]| emails.iter().map(Email::as_str).collect::<Vec<_>>().join(" ");
    vec![
        proposal.id.to_string(),
        proposal.author.to_string(),
        all(&proposal.add),
        all(&proposal.remove),
        proposal.created.to_string(),
    ]
}

fn members(members: &[Member]) -> String {
    let rows: Vec<Vec<String>> = members
        .iter()
        .map(|m| {
            let role = match (m.administrator, m.suspended) {
                (_, true) => "suspended",
                (true, false) => "administrator",
                (false, false) => "member",
            };
            let answered = m.answered.map_or_else(|| "-".to_owned(), |at| at.to_string());
            vec![
                m.email.to_string(),
                m.organisation.to_string(),
                role.into(),
                m.answer.clone(),
                m.invited.to_string(),
                answered,
            ]
        })
        .collect();
    terminal::table(&["e-mail", "organisation", "role", "answer", "invited", "answered"], &rows)
}

/// The genesis digest is compared with what another channel told: by flag, or by the person on a terminal.
fn compared(context: &Context, held: &HeldWorkspace, genesis: Option<Digest>) -> Result<(), Failure> {
    if genesis.is_some() {
        return Ok(());
    }
    let digest = held.genesis();
    if !context.can_ask() {
        return Err(Failure::Usage(format!(
            "compare the genesis digest `{digest}` with another member and give it with `--genesis DIGEST`"
        )));
    }
    context.note(&format!("the genesis digest of {} is\n  {digest}", held.workspace.name));
    if terminal::confirm("did another member tell you this digest by another channel?")? {
        Ok(())
    } else {
        Err(Failure::Failed("not accepted: nothing was signed".into()))
    }
}

async fn accept(
    context: &Context,
    client: &Client,
    text: &str,
    genesis: Option<Digest>,
) -> Result<Reply, Failure> {
    let held = client.held_workspace(text).await?;
    compared(context, &held, genesis)?;
    let accepted = client.accept(&held, genesis).await?;
    let workspace = &accepted.workspace;
    let said = match (accepted.only_pinned, accepted.complete) {
        (true, _) => format!("you had answered before; the genesis of {} is pinned now", workspace.name),
        (false, true) => format!("accepted; {} is {}", workspace.name, workspace.state),
        (false, false) => format!("accepted; {} waits for other members", workspace.name),
    };
    Ok(Reply::new(described(workspace), said))
}

async fn set(client: &Client, args: Set) -> Result<Reply, Failure> {
    let approval = match (args.approval.is_some(), args.approval_group.is_empty()) {
        (true, _) => Some(Approval::All),
        (false, false) => Some(Approval::Groups(args.approval_group)),
        (false, true) => None,
    };
    let change = Change {
        add: args.add_member,
        remove: args.remove_member,
        approval,
        run: args.run,
        administrators: args.administrator,
        recoverers: args.recoverer,
    };
    let unsigned =
        ChangeWorkspaceRequest { description: args.description, templates: templates(&args.template) };
    let says = unsigned.description.is_some() || unsigned.templates.is_some();
    if change.is_empty() && !says {
        return Err(Failure::Usage("say what to change".into()));
    }
    let workspace = client.find_workspace(&args.workspace).await?;
    if says {
        client.change_unsigned(&workspace, &unsigned).await?;
    }
    let now: Workspace = if change.is_empty() {
        client.api().get(&format!("/workspaces/{}", workspace.id)).await?
    } else {
        client.change_charter(&client.hold(workspace).await?, &change).await?
    };
    let said = match now.pending_charter {
        Some(pending) => format!("proposed; the charter {pending} waits for acceptances"),
        None => format!("changed; version {} is in force", now.version),
    };
    Ok(Reply::new(described(&now), said))
}

#[cfg(test)]
mod tests {
    use cloister_model::Timestamp;

    use super::*;

    #[test]
    fn a_floor_is_asked_for_where_every_worker_is_simulated_and_never_assumed() {
        let outlook = |told| Outlook::of(&[], told, Timestamp::from_micros(0));
        let (hardware, simulated) = (Assurance::Hardware, Assurance::Simulated);
        for (asked, told, can_ask, settled) in [
            (None, true, true, Settled::Ask),
            (None, true, false, Settled::Unsaid),
            (None, false, false, Settled::Floor(hardware)),
            (Some(hardware), true, true, Settled::Floor(hardware)),
            (Some(simulated), true, false, Settled::Floor(simulated)),
        ] {
            assert_eq!(settle(asked, outlook(told), can_ask), settled, "{asked:?} {told} {can_ask}");
        }
    }
}
