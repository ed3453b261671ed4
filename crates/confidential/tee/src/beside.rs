//! What travels with a report: certificates and collateral that the operator keeps in a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cloister_attest::{Evidence, TeeKind, amd_chain, certificates_of};

use crate::{DeviceError, Handed};

/// A folder with certificates (`*.pem`, `*.der`, `*.crt`), revocation lists (`*.crl`, DER) and Intel's collateral
/// (`*.json`). It is read at each report, so that whoever refreshes it restarts nothing.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    folder: Option<PathBuf>,
}

impl Beside {
    /// Reads this folder.
    pub fn folder(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()) }
    }

    /// The evidence of a report, with what the host handed over and what the folder holds.
    pub(crate) fn evidence(
        &self,
        tee: TeeKind,
        report: Vec<u8>,
        handed: Vec<Handed>,
    ) -> Result<Evidence, DeviceError> {
        let (mut certificates, mut lists) = (Vec::new(), Vec::new());
        for one in handed {
            match one {
                Handed::Certificate(der) => certificates.push(der),
                Handed::RevocationList(der) => lists.push(der),
            }
        }
        let kept = self.read()?;
        for file in kept.certificates {
            certificates.extend(certificates_of(&file).map_err(DeviceError::Beside)?);
        }
        match tee {
            TeeKind::Snp | TeeKind::Sim => {
                lists.extend(kept.lists);
                certificates.dedup();
                let certificates = amd_chain(&certificates).map_err(DeviceError::Beside)?;
                Ok(Evidence { tee, report, certificates, collateral: lists })
            }
            TeeKind::Tdx | TeeKind::Sgx => {
                Ok(Evidence { tee, report, certificates: Vec::new(), collateral: kept.documents })
            }
            TeeKind::Nitro => Ok(Evidence { tee, report, certificates: Vec::new(), collateral: Vec::new() }),
        }
    }

    fn read(&self) -> Result<Kept, DeviceError> {
        let mut kept = Kept::default();
        let Some(folder) = &self.folder else { return Ok(kept) };
        let bad = |e: std::io::Error| DeviceError::Beside(format!("`{}`: {e}", folder.display()));
        let mut paths = fs::read_dir(folder)
            .map_err(bad)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(bad)?;
        paths.sort();
        for path in paths {
            let into = match path.extension().and_then(|extension| extension.to_str()) {
                Some("pem" | "der" | "crt" | "cer") => &mut kept.certificates,
                Some("crl") => &mut kept.lists,
                Some("json") => &mut kept.documents,
                Some(_) | None => continue,
            };
            let read = fs::read(&path);
            into.push(read.map_err(|e| DeviceError::Beside(format!("`{}`: {e}", path.display())))?);
        }
        Ok(kept)
    }
}

#[derive(Default)]
struct Kept {
    certificates: Vec<Vec<u8>>,
    lists: Vec<Vec<u8>>,
    documents: Vec<Vec<u8>>,
}
