//! What workers ask: leases, progress, release records, ciphertext, outputs, the end.

pub(super) mod ciphertext;
pub(super) mod finish;
pub(super) mod finish_output;
pub(super) mod lease;
pub(super) mod output;
pub(super) mod output_part;
pub(super) mod progress;
pub(super) mod release;

use axum::extract::Path;
use cloister_api::{
    Envelope,
    worker::{Lease, LeasedTable},
};
use cloister_app::work::worker::Leased;
use cloister_model::{RunId, states::RunKind};
use serde::Deserialize;

use crate::{body::place, problem::Failure};

fn shown(leased: Leased) -> Lease {
    let kind = match leased.row.kind {
        RunKind::Real => "real",
        RunKind::Test => "test",
    };
    let tables = leased
        .tables
        .into_iter()
        .map(|t| LeasedTable {
            sql_name: t.sql_name,
            manifest: t.manifest,
            dataset: t.dataset,
            sealed_key: t.sealed_key,
        })
        .collect();
    Lease {
        run: leased.row.id,
        fence: leased.fence,
        kind: kind.into(),
        spec: leased.row.spec,
        statements: leased.statements.into_iter().map(Envelope).collect(),
        tables,
    }
}

fn id(path: &Path<String>) -> Result<RunId, Failure> {
    place(path, "run")
}

/// The fence of the lease.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Fence {
    /// As the lease gave it.
    fence: i64,
}
