//! The first charter of a workspace.

use std::collections::BTreeSet;

use cloister_api::workspaces::{NewWorkspaceRequest, Workspace};
use cloister_model::{
    ApprovalGroup, ApprovalPolicy, Assurance, Description, Digest, Email, IdentityStrength, RunPolicy,
    Templates, WorkspaceId, WorkspaceKind, WorkspaceName,
};
use cloister_statement::predicate::{Channel, Charter};
use cloister_verify::charters::validate_charter;

use crate::{Client, ClientError, broker::ProvenBroker, client::to_api, people::Person, preview::Facts};

/// A group of an approval policy, by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOf {
    /// Its name.
    pub name: String,
    /// How many must approve.
    pub threshold: u32,
    /// Its members.
    pub members: Vec<Email>,
}

/// Who must approve, by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Every member.
    All,
    /// Groups.
    Groups(Vec<GroupOf>),
}

/// Who may run, by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunBy {
    /// Every member.
    All,
    /// The author.
    Creator,
    /// These.
    Named(Vec<Email>),
}

/// A workspace to be.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Its name.
    pub name: WorkspaceName,
    /// Its type.
    pub kind: WorkspaceKind,
    /// What it is for.
    pub description: Option<Description>,
    /// The templates it offers; all, when absent.
    pub templates: Option<Templates>,
    /// Who is invited besides the creator.
    pub members: Vec<Email>,
    /// Who must approve.
    pub approval: Approval,
    /// Who may run.
    pub run: RunBy,
    /// The assurance floor.
    pub floor: Assurance,
    /// Who may recover lost certificates.
    pub recoverers: Vec<Email>,
    /// Whether certificates enrolled through the console, whose code the server serves, count.
    pub console_allowed: bool,
}

/// Whom addresses name among a charter's people.
pub(crate) struct Roll<'a>(pub(crate) &'a [Person]);

impl Roll<'_> {
    pub(crate) fn digest(&self, email: &Email) -> Result<Digest, ClientError> {
        let found = self.0.iter().find(|person| person.email() == email);
        found
            .map(|person| person.digest)
            .ok_or_else(|| ClientError::Input(format!("`{email}` is not among the workspace's members")))
    }

    pub(crate) fn digests(&self, emails: &[Email]) -> Result<BTreeSet<Digest>, ClientError> {
        emails.iter().map(|email| self.digest(email)).collect()
    }

    pub(crate) fn approval(&self, approval: &Approval) -> Result<ApprovalPolicy, ClientError> {
        let Approval::Groups(groups) = approval else { return Ok(ApprovalPolicy::AllMembers) };
        let group = |group: &GroupOf| {
            let members = self.digests(&group.members)?;
            Ok(ApprovalGroup { name: group.name.clone(), threshold: group.threshold, members })
        };
        Ok(ApprovalPolicy::Groups { groups: groups.iter().map(group).collect::<Result<_, ClientError>>()? })
    }

    pub(crate) fn run(&self, run: &RunBy) -> Result<RunPolicy, ClientError> {
        Ok(match run {
            RunBy::All => RunPolicy::AllMembers,
            RunBy::Creator => RunPolicy::CreatorOnly,
            RunBy::Named(emails) => RunPolicy::Named { members: self.digests(emails)? },
        })
    }
}

