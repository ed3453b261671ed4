//! The caller's passkeys, and signing in with one.

pub(super) mod add;
pub(super) mod begin;
pub(super) mod begin_sign_in;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod rename;
pub(super) mod sign_in;

use cloister_api::passkeys::{Passkey, PasskeyCeremony};
use cloister_app::people::passkeys::Begun;
use cloister_store::people::passkeys::PasskeyRow;

fn ceremony(begun: Begun) -> PasskeyCeremony {
    PasskeyCeremony { ceremony: begun.ceremony, public_key: begun.options, expires: begun.expires }
}

fn passkey(row: PasskeyRow) -> Passkey {
    Passkey { id: row.id, name: row.name, created: row.created, last_used: row.last_used }
}
