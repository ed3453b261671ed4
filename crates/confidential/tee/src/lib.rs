//! Evidence from the devices of this machine: configfs-tsm (SEV-SNP, TDX), `/dev/sev-guest`, `/dev/nsm`.
//!
//! A device gives a report over 64 bytes; what its appraisal needs beside it is read from a folder that the operator
//! keeps, and from what the host hands over. Nothing is fetched. Where no device is, that is said, with what was looked
//! for.
#![forbid(unsafe_code)]

mod beside;
mod nsm;
mod sev_guest;
mod table;
mod tsm;

use std::path::Path;

use cloister_attest::{Evidence, TeeKind};

pub use beside::Beside;
pub use tsm::Tsm;

/// Why there is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// This machine is no TEE, or shows none.
    #[error(
        "no attestation device is here: looked for {}, {} and {}; run in a confidential virtual machine or enclave",
        tsm::ROOT,
        sev_guest::PATH,
        nsm::PATH
    )]
    Absent,
    /// A device is there and does not answer as it should.
    #[error("{device}: {reason}")]
    Failed {
        /// Which.
        device: &'static str,
        /// Why.
        reason: String,
    },
    /// The folder of certificates and collateral cannot be used.
    #[error("{0}")]
    Beside(String),
}

/// A source of evidence.
#[derive(Debug)]
pub enum Device {
    /// The kernel's common interface.
    Tsm(Tsm),
    /// The device of SEV-SNP guests, where the kernel has no common interface.
    SevGuest,
    /// The secure module of Nitro enclaves.
    Nsm,
}

impl Device {
    /// The device of this machine.
    pub fn find() -> Result<Self, DeviceError> {
        Self::find_below(Path::new("/"))
    }

    /// The device of a machine whose files lie below a folder.
    pub fn find_below(root: &Path) -> Result<Self, DeviceError> {
        let below = |path: &str| root.join(path.trim_start_matches('/'));
        if below(tsm::ROOT).is_dir() {
            return Tsm::open(&below(tsm::ROOT)).map(Self::Tsm);
        }
        if below(sev_guest::PATH).exists() {
            return Ok(Self::SevGuest);
        }
        if below(nsm::PATH).exists() {
            return Ok(Self::Nsm);
        }
        Err(DeviceError::Absent)
    }

    /// The kind of evidence it gives.
    pub fn kind(&self) -> TeeKind {
        match self {
            Self::Tsm(tsm) => tsm.kind(),
            Self::SevGuest => TeeKind::Snp,
            Self::Nsm => TeeKind::Nitro,
        }
    }

    /// Evidence over `report_data`, with what its appraisal needs.
    pub fn attest(&self, report_data: [u8; 64], beside: &Beside) -> Result<Evidence, DeviceError> {
        let (report, handed) = match self {
            Self::Tsm(tsm) => tsm.report(report_data)?,
            Self::SevGuest => sev_guest::report(report_data)?,
            Self::Nsm => (nsm::document(report_data)?, Vec::new()),
        };
        beside.evidence(self.kind(), report, handed)
    }
}

/// A certificate or revocation list that the host handed over with a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    Certificate(Vec<u8>),
    RevocationList(Vec<u8>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_device_is_told_what_was_looked_for() {
        let nothing = tempfile::tempdir().unwrap();
        let said = Device::find_below(nothing.path()).unwrap_err().to_string();
        for path in [tsm::ROOT, sev_guest::PATH, nsm::PATH] {
            assert!(said.contains(path), "{said}");
        }
        std::fs::create_dir(nothing.path().join("dev")).unwrap();
        for (file, kind) in [("nsm", TeeKind::Nitro), ("sev-guest", TeeKind::Snp)] {
            std::fs::write(nothing.path().join("dev").join(file), b"").unwrap();
            assert_eq!(Device::find_below(nothing.path()).unwrap().kind(), kind);
        }
    }

    #[test]
    fn what_lies_in_the_folder_travels_with_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let beside = Beside::folder(folder.path());
        let missing = beside.evidence(TeeKind::Snp, vec![1], Vec::new()).unwrap_err();
        assert!(missing.to_string().contains("none of the certificates is a chip's"));
        std::fs::write(folder.path().join("platform.json"), b"{}").unwrap();
        std::fs::write(folder.path().join("notes.txt"), b"not for anybody").unwrap();
        let quote = beside.evidence(TeeKind::Tdx, vec![1], Vec::new()).unwrap();
        assert_eq!((quote.collateral, quote.certificates.len()), (vec![b"{}".to_vec()], 0));
        let document = beside.evidence(TeeKind::Nitro, vec![2], Vec::new()).unwrap();
        assert!(document.collateral.is_empty());
        let gone = Beside::folder(&folder.path().join("gone"));
        assert!(gone.evidence(TeeKind::Tdx, vec![1], Vec::new()).unwrap_err().to_string().contains("gone"));
    }
}
