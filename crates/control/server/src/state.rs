//! What handlers share.

use std::{ops::Deref, sync::Arc};

use cloister_app::App;

/// What handlers share. A request's layers and handler each take one, so that a clone is one count and no more.
#[derive(Clone)]
pub struct Shared(Arc<Parts>);

impl Shared {
    /// Shares these.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The parts of [`Shared`].
pub struct Parts {
    /// The use cases.
    pub app: Arc<App>,
    /// SHA-256 of the worker token, hexadecimal.
    pub worker_token: Arc<str>,
    /// Refusals that wait to be logged.
    pub refusals: Arc<crate::refusals::Refusals>,
    /// How much anybody may ask.
    pub limits: Arc<crate::layers::limits::Limits>,
    /// Signs cursors.
    pub cursor_key: aws_lc_rs::hmac::Key,
    /// Whom `security.txt` names.
    pub security_contact: Option<Arc<str>>,
    /// Organisations' identity providers.
    pub providers: Arc<crate::oidc::Providers>,
    /// Where browsers reach this server, without a slash at the end.
    pub public_url: Arc<str>,
    /// How long clients may take.
    pub patience: crate::listen::Patience,
    /// Event streams that are open.
    pub streams: Arc<crate::streams::Streams>,
    /// Becomes true when the server is to stop: streams end then.
    pub draining: tokio::sync::watch::Receiver<bool>,
    /// Whether it serves TLS itself.
    pub tls: bool,
    /// Whether every worker is simulated.
    pub simulated: bool,
}
