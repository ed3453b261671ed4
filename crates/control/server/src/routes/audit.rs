//! The audit log: an organisation's view, and the log itself for offline verification.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_api::{
    Page,
    audit::{AuditEntry, LogInfo},
};
use cloister_app::AppError;
use cloister_audit::{Entry, Outcome};
use cloister_model::Timestamp;
use cloister_store::log::{Filter, StoredEntry};
use serde::Deserialize;

use crate::{
    Shared,
    caller::{Anyone, Caller},
    page::PageQuery,
    problem::Failure,
};

/// Which entries.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditQuery {
    /// Of this workspace.
    workspace: Option<String>,
    /// Of this action.
    action: Option<String>,
    /// Not before.
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>)]
    to: Option<Timestamp>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
    /// 1 to 200.
    limit: Option<u64>,
    /// `jsonl` or `csv`, of an export.
    #[serde(default, rename = "format")]
    #[param(ignore)]
    _format: Option<String>,
}

impl AuditQuery {
    pub(super) fn filter(self) -> Result<(Filter, PageQuery), Failure> {
        let before = match self.cursor.as_str() {
            "" => None,
            text => Some(
                text.parse().map_err(|_| Failure::new(400, "invalid", "the cursor is not one of ours"))?,
            ),
        };
        let page = PageQuery { cursor: self.cursor, limit: self.limit };
        let Self { workspace, action, from, to, .. } = self;
        Ok((Filter { org: None, workspace, action, from, to, before }, page))
    }
}

pub(super) fn shown(
    stored: &StoredEntry,
    size: i64,
    names: &BTreeMap<String, String>,
) -> Result<AuditEntry, Failure> {
    let entry = Entry::decode(&stored.encoded).map_err(AppError::internal)?;
    Ok(AuditEntry {
        index: (stored.id <= size).then(|| u64::try_from(stored.id - 1).unwrap_or(0)),
        at: Timestamp::from_micros(entry.at),
        actor: names.get(&entry.actor).cloned().unwrap_or(entry.actor),
        action: entry.action,
        target: entry.target,
        outcome: match entry.outcome {
            Outcome::Done => "done".into(),
            Outcome::Refused => "refused".into(),
        },
        check: entry.check,
        encoded: STANDARD.encode(&stored.encoded),
    })
}

#[utoipa::path(get, path = "/audit", params(AuditQuery), responses((status = 200, body = Page<AuditEntry>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Failure> {
    let (filter, page) = query.filter()?;
    let rows = shared.app.audit(&who, filter, page.limit() + 1).await?;
    let (size, names) = (shared.app.log_size().await?, shared.app.actor_names(who.user.org).await?);
    let Page { items, next } = page.page(rows, |row| row.id.to_string(), |row| shown(&row, size, &names));
    Ok(Json(Page { items: items.into_iter().collect::<Result<_, _>>()?, next }))
}

#[utoipa::path(get, path = "/log", responses((status = 200, body = LogInfo)))]
pub(super) async fn info(State(shared): State<Shared>, _caller: Anyone) -> Result<Json<LogInfo>, Failure> {
    let log = &shared.app.log;
    let public_key = hex::encode(log.public_key());
    Ok(Json(LogInfo { origin: log.origin().to_owned(), public_key, checkpoint: log.checkpoint().await? }))
}

#[utoipa::path(get, path = "/log/checkpoint", responses((status = 200, content_type = "text/plain")))]
pub(super) async fn checkpoint(State(shared): State<Shared>, _caller: Anyone) -> Result<String, Failure> {
    Ok(shared.app.log.checkpoint().await?)
}

#[utoipa::path(get, path = "/log/tile/{*path}", params(("path" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub(super) async fn tile(
    State(shared): State<Shared>,
    Anyone(actor): Anyone,
    Path(path): Path<String>,
) -> Result<Vec<u8>, Failure> {
    Ok(shared.app.tile(&actor, &path).await?)
}
