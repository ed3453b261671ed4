//! Workspaces and the answers to their charters. What is in force is decided by signed statements; these rows are the
//! index by which people find them.

use cloister_authz::{
    Granted,
    actions::{AnswerInvitation, CreateWorkspace, DescribeWorkspace, ResendInvitation},
};
use cloister_model::{
    Description, Digest, OrgId, Templates, Timestamp, UserId, WorkspaceKind, WorkspaceName,
};

use crate::{Query, Row, StoreError, Tx, people::parsed};

/// A workspace.
#[derive(Clone, Debug)]
pub struct WorkspaceRow {
    /// The genesis digest.
    pub id: Digest,
    /// Its name.
    pub name: WorkspaceName,
    /// What it is for.
    pub description: Description,
    /// Its type.
    pub kind: WorkspaceKind,
    /// Its state's word.
    pub state: String,
    /// The version in force; 0 while pending.
    pub version: i64,
    /// The charter in force, or version 1 while pending.
    pub charter: Digest,
    /// A later charter that waits.
    pub pending: Option<Digest>,
    /// Who made it.
    pub creator: UserId,
    /// The creator's organisation.
    pub org: OrgId,
    /// When.
    pub created: Timestamp,
    /// The templates it offers.
    pub templates: Templates,
}

/// A member of a charter and its answer.
#[derive(Clone, Debug)]
pub struct InvitationRow {
    /// The workspace.
    pub workspace: Digest,
    /// The charter.
    pub charter: Digest,
    /// The member's certificate.
    pub certificate: Digest,
    /// Whose it is.
    pub member: UserId,
    /// Whether the charter names it administrator.
    pub administrator: bool,
    /// `pending`, `accepted` or `declined`.
    pub answer: String,
    /// Whether it is suspended.
    pub suspended: bool,
    /// When it was invited, or reminded.
    pub invited: Timestamp,
    /// When it answered.
    pub answered: Option<Timestamp>,
}

const WORKSPACE: &str =
    "SELECT w.id, w.name, w.description, w.kind, w.state, w.version, w.charter, w.pending, w.creator,
    w.org, w.created, w.templates FROM workspaces w";
const INVITATION: &str =
    "SELECT workspace, charter, certificate, member, administrator, answer, suspended, invited,
    answered FROM invitations";

fn templates_text(templates: &Templates) -> Result<String, StoreError> {
    serde_json::to_string(templates).map_err(StoreError::corrupt)
}

fn kind_word(kind: WorkspaceKind) -> &'static str {
    match kind {
        WorkspaceKind::Analytics => "analytics",
        WorkspaceKind::Agentic => "agentic",
    }
}

fn workspace(row: &Row) -> Result<WorkspaceRow, StoreError> {
    let kind: String = row.try_get("", "kind")?;
    let pending: Option<String> = row.try_get("", "pending")?;
    let templates: Option<String> = row.try_get("", "templates")?;
    Ok(WorkspaceRow {
        id: parsed(row, "id")?,
        name: parsed(row, "name")?,
        description: parsed(row, "description")?,
        kind: if kind == "agentic" { WorkspaceKind::Agentic } else { WorkspaceKind::Analytics },
        state: row.try_get("", "state")?,
        version: row.try_get("", "version")?,
        charter: parsed(row, "charter")?,
        pending: pending.map(|p| p.parse()).transpose().map_err(StoreError::corrupt)?,
        creator: parsed(row, "creator")?,
        org: parsed(row, "org")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
        templates: templates
            .map_or_else(|| Ok(Templates::default()), |text| serde_json::from_str(&text))
            .map_err(StoreError::corrupt)?,
    })
}

fn invitation(row: &Row) -> Result<InvitationRow, StoreError> {
    let answered: Option<i64> = row.try_get("", "answered")?;
    Ok(InvitationRow {
        workspace: parsed(row, "workspace")?,
        charter: parsed(row, "charter")?,
        certificate: parsed(row, "certificate")?,
        member: parsed(row, "member")?,
        administrator: row.try_get::<i64>("", "administrator")? != 0,
        answer: row.try_get("", "answer")?,
        suspended: row.try_get::<i64>("", "suspended")? != 0,
        invited: Timestamp::from_micros(row.try_get("", "invited")?),
        answered: answered.map(Timestamp::from_micros),
    })
}

/// The workspace of this id.
pub async fn by_id(db: &dyn Query, id: Digest) -> Result<Option<WorkspaceRow>, StoreError> {
    let row = db.one(&format!("{WORKSPACE} WHERE w.id = $1"), vec![id.to_string().into()]).await?;
    row.as_ref().map(workspace).transpose()
}

