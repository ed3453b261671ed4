//! Cedar policies, permissions as values and the permission matrix.
//!
//! [`authorize`] is the only way to a [`Granted`] value, and store writes take one: permission is something one must hold.
//! Policies are few and generic (`policies.cedar`); what each action needs is data ([`Need`]s in [`actions`]). Any error
//! of the engine denies. Limits: the crate trusts the actor and the relations it is told; the caller loads them.

pub mod actions;
mod actor;
mod decide;
pub mod matrix;
mod resource;

pub use actions::{Action, Need, Power};
pub use actor::{Actor, Powers};
pub use decide::{Denied, Granted, Reason, authorize};
pub use resource::{Kind, Relation, Resource};
