//! The kernel's configfs-tsm: one folder a request, which the kernel fills (Documentation/ABI/testing/configfs-tsm-report).

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use cloister_attest::TeeKind;

use crate::{DeviceError, Handed, table};

/// Where requests are made.
pub(crate) const ROOT: &str = "/sys/kernel/config/tsm/report";
const NAME: &str = "configfs-tsm";

/// Who makes and removes the folders of requests: the kernel, which puts its files into them.
pub(crate) trait Entries: std::fmt::Debug {
    fn make(&self, folder: &Path) -> std::io::Result<()>;
    fn remove(&self, folder: &Path) -> std::io::Result<()>;
}

/// The kernel's file system.
#[derive(Debug)]
pub(crate) struct Configfs;

impl Entries for Configfs {
    fn make(&self, folder: &Path) -> std::io::Result<()> {
        fs::create_dir(folder)
    }
    fn remove(&self, folder: &Path) -> std::io::Result<()> {
        fs::remove_dir(folder)
    }
}

/// The interface, and whose reports it gives.
#[derive(Debug)]
pub struct Tsm {
    root: PathBuf,
    kind: TeeKind,
    entries: Box<dyn Entries + Send + Sync>,
}

/// A request's folder; gone when it is dropped.
struct Request<'a> {
    folder: PathBuf,
    entries: &'a dyn Entries,
}

impl<'a> Request<'a> {
    fn new(root: &Path, entries: &'a dyn Entries) -> Result<Self, DeviceError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = root.join(format!("cloister-{}-{count}", std::process::id()));
        entries.make(&folder).map_err(|e| failed(format!("a request cannot be made: {e}")))?;
        Ok(Self { folder, entries })
    }

    fn read(&self, file: &str) -> Result<Vec<u8>, DeviceError> {
        fs::read(self.folder.join(file)).map_err(|e| failed(format!("`{file}` cannot be read: {e}")))
    }

    fn text(&self, file: &str) -> Result<String, DeviceError> {
        Ok(String::from_utf8_lossy(&self.read(file)?).trim().to_owned())
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        // A folder that stays costs the kernel a page; the next request has another name.
        let _ = self.entries.remove(&self.folder);
    }
}

fn failed(reason: String) -> DeviceError {
    DeviceError::Failed { device: NAME, reason }
}

impl Tsm {
    /// Opens the interface; asks whose reports it gives.
    pub(crate) fn open(root: &Path) -> Result<Self, DeviceError> {
        Self::with(root, Box::new(Configfs))
    }

    fn with(root: &Path, entries: Box<dyn Entries + Send + Sync>) -> Result<Self, DeviceError> {
        let kind = match Request::new(root, entries.as_ref())?.text("provider")?.as_str() {
            "sev_guest" => TeeKind::Snp,
            "tdx_guest" => TeeKind::Tdx,
            other => return Err(failed(format!("reports by `{other}` are not known"))),
        };
        Ok(Self { root: root.to_owned(), kind, entries })
    }

    /// SEV-SNP or TDX.
    pub(crate) fn kind(&self) -> TeeKind {
        self.kind
    }

    /// The report, and what the host handed over with it.
    pub(crate) fn report(&self, data: [u8; 64]) -> Result<(Vec<u8>, Vec<Handed>), DeviceError> {
        let request = Request::new(&self.root, self.entries.as_ref())?;
        fs::write(request.folder.join("inblob"), data).map_err(|e| failed(format!("`inblob`: {e}")))?;
        let report = request.read("outblob")?;
        let handed = match self.kind {
            TeeKind::Snp => match fs::read(request.folder.join("auxblob")) {
                Ok(aux) if !aux.is_empty() => table::read(&aux).map_err(failed)?,
                Ok(_) | Err(_) => Vec::new(),
            },
            TeeKind::Sim | TeeKind::Tdx | TeeKind::Sgx | TeeKind::Nitro => Vec::new(),
        };
        // One write was ours. Had anybody else written, the report would be over other bytes than these.
        match request.text("generation")?.as_str() {
            "1" => Ok((report, handed)),
            other => Err(failed(format!("another program wrote into the request (generation {other})"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts the same files into each request.
    #[derive(Debug)]
    struct Recorded(Vec<(&'static str, Vec<u8>)>);

    impl Entries for Recorded {
        fn make(&self, folder: &Path) -> std::io::Result<()> {
            fs::create_dir(folder)?;
            self.0.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
        }
        fn remove(&self, folder: &Path) -> std::io::Result<()> {
            fs::remove_dir_all(folder)
        }
    }

    fn tsm(files: &[(&'static str, &[u8])]) -> (tempfile::TempDir, Result<Tsm, DeviceError>) {
        let root = tempfile::tempdir().unwrap();
        let recorded = Recorded(files.iter().map(|(name, bytes)| (*name, bytes.to_vec())).collect());
        let tsm = Tsm::with(root.path(), Box::new(recorded));
        (root, tsm)
    }

    #[test]
    fn a_report_comes_with_what_the_host_handed_over_and_leaves_nothing_behind() {
        let aux = [vec![0; 24], b"rest".to_vec()].concat();
        let files: [(&str, &[u8]); 4] =
            [("provider", b"sev_guest\n"), ("outblob", b"report"), ("auxblob", &aux), ("generation", b"1\n")];
        let (root, tsm) = tsm(&files);
        let tsm = tsm.unwrap();
        assert_eq!(tsm.kind(), TeeKind::Snp);
        assert_eq!(tsm.report([7; 64]).unwrap(), (b"report".to_vec(), Vec::new()));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
        let (_root, tdx) =
            self::tsm(&[("provider", b"tdx_guest"), ("outblob", b"quote"), ("generation", b"1")]);
        let tdx = tdx.unwrap();
        assert_eq!((tdx.kind(), tdx.report([0; 64]).unwrap().0), (TeeKind::Tdx, b"quote".to_vec()));
    }

    #[test]
    fn what_is_not_ours_or_not_there_is_refused_in_words() {
        let (_root, other) = tsm(&[("provider", b"arm_cca_guest")]);
        assert!(other.unwrap_err().to_string().contains("`arm_cca_guest` are not known"));
        let (_root, silent) = tsm(&[("provider", b"tdx_guest"), ("generation", b"1")]);
        assert!(
            silent.unwrap().report([0; 64]).unwrap_err().to_string().contains("`outblob` cannot be read")
        );
        let files: [(&str, &[u8]); 3] = [("provider", b"tdx_guest"), ("outblob", b"q"), ("generation", b"2")];
        let (_root, shared) = tsm(&files);
        assert!(shared.unwrap().report([0; 64]).unwrap_err().to_string().contains("another program wrote"));
        let nowhere = Tsm::open(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(nowhere.to_string().contains("a request cannot be made"));
    }
}
