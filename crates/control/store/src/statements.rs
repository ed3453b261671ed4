//! Signed statements as stored, and what became of those that restrict.

use cloister_model::{Digest, Timestamp, UserId};

use std::collections::BTreeMap;

use crate::{Query, Row, StoreError, Tx, people::parsed, tx::AT_ONCE, tx::places};

/// A statement to store.
#[derive(Clone, Debug)]
pub struct NewStatement {
    /// Its digest.
    pub digest: Digest,
    /// The kind's word.
    pub kind: String,
    /// Its workspace.
    pub workspace: Option<Digest>,
    /// Its signer: a certificate's digest or a key.
    pub signer: String,
    /// The envelope's JSON.
    pub envelope: String,
    /// When it was stored.
    pub stored: Timestamp,
}

/// A restricting statement's further way.
#[derive(Clone, Debug)]
pub struct Awaiting {
    /// Which code moves the state in transaction two.
    pub on_ack: String,
    /// What that code and the broker need: JSON of the supporting envelopes.
    pub supporting: String,
}

/// A stored statement.
#[derive(Clone, Debug)]
pub struct StoredStatement {
    /// Its digest.
    pub digest: Digest,
    /// The kind's word.
    pub kind: String,
    /// Its workspace.
    pub workspace: Option<Digest>,
    /// The envelope's JSON.
    pub envelope: String,
    /// `stored`, `awaiting_broker`, `acknowledged` or `refused`.
    pub state: String,
    /// Which code moves the state in transaction two.
    pub on_ack: Option<String>,
    /// The supporting envelopes' JSON.
    pub supporting: Option<String>,
    /// The acknowledgement's JSON.
    pub acknowledgement: Option<String>,
    /// Why the broker refused it: check and reason.
    pub problem: Option<String>,
    /// When it was stored.
    pub stored: Timestamp,
}

const COLUMNS: &str =
    "digest, kind, workspace, envelope, state, on_ack, supporting, acknowledgement, problem, stored";

fn statement(row: &Row) -> Result<StoredStatement, StoreError> {
    let digest: String = row.try_get("", "digest")?;
    let workspace: Option<String> = row.try_get("", "workspace")?;
    Ok(StoredStatement {
        digest: digest.parse().map_err(StoreError::corrupt)?,
        kind: row.try_get("", "kind")?,
        workspace: workspace.map(|w| w.parse()).transpose().map_err(StoreError::corrupt)?,
        envelope: row.try_get("", "envelope")?,
        state: row.try_get("", "state")?,
        on_ack: row.try_get("", "on_ack")?,
        supporting: row.try_get("", "supporting")?,
        acknowledgement: row.try_get("", "acknowledgement")?,
        problem: row.try_get("", "problem")?,
        stored: Timestamp::from_micros(row.try_get("", "stored")?),
    })
}

/// The statement of this digest.
pub async fn find(db: &dyn Query, digest: Digest) -> Result<Option<StoredStatement>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM statements WHERE digest = $1");
    db.one(&sql, vec![digest.to_string().into()]).await?.as_ref().map(statement).transpose()
}

/// Who signed a statement, if it was a user with a certificate.
pub async fn signer_of(db: &dyn Query, digest: Digest) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT c.owner AS owner FROM statements s JOIN certificates c ON c.digest = s.signer WHERE s.digest = $1";
    let row = db.one(sql, vec![digest.to_string().into()]).await?;
    row.map(|row| parsed(&row, "owner")).transpose()
}

/// A workspace's statements, in the order they were stored.
pub async fn of_workspace(db: &dyn Query, workspace: Digest) -> Result<Vec<StoredStatement>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM statements WHERE workspace = $1 ORDER BY place");
    db.all(&sql, vec![workspace.to_string().into()]).await?.iter().map(statement).collect()
}

/// Statements of a kind that the broker has not refused, in the order they were stored.
pub async fn of_kind(db: &dyn Query, kind: &str) -> Result<Vec<StoredStatement>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM statements WHERE kind = $1 AND state <> 'refused' ORDER BY place");
    db.all(&sql, vec![kind.into()]).await?.iter().map(statement).collect()
}

/// Kinds of a workspace's statements that wait for the broker, in the order they were stored.
pub async fn awaiting_broker(db: &dyn Query, workspace: Digest) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT kind FROM statements WHERE workspace = $1 AND state = 'awaiting_broker' ORDER BY place";
    let rows = db.all(sql, vec![workspace.to_string().into()]).await?;
    rows.iter().map(|row| Ok(row.try_get("", "kind")?)).collect()
}

/// The stamp of the workspace that an SQL expression names, as a SELECT of one value `n`.
pub(crate) fn stamp_of(workspace: &str) -> String {
    format!(
        "SELECT CAST(COALESCE(SUM(s.value), 0) AS BIGINT) AS n FROM stamps s WHERE s.name IN ({workspace}, 'deployment')"
    )
}

