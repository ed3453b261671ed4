//! `DELETE /Users/{id}`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};

use crate::{
    Shared,
    routes::scim::{Provider, id},
    scim::error::ScimFailure,
};

#[utoipa::path(delete, path = "/Users/{id}", params(("id" = String, Path)), responses((status = 204)))]
pub(in crate::routes) async fn remove(
    State(shared): State<Shared>,
    Provider(who): Provider,
    Path(path): Path<String>,
) -> Result<StatusCode, ScimFailure> {
    shared.app.deprovision_user(&who, id(&path, "user")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
