//! Every named check as a pure function: the broker refuses with them, `cloister verify` explains with them.
//!
//! * [`dossier`]: the statements of a run or act, each with its signature verified under a certificate that a trusted
//!   broker signed. What does not verify never gets further.
//! * [`marks`]: what a broker remembers beyond a dossier: highest charters and manifests, revocations, used runs.
//! * [`charters`]: which charter of a workspace is in force.
//! * [`run`]: all checks of a run, in the order of the threat model; only it makes a [`run::Cleared`].
//! * [`acts`]: what a single statement does, and whether its signer may; for the server before it stores and for the
//!   broker before it acknowledges.
//! * [`bundle`]: all of it offline.
//!
//! Invariants: no check has a default that lets pass; the first failure refuses and names its check; nothing here reads
//! a clock. Limits: scheduled runs need a signed run request like any other; there is no privacy budget yet, so `budget`
//! holds for every analysis rule that exists.
#![forbid(unsafe_code)]

pub mod acts;
pub mod approvals;
pub mod bundle;
pub mod certificates;
pub mod charters;
pub mod check;
pub mod counter;
pub mod dossier;
pub mod exchange;
pub mod grants;
pub mod ingests;
pub mod inputs;
pub mod limits;
pub mod manifests;
pub mod marks;
pub mod run;
pub mod run_policy;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use certificates::Person;
pub use charters::InForce;
pub use check::{Check, Refused};
pub use dossier::Dossier;
pub use marks::Marks;

#[cfg(test)]
mod tests;
