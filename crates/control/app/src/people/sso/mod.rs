//! Signing in through an organisation's identity provider.
//!
//! Invariants: a user is (issuer, subject) at the provider, never an address; an address links an open invitation once
//! and only when the provider verified it and claims its domain; groups change only the roles that the provider's rules
//! name, and an absent claim changes none. Limits: these functions take claims as verified; `server` verifies them.

mod arrivals;
mod devices;
mod logout;
mod providers;

pub use arrivals::{Arrival, Departing};
pub use devices::{Approve, Asked, DeviceState};
pub use providers::ProviderSpec;
