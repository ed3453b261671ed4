//! `OpenID` Connect with organisations' providers: discovery, the code exchange, ID tokens, logout tokens.
//!
//! The protocol is `openidconnect`'s; what it leaves to its caller is here: which algorithms are taken, the `iss` of the
//! redirect, keys that were changed, how large and how slow an answer may be. Invariant: nothing of an ID token is used
//! before signature, issuer, audience, time and nonce were checked.

mod exchange;
mod lent;
mod logout;
mod metadata;

pub(crate) use exchange::{Callback, Route};
pub use metadata::Providers;

use crate::problem::Failure;

/// A provider that does not answer, or answers nonsense.
fn unavailable(what: &str) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> Failure {
    move |why| {
        tracing::warn!(%why, "{what}");
        Failure::new(503, "unavailable", format!("{what}; try again, or ask whoever runs the provider"))
    }
}

/// What an ID token, a redirect or a logout token is refused by.
fn refused(check: &str, text: impl Into<String>) -> Failure {
    Failure::new(403, "refused", text).checked(check)
}
