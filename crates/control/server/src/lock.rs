//! One server a data folder.

use std::{fs, io, path::Path};

use nix::fcntl::{Flock, FlockArg};

/// Held while the server runs; the system lets go of it however the process ends.
pub struct FolderLock(#[expect(dead_code, reason = "held, not read")] Flock<fs::File>);

impl FolderLock {
    /// Takes the lock; `None` when another server holds it.
    pub fn take(folder: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("server.lock"))?;
        Ok(Flock::lock(file, FlockArg::LockExclusiveNonblock).ok().map(Self))
    }
}