/// Changes whenever a statement that a workspace rests on is stored or changes its state, and whenever rows change by
/// which requests in it are decided: charter, state, invitations, suspensions, shares.
pub async fn stamp(db: &dyn Query, workspace: Digest) -> Result<i64, StoreError> {
    let row =
        db.one(&stamp_of("$1"), vec![workspace.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    Ok(row.try_get("", "n")?)
}

/// The same of each of some workspaces.
pub async fn stamps(db: &dyn Query, workspaces: &[Digest]) -> Result<BTreeMap<Digest, i64>, StoreError> {
    let mut found = BTreeMap::new();
    for some in workspaces.chunks(AT_ONCE) {
        let list = places(some.len());
        let sql = format!("SELECT name, value FROM stamps WHERE name = 'deployment' OR name IN ({list})");
        let rows = db.all(&sql, some.iter().map(|one| one.to_string().into()).collect()).await?;
        let mut values: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows {
            values.insert(row.try_get("", "name")?, row.try_get("", "value")?);
        }
        let value = |name: &str| values.get(name).copied().unwrap_or_default();
        found.extend(some.iter().map(|one| (*one, value(&one.to_string()) + value("deployment"))));
    }
    Ok(found)
}

impl Tx {
    /// Notes that rows changed which requests in a workspace are decided by.
    pub(crate) async fn bump_workspace(&self, workspace: Digest) -> Result<(), StoreError> {
        let sql = "INSERT INTO stamps (name, value) VALUES ($1, 1)
                   ON CONFLICT (name) DO UPDATE SET value = stamps.value + 1";
        self.exec(sql, vec![workspace.to_string().into()]).await.map(|_| ())
    }

    /// Notes that a statement was stored or changed its state.
    async fn bump_stamp(&self, digest: Digest) -> Result<(), StoreError> {
        let sql = "INSERT INTO stamps (name, value)
                   SELECT COALESCE(workspace, 'deployment'), 1 FROM statements WHERE digest = $1
                   ON CONFLICT (name) DO UPDATE SET value = stamps.value + 1";
        self.exec(sql, vec![digest.to_string().into()]).await.map(|_| ())
    }

    /// Passes on whether one row changed; then the stamp does too.
    async fn stamped(&self, digest: Digest, changed: u64) -> Result<bool, StoreError> {
        if changed == 1 {
            self.bump_stamp(digest).await?;
        }
        Ok(changed == 1)
    }

    /// Stores a statement; one that is there already stays as it is (false).
    pub async fn store_statement(
        &self,
        new: &NewStatement,
        awaiting: Option<&Awaiting>,
    ) -> Result<bool, StoreError> {
        let state = if awaiting.is_some() { "awaiting_broker" } else { "stored" };
        let changed = self
            .exec(
                "INSERT INTO statements (digest, kind, workspace, signer, envelope, stored, state, on_ack, supporting, place)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT COALESCE(MAX(place), 0) + 1 FROM statements))
                 ON CONFLICT (digest) DO NOTHING",
                vec![
                    new.digest.to_string().into(),
                    new.kind.clone().into(),
                    new.workspace.map(|w| w.to_string()).into(),
                    new.signer.clone().into(),
                    new.envelope.clone().into(),
                    new.stored.micros().into(),
                    state.into(),
                    awaiting.map(|a| a.on_ack.clone()).into(),
                    awaiting.map(|a| a.supporting.clone()).into(),
                ],
            )
            .await?;
        self.stamped(new.digest, changed).await
    }

    /// A stored statement now waits for the broker (a charter, when its last acceptance is stored).
    pub async fn await_broker(&self, digest: Digest, awaiting: &Awaiting) -> Result<bool, StoreError> {
        let sql = "UPDATE statements SET state = 'awaiting_broker', on_ack = $1, supporting = $2
                   WHERE digest = $3 AND state = 'stored'";
        let values = vec![
            awaiting.on_ack.clone().into(),
            awaiting.supporting.clone().into(),
            digest.to_string().into(),
        ];
        let changed = self.exec(sql, values).await?;
        self.stamped(digest, changed).await
    }

    /// Transaction two: the acknowledgement is stored; false when it was before.
    pub async fn acknowledge(&self, digest: Digest, acknowledgement: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE statements SET state = 'acknowledged', acknowledgement = $1
                   WHERE digest = $2 AND state = 'awaiting_broker'";
        let changed = self.exec(sql, vec![acknowledgement.into(), digest.to_string().into()]).await?;
        self.stamped(digest, changed).await
    }

    /// The broker refused the statement for good.
    pub async fn refuse_statement(&self, digest: Digest, problem: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE statements SET state = 'refused', problem = $1 WHERE digest = $2 AND state = 'awaiting_broker'";
        let changed = self.exec(sql, vec![problem.into(), digest.to_string().into()]).await?;
        self.stamped(digest, changed).await
    }
}
