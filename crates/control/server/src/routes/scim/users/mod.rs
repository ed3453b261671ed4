//! People that providers push.

pub(super) mod change;
pub(super) mod create;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod replace;
pub(super) mod show;
