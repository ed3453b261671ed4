//! `GET /audit/export`: entries with proofs, streamed.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{Uri, header},
    response::{IntoResponse, Response},
};
use cloister_app::{App, AppError, log::Export};
use cloister_audit::InclusionProof;
use cloister_store::log::StoredEntry;
use futures::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AuditQuery, shown};
use crate::{Shared, body::Asked, caller::Caller, problem::Failure};

const COLUMNS: &str = "index,at,actor,action,target,outcome,check,encoded,proof\n";

/// How the export is written.
#[derive(Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::routes) enum Format {
    /// The first line names log, key and checkpoint, the others are entries with their proofs.
    #[default]
    Jsonl,
    /// A table; proofs are hashes with spaces between them. The checkpoint is `GET /log/checkpoint`.
    Csv,
}

/// Which form.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Form {
    /// `jsonl` or `csv`.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

struct Lines {
    app: Arc<App>,
    export: Export,
    names: BTreeMap<String, String>,
    format: Format,
    head: Option<String>,
}

fn field(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    // A cell that begins like a formula is one to a spreadsheet.
    let formula = text.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

impl Lines {
    fn line(&self, row: &StoredEntry, proof: &InclusionProof) -> Result<String, Failure> {
        let shown = shown(row, i64::MAX, &self.names)?;
        let mut entry = serde_json::to_value(shown).map_err(AppError::internal)?;
        let proof = serde_json::to_value(proof).map_err(AppError::internal)?;
        match self.format {
            Format::Jsonl => {
                entry["proof"] = proof;
                Ok(format!("{entry}\n"))
            }
            Format::Csv => {
                let hashes = proof["hashes"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let mut cells: Vec<String> = COLUMNS
                    .trim_end()
                    .split(',')
                    .filter(|name| *name != "proof")
                    .map(|name| field(entry.get(name)))
                    .collect();
                cells.push(hashes.collect::<Vec<_>>().join(" "));
                Ok(cells.join(",") + "\n")
            }
        }
    }

    async fn next(mut self) -> Result<Option<(String, Self)>, Failure> {
        if let Some(head) = self.head.take() {
            return Ok(Some((head, self)));
        }
        let page = self.app.exported(&mut self.export).await?;
        if page.is_empty() {
            return Ok(None);
        }
        let lines =
            page.iter().map(|(row, proof)| self.line(row, proof)).collect::<Result<String, Failure>>()?;
        Ok(Some((lines, self)))
    }
}

#[utoipa::path(get, path = "/audit/export", params(AuditQuery, Form),
    responses((status = 200, content((String = "application/jsonl"), (String = "text/csv")))))]
pub(in crate::routes) async fn export(
    State(shared): State<Shared>,
    Caller(who): Caller,
    uri: Uri,
    Asked(query): Asked<AuditQuery>,
    Asked(form): Asked<Form>,
) -> Result<Response, Failure> {
    let (filter, _page) = query.page(&shared, &uri)?;
    let app = shared.app.clone();
    let names = app.actor_names(who.user.org).await?;
    let export = app.export(&who, filter).await?;
    let (kind, head) = match form.format {
        Format::Jsonl => {
            let key = hex::encode(app.log.public_key());
            let log =
                json!({ "origin": app.log.origin(), "public_key": key, "checkpoint": export.checkpoint() });
            ("application/jsonl", format!("{}\n", json!({ "log": log })))
        }
        Format::Csv => ("text/csv; charset=utf-8", COLUMNS.to_owned()),
    };
    let lines = Lines { app, export, names, format: form.format, head: Some(head) };
    // What fails midway cuts the connection: a whole export ends whole.
    let body = stream::try_unfold(lines, |lines| async move {
        lines.next().await.map_err(|failure| std::io::Error::other(failure.0.detail.unwrap_or_default()))
    });
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(body)).into_response())
}
