//! People and groups that an organisation's provider pushes (SCIM 2.0), without the protocol's words.
//!
//! Invariants: a provider reaches people of its organisation only, of domains it claims, whom no password enters; it never
//! makes an organisation admin; who is suspended or removed has no session and no token left when that commits; whom an
//! admin of the organisation switched off, the provider does not switch on. A provisioned person is an account without a
//! password: the first sign-in at the provider links it by its verified address, as it does with an invitation.
//! Limits: reads are not in the audit log, a provider reads everything several times an hour.

mod groups;
pub(crate) mod roles;
mod tokens;
mod users;

pub use groups::{ProvisionedGroup, Team};
pub use users::Person;

use cloister_authz::{Actor, Resource};
use cloister_store::people::sso::ProviderRow;

/// A provider as authenticated by its token.
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// For `authz`.
    pub actor: Actor,
    /// The provider.
    pub provider: ProviderRow,
}

impl Provisioner {
    /// What its acts are about: its organisation.
    fn place(&self) -> Resource {
        Resource::organisation(self.provider.org)
    }
}

/// The longest text of an attribute, in characters.
const LONGEST: usize = 300;

fn short(what: &str, text: Option<&str>) -> Result<(), crate::AppError> {
    match text {
        Some(text) if text.chars().count() > LONGEST || text.contains(char::is_control) => Err(
            crate::AppError::Invalid(format!("`{what}` has at most {LONGEST} characters, none of control")),
        ),
        Some(_) | None => Ok(()),
    }
}
