//! People: set-up, sign-in, sessions, tokens, users and roles, certificates.

pub mod accounts;
pub mod administration;
pub mod certificates;
pub mod invitations;
pub mod key_backups;
pub mod passkeys;
pub mod passwords;
mod presence;
mod recovery;
pub mod scim;
pub mod secrets;
pub mod sessions;
pub mod sso;
pub mod tokens;
