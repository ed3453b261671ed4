//! Bearer secrets: random, shown once, stored as SHA-256. Their prefix tells people and scanners what they found.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::App;

/// Of sessions.
pub const SESSION: &str = "clses_";
/// Of personal tokens.
pub const TOKEN: &str = "clst_";
/// Of providers that push people and groups.
pub const SCIM: &str = "clscim_";
/// Of one-time secrets.
pub const ONE_TIME: &str = "clone_";

/// SHA-256, hexadecimal: what is stored. The secrets have 256 random bits, so no salt or slow hash is needed.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl App {
    /// A fresh secret with a prefix.
    pub(crate) fn new_secret(&self, prefix: &str) -> String {
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.random::<32>()))
    }
}