/// What a charter says, for showing; people by address.
pub(crate) fn charter_facts(charter: &Charter, people: &[Person]) -> Facts {
    let called = |digest: &Digest| {
        people
            .iter()
            .find(|p| p.digest == *digest)
            .map_or_else(|| digest.to_string(), |p| p.email().to_string())
    };
    let list = |digests: &BTreeSet<Digest>| digests.iter().map(called).collect::<Vec<_>>().join(", ");
    let approval = match &charter.approval {
        ApprovalPolicy::AllMembers => "every member".to_owned(),
        ApprovalPolicy::Groups { groups } => groups
            .iter()
            .map(|g| format!("{}: {} of {}", g.name, g.threshold, list(&g.members)))
            .collect::<Vec<_>>()
            .join("; "),
    };
    let run = match &charter.run {
        RunPolicy::AllMembers => "every member".to_owned(),
        RunPolicy::CreatorOnly => "the author of the job".to_owned(),
        RunPolicy::Named { members } => list(members),
    };
    let kind = match charter.kind {
        WorkspaceKind::Analytics => "analytics",
        WorkspaceKind::Agentic => "agentic",
    };
    let mut facts = Facts::new()
        .fact("workspace", &charter.name)
        .fact("version", charter.version)
        .fact("type", kind)
        .fact("assurance floor", crate::datasets::word(charter.floor))
        .fact("approve", approval)
        .fact("run", run)
        .fact("administrators", list(&charter.administrators))
        .fact("broker key", charter.broker.signing_key)
        .fact("broker measurement", &charter.broker.measurement)
        .fact("broker configuration", charter.broker.configuration);
    let console = if charter.console_allowed { "count" } else { "do not count" };
    facts = facts.fact("certificates made in the console", console);
    if !charter.recoverers.is_empty() {
        facts = facts.fact("may recover certificates", list(&charter.recoverers));
    }
    for person in people.iter().filter(|p| charter.members.contains(&p.digest)) {
        facts = facts.person("member", person);
    }
    facts
}

/// Refuses a charter under which the signatures of people it lists would never count.
pub(crate) fn require_channels(charter: &Charter, people: &[Person]) -> Result<(), ClientError> {
    let console = people.iter().filter(|person| person.certificate.channel == Channel::Console);
    let named: Vec<String> = console.map(|person| person.email().to_string()).collect();
    if charter.console_allowed || named.is_empty() {
        return Ok(());
    }
    Err(ClientError::Input(format!(
        "members with certificates made in the console: {}; found the workspace with `--allow-console`, or nothing they \
         sign would count",
        named.join(", ")
    )))
}

impl Client {
    pub(crate) fn nonce(&self) -> String {
        self.random().to_string()[..32].to_owned()
    }

    /// Founds a workspace: proves the broker, signs charter version 1, pins its genesis digest.
    pub async fn create_workspace(&self, creation: &Creation) -> Result<Workspace, ClientError> {
        let me = self.signatory().await?;
        let broker = self.prove_broker().await?;
        let own = me.person.email().clone();
        let others: Vec<Email> = creation.members.iter().filter(|email| **email != own).cloned().collect();
        let mut people = vec![me.person.clone()];
        people.extend(self.people(&others, "members").await?);
        let charter = self.first_charter(creation, &people, &broker, me.person.digest)?;
        validate_charter(&charter).map_err(ClientError::Input)?;
        require_channels(&charter, &people)?;
        let facts = charter_facts(&charter, &people);
        let charter = self.sign(&me, None, charter, facts)?;
        let body = NewWorkspaceRequest {
            charter: to_api(&charter),
            description: creation.description.clone(),
            templates: creation.templates.clone(),
        };
        let made: Workspace = self.api.post("/workspaces", &body).await?.value;
        if made.id != WorkspaceId(charter.digest()) {
            return Err(ClientError::refused(
                "genesis",
                "the server made another workspace than the one signed for",
            ));
        }
        self.pin_workspace(&made)?;
        if others.is_empty() { self.await_active(made).await } else { Ok(made) }
    }

    /// A workspace that nobody has to answer for becomes active with the broker's acknowledgement.
    async fn await_active(&self, made: Workspace) -> Result<Workspace, ClientError> {
        let mut now = made;
        for _ in 0..20 {
            if now.state != "pending" {
                return Ok(now);
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            now = self.api.get(&format!("/workspaces/{}", now.id)).await?;
        }
        Err(ClientError::NotInForce(now.id.0))
    }

    fn first_charter(
        &self,
        creation: &Creation,
        people: &[Person],
        broker: &ProvenBroker,
        me: Digest,
    ) -> Result<Charter, ClientError> {
        let roll = Roll(people);
        Ok(Charter {
            version: 1,
            previous: None,
            nonce: self.nonce(),
            name: creation.name.clone(),
            kind: creation.kind,
            floor: creation.floor,
            broker: broker.named(),
            minimum_identity: IdentityStrength::Local,
            console_allowed: creation.console_allowed,
            members: people.iter().map(|person| person.digest).collect(),
            administrators: [me].into(),
            approval: roll.approval(&creation.approval)?,
            run: roll.run(&creation.run)?,
            recoverers: roll.digests(&creation.recoverers)?,
        })
    }
}
