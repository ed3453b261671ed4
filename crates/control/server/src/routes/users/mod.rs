//! Users of the organisation.

pub(super) mod add;
pub(super) mod disable;
pub(super) mod enable;
pub(super) mod end_password;
pub(super) mod list;
pub(super) mod set_roles;
