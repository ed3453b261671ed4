//! AMD SEV-SNP: reports, chip certificates, platform rules.

mod certificate;
mod chain;
mod platform;
mod report;

pub(crate) use chain::chain;
pub(crate) use platform::platform;
pub(crate) use report::Report;
#[cfg(feature = "sim-tee")]
pub(crate) use {certificate::oid, report::offset};

use crate::TcbFloor;

/// Generations whose TCB numbers lie at different places. Known from the root that vouches, never from the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// Third EPYC generation; the development root uses its layout too.
    Milan,
    /// Fourth.
    Genoa,
    /// Fifth.
    Turin,
}

/// The security version numbers in eight bytes of a report.
pub(crate) fn tcb(bytes: [u8; 8], generation: Generation) -> TcbFloor {
    match generation {
        Generation::Milan | Generation::Genoa => {
            TcbFloor { fmc: 0, bootloader: bytes[0], tee: bytes[1], snp: bytes[6], microcode: bytes[7] }
        }
        Generation::Turin => TcbFloor {
            fmc: bytes[0],
            bootloader: bytes[1],
            tee: bytes[2],
            snp: bytes[3],
            microcode: bytes[7],
        },
    }
}
