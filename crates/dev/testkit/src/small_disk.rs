//! A small disk of a test's own: it can be full, and it can be made read-only.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::Uid;

/// A disk in memory, mounted on a folder; gone with the test.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of so many MiB. The test must be root here, or in a namespace of its own: [`SmallDisk::allowed`].
    pub fn mount(folder: &Path, mebibytes: u32) -> Self {
        fs::create_dir_all(folder).unwrap_or_else(|e| panic!("`{}`: {e}", folder.display()));
        let options = format!("size={mebibytes}m,mode=0700");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).output();
        let done = done.unwrap_or_else(|e| panic!("mount: {e}"));
        assert!(done.status.success(), "mount: {}", String::from_utf8_lossy(&done.stderr));
        Self(folder.into())
    }

    /// True where the test may mount. Otherwise it is run again, whole, in a user and mount namespace where it may, and has
    /// passed or failed there.
    pub fn allowed(test: &str) -> bool {
        if Uid::effective().is_root() {
            return true;
        }
        let program = std::env::current_exe().unwrap_or_else(|e| panic!("the test's own path: {e}"));
        let done = Command::new("unshare").arg("-rm").arg(program).args(["--exact", test]).status();
        let done = done.unwrap_or_else(|e| panic!("unshare: {e}"));
        assert!(done.success(), "`{test}` in a namespace of its own: {done}");
        false
    }

    /// Takes all the space that is left.
    pub fn fill(&self) {
        let path = self.0.join("filler");
        let mut file = fs::File::create(&path).unwrap_or_else(|e| panic!("`{}`: {e}", path.display()));
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![7; size]).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn free(&self) {
        let path = self.0.join("filler");
        fs::remove_file(&path).unwrap_or_else(|e| panic!("`{}`: {e}", path.display()));
    }

    /// Makes it read-only (`ro`) or writable (`rw`). The system refuses the first while a file is open for writing.
    pub fn remount(&self, how: &str) {
        for tries in 0.. {
            let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).output();
            let done = done.unwrap_or_else(|e| panic!("mount: {e}"));
            if done.status.success() {
                return;
            }
            assert!(tries < 100, "mount: {}", String::from_utf8_lossy(&done.stderr));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: whatever still runs on it ends with the deployment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
