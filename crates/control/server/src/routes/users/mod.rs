//! Users of the organisation.

pub(super) mod add;
pub(super) mod disable;
pub(super) mod enable;
pub(super) mod end_password;
pub(super) mod invite_again;
pub(super) mod list;
pub(super) mod set_roles;
pub(super) mod withdraw_invitation;

fn invitation(made: cloister_app::people::invitations::Invitation) -> cloister_api::people::Invitation {
    cloister_api::people::Invitation { sent: made.sent, expires: made.expires }
}
