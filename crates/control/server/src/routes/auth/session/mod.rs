//! The browser's own session, for the console: its secret travels in the cookie alone, where no script reads it.

mod enter;
mod leave;
mod set_up;
mod show;

use axum::{
    Router,
    http::{HeaderMap, Method},
    routing::{get, post},
};

use crate::{Shared, cookie, problem::Failure};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/auth/session", get(show::show).post(enter::enter).delete(leave::leave))
        .route("/auth/setup", post(set_up::set_up))
}

/// Another site must neither sign somebody in here under its own account, nor out.
fn own_page(method: &Method, headers: &HeaderMap) -> Result<(), Failure> {
    if cookie::same_site(method, headers) {
        Ok(())
    } else {
        Err(Failure::new(403, "refused", "this came from another site").checked("origin"))
    }
}
