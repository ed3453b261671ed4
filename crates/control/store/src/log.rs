//! The outbox of the audit log. An act's row commits with the act; its place in the log is its number less one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_audit::{Entry, Outcome};
use cloister_model::{Digest, OrgId, Timestamp};

use crate::{Query, Reader, Row, StoreError, Tx};

/// An entry before it is numbered. Personal data never goes in: ids and digests only.
#[derive(Clone, Debug)]
pub struct EntryDraft {
    /// What will stand in the log.
    pub entry: Entry,
}

impl EntryDraft {
    /// An act that took place.
    pub fn done(at: Timestamp, actor: &cloister_authz::Actor, action: &str) -> Self {
        let mut entry = Entry::new(at.micros(), actor.log_name(), action, Outcome::Done);
        entry.organisation = actor.org().map(|org| org.to_string());
        Self { entry }
    }

    /// An act that was refused by `check`.
    pub fn refused(at: Timestamp, actor: &cloister_authz::Actor, action: &str, check: &str) -> Self {
        let mut draft = Self::done(at, actor, action);
        draft.entry.outcome = Outcome::Refused;
        draft.entry.check = Some(check.into());
        draft
    }

    /// On what.
    #[must_use]
    pub fn target(mut self, id: impl std::fmt::Display) -> Self {
        self.entry.target = Some(id.to_string());
        self
    }

    /// In which workspace.
    #[must_use]
    pub fn workspace(mut self, id: impl std::fmt::Display) -> Self {
        self.entry.workspace = Some(id.to_string());
        self
    }

    /// In which organisation, where it is not the actor's.
    #[must_use]
    pub fn organisation(mut self, id: OrgId) -> Self {
        self.entry.organisation = Some(id.to_string());
        self
    }

    /// By which signed statement.
    #[must_use]
    pub fn statement(mut self, digest: Digest) -> Self {
        self.entry.statement = Some(digest.to_string());
        self
    }

    /// A further fact.
    #[must_use]
    pub fn fact(mut self, key: &str, value: impl std::fmt::Display) -> Self {
        self.entry.detail.insert(key.into(), value.to_string());
        self
    }
}

/// An entry as stored.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// Its number, from 1.
    pub id: i64,
    /// Its exact bytes.
    pub encoded: Vec<u8>,
}

/// How far the log is integrated.
#[derive(Clone, Debug)]
pub struct LogState {
    /// Entries.
    pub size: i64,
    /// The frontier, as the sequencer writes it.
    pub frontier: String,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Which entries.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this organisation's view.
    pub org: Option<OrgId>,
    /// Of this workspace.
    pub workspace: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// By this actor: a user's id, or its word.
    pub actor: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// With this text, in lower case, in action, target, check or actor, or in the address of a user of `org`.
    pub text: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Numbers below this one.
    pub before: Option<i64>,
}

fn entry(row: &Row) -> Result<StoredEntry, StoreError> {
    let encoded: String = row.try_get("", "encoded")?;
    Ok(StoredEntry {
        id: row.try_get("", "id")?,
        encoded: STANDARD.decode(encoded).map_err(StoreError::corrupt)?,
    })
}

/// A pattern of `LIKE ... ESCAPE '\'` that finds the text anywhere.
fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

/// Columns of a row of the outbox.
const COLUMNS: usize = 11;
/// Entries one statement writes: fewer values than either database takes.
const ENTRIES_AT_ONCE: usize = 500;

/// The values of an entry's row, its number in it.
fn row_of(id: i64, mut e: Entry) -> Result<[crate::Value; COLUMNS], StoreError> {
    e.index = u64::try_from(id - 1).ok();
    let encoded = STANDARD.encode(e.encode().map_err(StoreError::corrupt)?);
    Ok([
        id.into(),
        e.at.into(),
        e.actor.into(),
        e.organisation.into(),
        e.workspace.into(),
        e.action.into(),
        e.target.into(),
        e.outcome.word().into(),
        e.check.into(),
        e.statement.into(),
        encoded.into(),
    ])
}

/// The statement that writes so many rows.
fn insert(rows: usize) -> String {
    let row = |n: usize| {
        let marks = (1..=COLUMNS).map(|m| format!("${}", n * COLUMNS + m)).collect::<Vec<_>>();
        format!("({})", marks.join(", "))
    };
    let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO outbox (id, at, actor, org, workspace, action, target, outcome, refusing, statement, encoded)
         VALUES {rows}"
    )
}

