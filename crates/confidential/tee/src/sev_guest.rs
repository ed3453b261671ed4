//! `/dev/sev-guest`, by the library `sev`.

use sev::firmware::{guest::Firmware, host::CertType};

use crate::{DeviceError, Handed};

pub(crate) const PATH: &str = "/dev/sev-guest";

fn failed(reason: impl std::fmt::Display) -> DeviceError {
    DeviceError::Failed { device: PATH, reason: reason.to_string() }
}

/// The report of the most privileged level, and what the host handed over with it.
pub(crate) fn report(data: [u8; 64]) -> Result<(Vec<u8>, Vec<Handed>), DeviceError> {
    let mut firmware = Firmware::open().map_err(failed)?;
    let (report, table) = firmware.get_ext_report(None, Some(data), Some(0)).map_err(failed)?;
    let handed = table.unwrap_or_default().into_iter().filter_map(|entry| match entry.cert_type {
        CertType::VCEK | CertType::VLEK | CertType::ASK | CertType::ARK => {
            Some(Handed::Certificate(entry.data))
        }
        CertType::CRL => Some(Handed::RevocationList(entry.data)),
        CertType::Empty | CertType::OTHER(_) => None,
    });
    Ok((report, handed.collect()))
}
