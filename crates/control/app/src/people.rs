//! People: set-up, sign-in, sessions, tokens, users and roles, certificates.

pub mod accounts;
pub mod administration;
pub mod certificates;
pub mod key_backups;
pub mod passwords;
mod recovery;
pub mod secrets;
pub mod sessions;
pub mod sso;
pub mod tokens;
