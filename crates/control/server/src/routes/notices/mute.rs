//! `PUT /notices/settings`.

use axum::{Json, extract::State};
use cloister_api::notices::{NoticeSettings, NoticeSettingsShown};

use crate::{Shared, body::Body, caller::Caller, problem::Failure};

#[utoipa::path(put, path = "/notices/settings", request_body = NoticeSettings,
    responses((status = 200, body = NoticeSettingsShown)))]
pub(in crate::routes) async fn mute(
    State(shared): State<Shared>,
    Caller(who): Caller,
    Body(body): Body<NoticeSettings>,
) -> Result<Json<NoticeSettingsShown>, Failure> {
    shared.app.mute_notices(&who, &body.muted).await?;
    Ok(Json(NoticeSettingsShown { muted: body.muted, mail: shared.app.mailer.is_some() }))
}
