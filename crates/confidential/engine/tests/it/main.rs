//! The engine from outside: truth, bypasses, leaks, files.
#![expect(clippy::unwrap_used, reason = "a broken precondition ends the test")]
mod bypass;
mod files;
mod truth;
mod world;
