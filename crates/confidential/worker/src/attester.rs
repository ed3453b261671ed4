//! Where this worker's evidence comes from.

use std::path::Path;

use cloister_attest::Evidence;
use cloister_model::Clock;
use cloister_tee::{Beside, Device, DeviceError};

/// Why there is no evidence.
#[derive(Debug, thiserror::Error)]
pub enum AttesterError {
    /// There is no device, or it does not answer.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// This edition has no simulated evidence.
    #[error("this edition has no simulated TEE: it runs in a confidential virtual machine or enclave")]
    NotSimulated,
    /// The development root cannot be read.
    #[error("the development root cannot be used: {0}")]
    Root(String),
    /// The executable cannot be measured.
    #[error("the executable cannot be measured: {0}")]
    Measure(String),
    /// Making the evidence failed.
    #[error("evidence cannot be made: {0}")]
    Evidence(String),
}

/// A source of evidence.
pub enum Attester {
    /// Simulated SEV-SNP reports under a development root: proves nothing about hardware.
    #[cfg(feature = "sim-tee")]
    Simulated {
        /// The root, made once per installation.
        root: Box<cloister_attest::sim::DevelopmentRoot>,
        /// SHA-384 over this executable.
        measurement: [u8; 48],
    },
    /// A device of this machine.
    Device {
        /// Which.
        device: Device,
        /// What travels with its reports.
        beside: Beside,
    },
}

impl Attester {
    /// Simulated evidence over this process's own executable.
    #[cfg(feature = "sim-tee")]
    pub fn simulated(root: &Path) -> Result<Self, AttesterError> {
        let bytes = std::fs::read(root).map_err(|e| AttesterError::Root(e.to_string()))?;
        let root = cloister_attest::sim::DevelopmentRoot::from_bytes(&bytes)
            .map_err(|e| AttesterError::Root(e.to_string()))?;
        let executable =
            std::fs::read("/proc/self/exe").map_err(|e| AttesterError::Measure(e.to_string()))?;
        Ok(Self::Simulated { root: Box::new(root), measurement: cloister_attest::measure(&executable) })
    }

    /// Refused: this edition has no simulated evidence.
    #[cfg(not(feature = "sim-tee"))]
    pub fn simulated(_root: &Path) -> Result<Self, AttesterError> {
        Err(AttesterError::NotSimulated)
    }

    /// The device of this machine, refused where there is none. `folder` holds certificates and collateral.
    pub fn of_this_machine(folder: Option<&Path>) -> Result<Self, AttesterError> {
        let beside = folder.map_or_else(Beside::default, Beside::folder);
        Ok(Self::Device { device: Device::find()?, beside })
    }

    /// Whether its evidence is simulated.
    pub fn is_simulated(&self) -> bool {
        match self {
            #[cfg(feature = "sim-tee")]
            Self::Simulated { .. } => true,
            Self::Device { .. } => false,
        }
    }

    /// The measurement, hexadecimal, if this process knows it.
    pub fn measurement(&self) -> Option<String> {
        match self {
            #[cfg(feature = "sim-tee")]
            Self::Simulated { measurement, .. } => Some(hex::encode(measurement)),
            Self::Device { .. } => None,
        }
    }

    /// The kind of TEE as it is said in the hello message.
    pub fn tee(&self) -> &'static str {
        match self {
            #[cfg(feature = "sim-tee")]
            Self::Simulated { .. } => "sim",
            Self::Device { device, .. } => device.kind().word(),
        }
    }

    /// Evidence over `report_data`.
    pub fn attest(&self, report_data: [u8; 64], clock: &dyn Clock) -> Result<Evidence, AttesterError> {
        match self {
            #[cfg(feature = "sim-tee")]
            Self::Simulated { root, measurement } => root
                .attest(*measurement, report_data, clock.now())
                .map_err(|e| AttesterError::Evidence(e.to_string())),
            Self::Device { device, beside } => {
                // A device dates its evidence itself.
                let _ = clock;
                Ok(device.attest(report_data, beside)?)
            }
        }
    }
}
