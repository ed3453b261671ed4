//! What every request passes on its way in and out.

pub(crate) mod idempotency;
pub mod limits;
pub(crate) mod manners;
pub(crate) mod retiring;
pub(crate) mod trace;
pub(crate) mod whole;
