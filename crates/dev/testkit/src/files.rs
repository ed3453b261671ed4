//! Open files: each connection of a test is one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Allows this process, and those it starts, as many open files as may be; gives how many.
pub fn open_files() -> u64 {
    let (now, most) =
        getrlimit(Resource::RLIMIT_NOFILE).unwrap_or_else(|e| panic!("the bound of open files: {e}"));
    match setrlimit(Resource::RLIMIT_NOFILE, most, most) {
        Ok(()) => most,
        Err(_) => now,
    }
}
