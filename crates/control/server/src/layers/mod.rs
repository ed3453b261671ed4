//! What every request passes on its way in and out.

pub(crate) mod idempotency;
pub mod limits;
pub(crate) mod retiring;
pub(crate) mod trace;