impl Tx {
    /// Writes the entry; gives its number, by which one can wait for it.
    pub async fn audit(&self, draft: EntryDraft) -> Result<i64, StoreError> {
        self.audit_all(vec![draft]).await
    }

    /// Writes entries in their order; gives the number of the last one, or of the one before them where there are none.
    pub async fn audit_all(&self, drafts: Vec<EntryDraft>) -> Result<i64, StoreError> {
        let last = self.one("SELECT COALESCE(MAX(id), 0) AS last FROM outbox", vec![]).await?;
        let mut id: i64 = last.ok_or(StoreError::NotFound)?.try_get("", "last")?;
        let mut drafts = drafts.into_iter();
        loop {
            let mut values = Vec::new();
            for draft in drafts.by_ref().take(ENTRIES_AT_ONCE) {
                id += 1;
                values.extend(row_of(id, draft.entry)?);
            }
            if values.is_empty() {
                return Ok(id);
            }
            self.exec(&insert(values.len() / COLUMNS), values).await?;
        }
    }

    /// Notes how far the log is integrated.
    pub async fn set_log_state(&self, state: &LogState) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO log_state (one, size, frontier, checkpoint) VALUES (1, $1, $2, $3)
             ON CONFLICT (one) DO UPDATE SET size = excluded.size, frontier = excluded.frontier,
                checkpoint = excluded.checkpoint",
            vec![state.size.into(), state.frontier.clone().into(), state.checkpoint.clone().into()],
        )
        .await
        .map(|_| ())
    }
}

impl Reader {
    /// Entries after number `after`, in commit order.
    pub async fn entries_after(&self, after: i64, limit: i64) -> Result<Vec<StoredEntry>, StoreError> {
        let sql = "SELECT id, encoded FROM outbox WHERE id > $1 ORDER BY id LIMIT $2";
        self.all(sql, vec![after.into(), limit.into()]).await?.iter().map(entry).collect()
    }

    /// The number of the newest entry, integrated or not; 0 when there is none.
    pub async fn last_entry(&self) -> Result<i64, StoreError> {
        let row = self.one("SELECT COALESCE(MAX(id), 0) AS last FROM outbox", vec![]).await?;
        Ok(row.ok_or(StoreError::NotFound)?.try_get("", "last")?)
    }

    /// How far the log is integrated.
    pub async fn log_state(&self) -> Result<Option<LogState>, StoreError> {
        let row = self.one("SELECT size, frontier, checkpoint FROM log_state WHERE one = 1", vec![]).await?;
        row.map(|row| {
            Ok(LogState {
                size: row.try_get("", "size")?,
                frontier: row.try_get("", "frontier")?,
                checkpoint: row.try_get("", "checkpoint")?,
            })
        })
        .transpose()
    }

    /// Entries that match, newest first.
    pub async fn find_entries(&self, filter: &Filter, limit: u64) -> Result<Vec<StoredEntry>, StoreError> {
        let mut wanted = vec!["1 = 1".to_owned()];
        let mut values: Vec<crate::Value> = Vec::new();
        let mut add = |column: &str, value: Option<crate::Value>| {
            if let Some(value) = value {
                values.push(value);
                wanted.push(format!("{column} ${}", values.len()));
            }
        };
        add("org =", filter.org.map(|o| o.to_string().into()));
        add("workspace =", filter.workspace.clone().map(Into::into));
        add("action =", filter.action.clone().map(Into::into));
        add("actor =", filter.actor.clone().map(Into::into));
        add("outcome =", filter.outcome.map(|outcome| outcome.word().into()));
        add("at >=", filter.from.map(|t| t.micros().into()));
        add("at <", filter.to.map(|t| t.micros().into()));
        add("id <", filter.before.map(Into::into));
        if let Some(text) = &filter.text {
            values.push(anywhere(text).into());
            let text = format!("LIKE ${} ESCAPE '\\'", values.len());
            values.push(filter.org.map(|o| o.to_string()).into());
            let org = values.len();
            wanted.push(format!(
                "(action {text} OR target {text} OR refusing {text} OR actor {text}
                  OR actor IN (SELECT id FROM users WHERE org = ${org} AND email {text}))"
            ));
        }
        let wanted = wanted.join(" AND ");
        let sql = format!("SELECT id, encoded FROM outbox WHERE {wanted} ORDER BY id DESC LIMIT {limit}");
        self.all(&sql, values).await?.iter().map(entry).collect()
    }
}
