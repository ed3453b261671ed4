//! `POST /sign-in/providers/{id}/tests`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{Shared, body::place, caller::Caller, problem::Failure};

/// Asks the provider for its discovery document and keys: what a sign-in needs first.
#[utoipa::path(post, path = "/sign-in/providers/{id}/tests", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn test_provider(
    State(shared): State<Shared>,
    Caller(who): Caller,
    id: Path<String>,
) -> Result<StatusCode, Failure> {
    let id: uuid::Uuid = place(&id, "provider")?;
    let (rows, _) = shared.app.sign_in_settings(&who).await?;
    let found = rows.into_iter().find(|row| row.id == id);
    let row = found.ok_or(cloister_app::AppError::Absent("provider"))?;
    // That it does not answer is what was asked for, and no failure of this server.
    let answered = shared.providers.answers(&row).await;
    answered.map_err(|failure| {
        Failure::new(422, "unprocessable", failure.0.detail.unwrap_or_default()).checked("provider")
    })?;
    Ok(StatusCode::NO_CONTENT)
}
