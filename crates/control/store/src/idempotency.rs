//! Requests that carry an `Idempotency-Key`: begun, acted, answered.
//!
//! Invariant: whoever runs inside [`within`] marks its request as acted in the very transaction that commits the act.
//! So after a crash a request that acted is never carried out again, and one that did not is. Nor twice when the clock
//! jumps: an attempt whose row began anew cannot commit.

use cloister_model::{Duration, Timestamp};

use crate::{Query, StoreError, Tx};

/// How long an answer is kept.
const KEPT: Duration = Duration::hours(24);
/// After so long a request without an answer has lost its server: no request lives longer.
const ABANDONED: Duration = Duration::seconds(120);

tokio::task_local! {
    static REQUEST: Begun;
}

/// A request as it began: its row, and this attempt at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    key: String,
    created: Timestamp,
}

/// Runs a request whose acts mark its row.
pub async fn within<F: Future>(begun: Begun, work: F) -> F::Output {
    REQUEST.scope(begun, work).await
}

/// What is known of a request under this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it begins now.
    Fresh(Begun),
    /// Another body came under this key.
    OtherBody,
    /// The first one is not answered yet.
    InProgress,
    /// It was carried out, and its answer is lost.
    AnswerLost,
    /// Its answer: status, and what was sealed.
    Answered(u16, String),
}

impl Tx {
    /// Begins a request, unless one is known under the key.
    pub async fn begin_request(&self, key: &str, body: &str, now: Timestamp) -> Result<Known, StoreError> {
        let old = now.micros() - KEPT.micros();
        self.exec("DELETE FROM idempotency WHERE created < $1", vec![old.into()]).await?;
        let sql = "SELECT body, acted, status, answer, created FROM idempotency WHERE key = $1";
        if let Some(row) = self.one(sql, vec![key.into()]).await? {
            let (first, acted): (String, i64) = (row.try_get("", "body")?, row.try_get("", "acted")?);
            let status: Option<i64> = row.try_get("", "status")?;
            let answer: Option<String> = row.try_get("", "answer")?;
            let created: i64 = row.try_get("", "created")?;
            if first != body {
                return Ok(Known::OtherBody);
            }
            // A row of the future was written before the clock was set back: it must not stick until then. Whoever still
            // works on it cannot commit once another begins.
            let alive = (0..ABANDONED.micros()).contains(&(now.micros() - created));
            match (status.map(u16::try_from), answer) {
                (Some(Ok(status)), Some(answer)) => return Ok(Known::Answered(status, answer)),
                _ if alive => return Ok(Known::InProgress),
                _ if acted == 1 => return Ok(Known::AnswerLost),
                // Its server died before it acted: as if it had never come.
                _ => self.forget_request(key).await?,
            }
        }
        let sql = "INSERT INTO idempotency (key, body, created) VALUES ($1, $2, $3)";
        self.exec(sql, vec![key.into(), body.into(), now.micros().into()]).await?;
        Ok(Known::Fresh(Begun { key: key.into(), created: now }))
    }

    /// Keeps the answer.
    pub async fn answer_request(&self, key: &str, status: u16, answer: &str) -> Result<(), StoreError> {
        let sql = "UPDATE idempotency SET status = $1, answer = $2 WHERE key = $3";
        self.exec(sql, vec![i64::from(status).into(), answer.into(), key.into()]).await.map(|_| ())
    }

    /// Forgets a request that did nothing and may be tried again; one that acted is kept.
    pub async fn forget_request(&self, key: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM idempotency WHERE key = $1 AND acted = 0";
        self.exec(sql, vec![key.into()]).await.map(|_| ())
    }

    /// Marks the request that this transaction belongs to. When it was taken for abandoned meanwhile (the clock jumped)
    /// and began again, this attempt commits nothing.
    pub(crate) async fn mark_acted(&self) -> Result<(), StoreError> {
        let Ok(begun) = REQUEST.try_with(Clone::clone) else { return Ok(()) };
        let sql = "UPDATE idempotency SET acted = 1 WHERE key = $1 AND created = $2";
        match self.exec(sql, vec![begun.key.into(), begun.created.micros().into()]).await? {
            0 => Err(StoreError::Busy),
            _ => Ok(()),
        }
    }
}