/// Workspaces whose charter in force, first or pending charter lists the user; by id.
pub async fn of_user(
    db: &dyn Query,
    user: UserId,
    after: &str,
    limit: u64,
) -> Result<Vec<WorkspaceRow>, StoreError> {
    let sql = format!(
        "{WORKSPACE} WHERE w.id > $2 AND EXISTS (SELECT 1 FROM invitations i WHERE i.workspace = w.id AND i.member = $1
         AND (i.charter = w.charter OR i.charter = w.pending)) ORDER BY w.id LIMIT {limit}"
    );
    db.all(&sql, vec![user.to_string().into(), after.into()]).await?.iter().map(workspace).collect()
}

/// Everyone a charter lists.
pub async fn invited_by(db: &dyn Query, charter: Digest) -> Result<Vec<InvitationRow>, StoreError> {
    let sql = format!("{INVITATION} WHERE charter = $1 ORDER BY certificate");
    db.all(&sql, vec![charter.to_string().into()]).await?.iter().map(invitation).collect()
}

/// The workspaces whose charter in force, or pending first one, lists a certificate.
pub async fn listing(db: &dyn Query, certificate: Digest) -> Result<Vec<Digest>, StoreError> {
    let sql = "SELECT w.id AS id FROM workspaces w JOIN invitations i ON i.charter = w.charter
               WHERE i.certificate = $1 ORDER BY w.id";
    let rows = db.all(sql, vec![certificate.to_string().into()]).await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// Where one of an organisation's people is in, or invited to.
#[derive(Clone, Debug)]
pub struct Belonging {
    /// Who.
    pub member: UserId,
    /// The genesis digest.
    pub workspace: Digest,
    /// Its name.
    pub name: WorkspaceName,
    /// The answer's word.
    pub answer: String,
    /// Whether their organisation made it.
    pub own: bool,
}

/// The pending and active workspaces of an organisation's people, by the charter in force or version 1.
pub async fn of_colleagues(db: &dyn Query, org: OrgId) -> Result<Vec<Belonging>, StoreError> {
    let sql = "SELECT i.member AS member, w.id AS id, w.name AS name, i.answer AS answer,
                   CAST(CASE WHEN w.org = u.org THEN 1 ELSE 0 END AS BIGINT) AS own
               FROM users u JOIN invitations i ON i.member = u.id
               JOIN workspaces w ON w.id = i.workspace AND w.charter = i.charter
               WHERE u.org = $1 AND w.state IN ('pending', 'active') AND i.answer <> 'declined' ORDER BY w.name, w.id";
    let rows = db.all(sql, vec![org.to_string().into()]).await?;
    let belonging = |row: &Row| {
        Ok(Belonging {
            member: parsed(row, "member")?,
            workspace: parsed(row, "id")?,
            name: parsed(row, "name")?,
            answer: row.try_get("", "answer")?,
            own: row.try_get::<i64>("", "own")? != 0,
        })
    };
    rows.iter().map(belonging).collect()
}

/// Whether the charter in force, or the pending first one, lists somebody of an organisation.
pub async fn has_member_of(db: &dyn Query, row: &WorkspaceRow, org: OrgId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS one FROM invitations i JOIN users u ON u.id = i.member
               WHERE i.charter = $1 AND u.org = $2 LIMIT 1";
    Ok(db.one(sql, vec![row.charter.to_string().into(), org.to_string().into()]).await?.is_some())
}

impl Tx {
    /// Stores a proposed workspace; its first charter is stored already.
    pub async fn add_workspace(
        &self,
        _grant: &Granted<CreateWorkspace>,
        row: &WorkspaceRow,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO workspaces (id, name, description, kind, state, version, charter, pending, creator, org, created,
                templates) VALUES ($1, $2, $3, $4, 'pending', 0, $1, NULL, $5, $6, $7, $8)",
            vec![
                row.id.to_string().into(),
                row.name.as_str().into(),
                row.description.as_str().into(),
                kind_word(row.kind).into(),
                row.creator.to_string().into(),
                row.org.to_string().into(),
                row.created.micros().into(),
                templates_text(&row.templates)?.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Changes what is not signed; false when the description is no longer what was seen.
    pub async fn describe_workspace(
        &self,
        grant: &Granted<DescribeWorkspace>,
        seen: &Description,
        (text, templates): (&Description, &Templates),
    ) -> Result<bool, StoreError> {
        let values = vec![
            text.as_str().into(),
            templates_text(templates)?.into(),
            grant.id().into(),
            seen.as_str().into(),
        ];
        let sql = "UPDATE workspaces SET description = $1, templates = $2 WHERE id = $3 AND description = $4";
        let changed = self.exec(sql, values).await? == 1;
        self.bump_workspace(grant.id().parse().map_err(StoreError::corrupt)?).await?;
        Ok(changed)
    }

    /// Stores that a charter lists someone. Invited before by the same charter, it stays.
    pub async fn invite(&self, row: &InvitationRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO invitations (workspace, charter, certificate, member, administrator, answer, suspended, invited,
                answered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (charter, certificate) DO NOTHING",
            vec![
                row.workspace.to_string().into(),
                row.charter.to_string().into(),
                row.certificate.to_string().into(),
                row.member.to_string().into(),
                i64::from(row.administrator).into(),
                row.answer.clone().into(),
                i64::from(row.suspended).into(),
                row.invited.micros().into(),
                row.answered.map(Timestamp::micros).into(),
            ],
        )
        .await?;
        self.bump_workspace(row.workspace).await
    }

    /// Stores a member's answer to a charter; false when it answered before. An acceptance can be taken back while the
    /// charter waits, a refusal cannot.
    pub async fn answer_invitation(
        &self,
        _grant: &Granted<AnswerInvitation>,
        (charter, certificate): (Digest, Digest),
        answer: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE invitations SET answer = $1, answered = $2
                   WHERE charter = $3 AND certificate = $4 AND answer <> 'declined' AND answer <> $1";
        let values = vec![
            answer.into(),
            now.micros().into(),
            charter.to_string().into(),
            certificate.to_string().into(),
        ];
        let answered = self.exec(sql, values).await? == 1;
        let sql = "INSERT INTO stamps (name, value) SELECT DISTINCT workspace, 1 FROM invitations WHERE charter = $1
                   ON CONFLICT (name) DO UPDATE SET value = stamps.value + 1";
        self.exec(sql, vec![charter.to_string().into()]).await?;
        Ok(answered)
    }

    /// Reminds a member who has not answered; false when there is none.
    pub async fn remind(
        &self,
        grant: &Granted<ResendInvitation>,
        member: UserId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE invitations SET invited = $1 WHERE workspace = $2 AND member = $3 AND answer = 'pending'";
        let values = vec![now.micros().into(), grant.id().into(), member.to_string().into()];
        let reminded = self.exec(sql, values).await? > 0;
        self.bump_workspace(grant.id().parse().map_err(StoreError::corrupt)?).await?;
        Ok(reminded)
    }

    /// A later charter waits.
    pub async fn set_pending_charter(
        &self,
        workspace: Digest,
        charter: Option<Digest>,
    ) -> Result<(), StoreError> {
        let values = vec![charter.map(|c| c.to_string()).into(), workspace.to_string().into()];
        self.exec("UPDATE workspaces SET pending = $1 WHERE id = $2", values).await?;
        self.bump_workspace(workspace).await
    }

    /// The broker acknowledged a charter: it is in force.
    pub async fn charter_in_force(
        &self,
        workspace: Digest,
        charter: Digest,
        version: u64,
    ) -> Result<(), StoreError> {
        let version = i64::try_from(version).map_err(StoreError::corrupt)?;
        let sql = "UPDATE workspaces SET charter = $1, version = $2, state = 'active',
                       pending = CASE WHEN pending = $1 THEN NULL ELSE pending END
                   WHERE id = $3 AND version < $2 AND state IN ('pending', 'active')";
        let values = vec![charter.to_string().into(), version.into(), workspace.to_string().into()];
        self.exec(sql, values).await?;
        self.outdate_proposals(workspace, charter).await?;
        self.bump_workspace(workspace).await
    }

    /// Moves a workspace from one state to another; false when it was not in that state.
    pub async fn move_workspace(&self, workspace: Digest, from: &str, to: &str) -> Result<bool, StoreError> {
        let values = vec![to.into(), workspace.to_string().into(), from.into()];
        let moved =
            self.exec("UPDATE workspaces SET state = $1 WHERE id = $2 AND state = $3", values).await? == 1;
        self.bump_workspace(workspace).await?;
        Ok(moved)
    }

    /// Marks a member suspended.
    pub async fn mark_suspended(&self, workspace: Digest, certificate: Digest) -> Result<(), StoreError> {
        let values = vec![workspace.to_string().into(), certificate.to_string().into()];
        let sql = "UPDATE invitations SET suspended = 1 WHERE workspace = $1 AND certificate = $2";
        self.exec(sql, values).await?;
        self.bump_workspace(workspace).await
    }
}
