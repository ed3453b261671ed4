//! `GET /notices/settings`.

use axum::{Json, extract::State};
use cloister_api::notices::NoticeSettingsShown;

use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/notices/settings", responses((status = 200, body = NoticeSettingsShown)))]
pub(in crate::routes) async fn settings(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<NoticeSettingsShown>, Failure> {
    let muted = shared.app.muted_notices(&who).await?.into_iter().collect();
    Ok(Json(NoticeSettingsShown { muted, mail: shared.app.mailer.is_some() }))
}
