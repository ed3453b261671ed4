//! The parts of the demo: what it needs, how it builds, who takes part, what happens.

pub(crate) mod build;
pub(crate) mod console;
pub(crate) mod data;
pub(crate) mod large;
pub(crate) mod party;
pub(crate) mod plan;
pub(crate) mod server;
pub(crate) mod stage;
pub(crate) mod story;
pub(crate) mod tamper;
pub(crate) mod tools;
