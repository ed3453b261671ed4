//! One file a command: its arguments and what it does.

pub(crate) mod arch;
pub(crate) mod attest_exhaustive;
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod crash;
pub(crate) mod demo;
pub(crate) mod dist;
pub(crate) mod fuzz;
pub(crate) mod generate;
pub(crate) mod hammer;
pub(crate) mod test;
