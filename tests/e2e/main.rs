//! The main job from outside: real processes, people at their command lines, no access to anything inside.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests: what cannot be set up ends the test")]

mod bad_input;
mod browser;
mod conventions;
mod crashes;
mod hostile;
mod http;
mod ingest;
mod moving;
mod python;
mod recovery;
mod refusals;
mod scim;
mod sso;
mod story;
mod tampering;
mod world;
