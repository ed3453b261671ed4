//! Notices: written with the act they tell of, in its transaction, so that there is one of each, or none.

use cloister_authz::{
    Granted,
    actions::{MarkNotices, SetNotices},
};
use cloister_model::{Digest, Email, Timestamp, UserId, notices::NoticeKind};
use uuid::Uuid;

use crate::{Query, Row, StoreError, Tx, people::parsed};

/// A notice to write.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Time-ordered.
    pub id: Uuid,
    /// Whom it tells.
    pub owner: UserId,
    /// Of what kind.
    pub kind: NoticeKind,
    /// Who did it.
    pub actor: Option<UserId>,
    /// In which workspace.
    pub workspace: Option<Digest>,
    /// To what.
    pub target: Option<String>,
    /// What the thing is called.
    pub name: String,
    /// How it ended, where the kind has outcomes.
    pub outcome: Option<String>,
    /// When.
    pub created: Timestamp,
}

/// A notice as stored.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// What was written.
    pub new: NewNotice,
    /// The actor's address.
    pub actor_email: Option<Email>,
    /// The workspace's name.
    pub workspace_name: Option<String>,
    /// When it was read.
    pub read: Option<Timestamp>,
    /// Its place in commit order.
    pub place: i64,
}

const NOTICE: &str =
    "SELECT n.id, n.owner, n.kind, n.actor, n.workspace, n.target, n.name, n.outcome, n.created,
    n.read, n.place, u.email AS actor_email, w.name AS workspace_name
    FROM notices n LEFT JOIN users u ON u.id = n.actor LEFT JOIN workspaces w ON w.id = n.workspace";

fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &Row,
    column: &str,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.try_get("", column)?;
    text.map(|text| text.parse().map_err(StoreError::corrupt)).transpose()
}

fn notice(row: &Row) -> Result<NoticeRow, StoreError> {
    let read: Option<i64> = row.try_get("", "read")?;
    Ok(NoticeRow {
        new: NewNotice {
            id: parsed(row, "id")?,
            owner: parsed(row, "owner")?,
            kind: parsed(row, "kind")?,
            actor: optional(row, "actor")?,
            workspace: optional(row, "workspace")?,
            target: row.try_get("", "target")?,
            name: row.try_get("", "name")?,
            outcome: row.try_get("", "outcome")?,
            created: Timestamp::from_micros(row.try_get("", "created")?),
        },
        actor_email: optional(row, "actor_email")?,
        workspace_name: row.try_get("", "workspace_name")?,
        read: read.map(Timestamp::from_micros),
        place: row.try_get("", "place")?,
    })
}

/// The notice of this id.
pub async fn by_id(db: &dyn Query, id: Uuid) -> Result<Option<NoticeRow>, StoreError> {
    let sql = format!("{NOTICE} WHERE n.id = $1");
    db.one(&sql, vec![id.to_string().into()]).await?.as_ref().map(notice).transpose()
}

/// Somebody's notices, newest first, from below the place `before`.
pub async fn of_user(
    db: &dyn Query,
    owner: UserId,
    unread: bool,
    (before, limit): (i64, u64),
) -> Result<Vec<NoticeRow>, StoreError> {
    let only = if unread { "AND n.read IS NULL" } else { "" };
    let sql =
        format!("{NOTICE} WHERE n.owner = $1 AND n.place < $2 {only} ORDER BY n.place DESC LIMIT {limit}");
    db.all(&sql, vec![owner.to_string().into(), before.into()]).await?.iter().map(notice).collect()
}

/// How many notices somebody has not read.
pub async fn unread(db: &dyn Query, owner: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM notices WHERE owner = $1 AND read IS NULL";
    let row = db.one(sql, vec![owner.to_string().into()]).await?.ok_or(StoreError::NotFound)?;
    Ok(row.try_get("", "n")?)
}

/// The kinds somebody wants no mail of.
pub async fn muted(db: &dyn Query, owner: UserId) -> Result<Vec<NoticeKind>, StoreError> {
    let sql = "SELECT muted FROM notice_settings WHERE owner = $1";
    let Some(row) = db.one(sql, vec![owner.to_string().into()]).await? else { return Ok(Vec::new()) };
    let text: String = row.try_get("", "muted")?;
    serde_json::from_str(&text).map_err(StoreError::corrupt)
}

impl Tx {
    /// Tells somebody.
    pub async fn add_notice(&self, new: &NewNotice) -> Result<(), StoreError> {
        let sql = "INSERT INTO notices (id, owner, kind, actor, workspace, target, name, outcome, created, place)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT COALESCE(MAX(place), 0) + 1 FROM notices))";
        let values = vec![
            new.id.to_string().into(),
            new.owner.to_string().into(),
            new.kind.as_str().into(),
            new.actor.map(|id| id.to_string()).into(),
            new.workspace.map(|id| id.to_string()).into(),
            new.target.clone().into(),
            new.name.clone().into(),
            new.outcome.clone().into(),
            new.created.micros().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }

    /// One of the owner's notices was read; false when there is none such.
    pub async fn mark_read(
        &self,
        _grant: &Granted<MarkNotices>,
        owner: UserId,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE notices SET read = COALESCE(read, $1) WHERE id = $2 AND owner = $3";
        let values = vec![now.micros().into(), id.to_string().into(), owner.to_string().into()];
        Ok(self.exec(sql, values).await? == 1)
    }

    /// All of the owner's notices up to this one were read; how many were not before.
    pub async fn mark_all_read(
        &self,
        _grant: &Granted<MarkNotices>,
        owner: UserId,
        up_to: Uuid,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE notices SET read = $1 WHERE owner = $2 AND read IS NULL
                   AND place <= (SELECT place FROM notices WHERE id = $3 AND owner = $2)";
        self.exec(sql, vec![now.micros().into(), owner.to_string().into(), up_to.to_string().into()]).await
    }

    /// The owner wants no mail of these kinds.
    pub async fn mute(
        &self,
        _grant: &Granted<SetNotices>,
        owner: UserId,
        kinds: &[NoticeKind],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO notice_settings (owner, muted) VALUES ($1, $2)
                   ON CONFLICT (owner) DO UPDATE SET muted = excluded.muted";
        let text = serde_json::to_string(kinds).map_err(StoreError::corrupt)?;
        self.exec(sql, vec![owner.to_string().into(), text.into()]).await.map(|_| ())
    }
}
