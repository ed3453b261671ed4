//! Runs: progress, outputs, bundles.

pub(super) mod all_statements;
pub(super) mod bundle;
pub(super) mod cancel;
pub(super) mod list;
pub(super) mod of_workspace;
pub(super) mod output;
pub(super) mod show;

use axum::extract::Path;
use cloister_api::{
    Envelope,
    runs::{OutputInfo, Run},
};
use cloister_app::work::runs::RunView;
use cloister_model::{RunId, WorkspaceId, states::RunKind};

use crate::{body::place, problem::Failure};

/// A run as the API shows it.
pub(super) fn shown(view: RunView) -> Run {
    let RunView { row, runner, outputs, release, receipt, notice } = view;
    let outputs = outputs
        .into_iter()
        .map(|output| OutputInfo { name: output.name, size: output.size, sha256: output.sha256 })
        .collect();
    let kind = match row.kind {
        RunKind::Real => "real",
        RunKind::Test => "test",
    };
    Run {
        id: row.id,
        workspace: WorkspaceId(row.workspace),
        job: row.job,
        spec: row.spec,
        kind: kind.into(),
        state: row.state.to_string(),
        notice,
        stage: row.stage,
        share: row.share,
        code: row.code,
        check: row.check,
        runner,
        created: row.created,
        started: row.started,
        finished: row.finished,
        outputs,
        release: release.map(Envelope),
        receipt: receipt.map(Envelope),
    }
}

/// Where a page of runs ends.
pub(super) fn place_of(view: &RunView) -> String {
    view.row.place.to_string()
}

fn id(path: &Path<String>) -> Result<RunId, Failure> {
    place(path, "run")
}
