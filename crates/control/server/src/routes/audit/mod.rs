//! The audit log: an organisation's view, and the log itself for offline verification.

pub(super) mod checkpoint;
pub(super) mod export;
pub(super) mod info;
pub(super) mod list;
pub(super) mod tile;

use std::collections::BTreeMap;

use axum::http::Uri;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_api::audit::AuditEntry;
use cloister_app::AppError;
use cloister_audit::{Entry, Outcome};
use cloister_model::Timestamp;
use cloister_store::log::{Filter, StoredEntry};
use serde::Deserialize;

use crate::{Shared, page::Paged, problem::Failure};

/// How an act ended.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::routes) enum Ended {
    /// It was done.
    Done,
    /// A check refused it.
    Refused,
}

/// Which entries.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct AuditQuery {
    /// Of this workspace.
    workspace: Option<String>,
    /// Of this action.
    action: Option<String>,
    /// By this actor: an address of the organisation's people, or a word such as `worker`.
    #[param(max_length = 320)]
    actor: Option<String>,
    /// With this outcome.
    #[param(inline)]
    outcome: Option<Ended>,
    /// With this text in action, target, check or actor; capitals do not matter.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Not before.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// `next` of the page before.
    #[serde(default)]
    #[param(max_length = 1024)]
    cursor: String,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `jsonl` or `csv`, of an export.
    #[serde(default, rename = "format")]
    #[param(ignore)]
    _format: Option<String>,
}

impl AuditQuery {
    fn filter(self) -> Result<Filter, Failure> {
        for (name, text, most) in [("actor", &self.actor, 320), ("q", &self.q, 200)] {
            if text.as_ref().is_some_and(|text| text.chars().count() > most) {
                return Err(Failure::new(400, "invalid", format!("`{name}` has at most {most} characters")));
            }
        }
        let Self { workspace, action, actor, outcome, q, from, to, .. } = self;
        let outcome = outcome.map(|outcome| match outcome {
            Ended::Done => Outcome::Done,
            Ended::Refused => Outcome::Refused,
        });
        Ok(Filter { workspace, action, actor, outcome, text: q, from, to, ..Filter::default() })
    }

    /// The page asked for, and the entries it shows.
    fn page(self, shared: &Shared, uri: &Uri) -> Result<(Filter, Paged), Failure> {
        let page = Paged::of(uri, shared, &self.cursor, self.limit)?;
        let before = match page.after.as_str() {
            "" => None,
            text => Some(text.parse().map_err(AppError::internal)?),
        };
        Ok((Filter { before, ..self.filter()? }, page))
    }
}

fn shown(stored: &StoredEntry, size: i64, names: &BTreeMap<String, String>) -> Result<AuditEntry, Failure> {
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
