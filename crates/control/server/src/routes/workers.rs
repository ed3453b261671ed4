//! Workers that were seen.

use axum::{Json, extract::State};
use cloister_api::{Page, worker::WorkerInfo};
use cloister_model::Assurance;
use cloister_store::workers::WorkerRow;

use crate::{
    Shared,
    caller::Caller,
    page::{PageQuery, Paged},
    problem::Failure,
};

fn shown(row: WorkerRow) -> WorkerInfo {
    let assurance = match row.assurance {
        Assurance::Simulated => "simulated",
        Assurance::Hardware => "hardware",
    };
    WorkerInfo {
        name: row.name,
        assurance: assurance.into(),
        measurement: row.measurement,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
    }
}

#[utoipa::path(get, path = "/workers", params(PageQuery), responses((status = 200, body = Page<WorkerInfo>)))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(who): Caller,
    page: Paged,
) -> Result<Json<Page<WorkerInfo>>, Failure> {
    let rows = shared.app.list_workers(&who.actor, &page.paging()).await?;
    Ok(Json(page.page(rows, |row| row.name.clone(), shown)))
}
