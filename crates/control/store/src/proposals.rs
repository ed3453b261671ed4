//! Changes of a workspace's members that an admin of its organisation proposes. They bind nobody: an administrator of
//! the charter signs what comes of one, or dismisses it.

use cloister_authz::{
    Granted,
    actions::{DismissProposal, ProposeChange},
};
use cloister_model::{Digest, Email, Timestamp, UserId};
use uuid::Uuid;

use crate::{Query, Row, StoreError, Tx, people::parsed};

/// A proposal.
#[derive(Clone, Debug)]
pub struct ProposalRow {
    /// Its id.
    pub id: Uuid,
    /// The workspace.
    pub workspace: Digest,
    /// Who proposes.
    pub author: UserId,
    /// Their address.
    pub email: Email,
    /// The charter in force that it changes.
    pub charter: Digest,
    /// Whom to add.
    pub add: Vec<Email>,
    /// Whom to remove.
    pub remove: Vec<Email>,
    /// When.
    pub created: Timestamp,
}

fn proposal(row: &Row) -> Result<ProposalRow, StoreError> {
    let emails = |column: &str| -> Result<Vec<Email>, StoreError> {
        let text: String = row.try_get("", column)?;
        serde_json::from_str(&text).map_err(StoreError::corrupt)
    };
    Ok(ProposalRow {
        id: parsed(row, "id")?,
        workspace: parsed(row, "workspace")?,
        author: parsed(row, "author")?,
        email: parsed(row, "email")?,
        charter: parsed(row, "charter")?,
        add: emails("adds")?,
        remove: emails("removes")?,
        created: Timestamp::from_micros(row.try_get("", "created")?),
    })
}

const PROPOSAL: &str = "SELECT p.id, p.workspace, p.author, u.email, p.charter, p.adds, p.removes, p.created
    FROM proposals p JOIN users u ON u.id = p.author";

/// The proposal of this id.
pub async fn by_id(db: &dyn Query, id: Uuid) -> Result<Option<ProposalRow>, StoreError> {
    let sql = format!("{PROPOSAL} WHERE p.id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(proposal).transpose()
}

/// A workspace's proposals, in the order they were made.
pub async fn of_workspace(
    db: &dyn Query,
    workspace: Digest,
    after: &str,
    limit: u64,
) -> Result<Vec<ProposalRow>, StoreError> {
    let sql = format!("{PROPOSAL} WHERE p.workspace = $1 AND p.id > $2 ORDER BY p.id LIMIT {limit}");
    let rows = db.all(&sql, vec![workspace.to_string().into(), after.into()]).await?;
    rows.iter().map(proposal).collect()
}

/// How many wait in a workspace.
pub async fn count(db: &dyn Query, workspace: Digest) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM proposals WHERE workspace = $1";
    let row = db.one(sql, vec![workspace.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    Ok(row.try_get("", "n")?)
}

impl Tx {
    /// Stores a proposal to the workspace of the grant.
    pub async fn add_proposal(
        &self,
        grant: &Granted<ProposeChange>,
        row: &ProposalRow,
    ) -> Result<(), StoreError> {
        let text = |emails: &[Email]| serde_json::to_string(emails).map_err(StoreError::corrupt);
        self.exec(
            "INSERT INTO proposals (id, workspace, author, charter, adds, removes, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                row.id.to_string().into(),
                grant.id().into(),
                row.author.to_string().into(),
                row.charter.to_string().into(),
                text(&row.add)?.into(),
                text(&row.remove)?.into(),
                row.created.micros().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// The proposal of the grant is done with; false when it was before.
    pub async fn dismiss_proposal(&self, grant: &Granted<DismissProposal>) -> Result<bool, StoreError> {
        Ok(self.exec("DELETE FROM proposals WHERE id = $1", vec![grant.id().into()]).await? == 1)
    }

    /// Another charter is in force: what was proposed to the one before is no longer a change of what is.
    pub(crate) async fn outdate_proposals(&self, workspace: Digest, now: Digest) -> Result<(), StoreError> {
        let sql = "DELETE FROM proposals WHERE workspace = $1 AND charter <> $2";
        self.exec(sql, vec![workspace.to_string().into(), now.to_string().into()]).await.map(|_| ())
    }
}
