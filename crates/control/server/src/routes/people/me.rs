//! `GET /me`.

use axum::{Json, extract::State};
use cloister_api::people::Me;
use cloister_model::Digest;

use super::{super::certificates::shown, user};
use crate::{Shared, caller::Caller, problem::Failure};

#[utoipa::path(get, path = "/me", responses((status = 200, body = Me)))]
pub(in crate::routes) async fn me(
    State(shared): State<Shared>,
    Caller(who): Caller,
) -> Result<Json<Me>, Failure> {
    let certificate = shared.app.me(&who).await?;
    let digest = certificate.as_ref().map(|row| row.digest);
    Ok(Json(Me {
        user: user(who.user, digest),
        certificate: certificate.map(shown).transpose()?,
        log_origin: shared.app.log.origin().to_owned(),
        log_key: Digest(shared.app.log.public_key()),
        notices: if shared.simulated { vec!["simulated".into()] } else { Vec::new() },
    }))
}
