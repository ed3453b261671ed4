//! Where the broker's own evidence comes from.

use std::path::Path;

use cloister_attest::{Asked, Policy, TrustRoots, examine};
use cloister_model::Timestamp;
use cloister_tee::{Beside, Device, DeviceError};

use crate::error::{BrokerError, Result};

/// The TEE this process runs in.
pub trait Tee: Send + Sync {
    /// The launch measurement of this process, 96 lower-case hexadecimal digits.
    fn measurement(&self) -> &str;
    /// Evidence over `report_data` in the encoding of the crate `attest`.
    fn attest(&self, report_data: [u8; 64], now: Timestamp) -> Result<Vec<u8>>;
}

/// The device of the machine this process runs in.
pub struct DeviceTee {
    device: Device,
    beside: Beside,
    measurement: String,
}

impl DeviceTee {
    /// Finds the device, and asks it once for the measurement of this process.
    pub fn find(folder: Option<&Path>) -> Result<Self> {
        let beside = folder.map_or_else(Beside::default, Beside::folder);
        let unavailable = |e: DeviceError| BrokerError::Unavailable(e.to_string());
        let device = Device::find().map_err(unavailable)?;
        let evidence = device.attest([0; 64], &beside).map_err(unavailable)?;
        let (roots, policy) = (TrustRoots::vendors(), Policy::default());
        // Only what the report says of itself is read: whoever appraises the broker compares it.
        let found = examine(&evidence, &roots, &policy, Asked::default(), Timestamp::from_micros(0));
        let facts = found
            .facts
            .ok_or_else(|| BrokerError::Unavailable("the device's own evidence cannot be read".into()))?;
        Ok(Self { device, beside, measurement: facts.measurement })
    }
}

impl Tee for DeviceTee {
    fn measurement(&self) -> &str {
        &self.measurement
    }

    fn attest(&self, report_data: [u8; 64], _now: Timestamp) -> Result<Vec<u8>> {
        let made = self.device.attest(report_data, &self.beside);
        Ok(made.map_err(BrokerError::internal)?.to_bytes())
    }
}

/// A simulated TEE: the measurement is that of the executable, the root the installation's own.
#[cfg(feature = "sim-tee")]
pub struct SimulatedTee {
    root: cloister_attest::sim::DevelopmentRoot,
    launched: [u8; 48],
    measurement: String,
}

#[cfg(feature = "sim-tee")]
impl SimulatedTee {
    /// A TEE that runs this executable.
    pub fn new(root: cloister_attest::sim::DevelopmentRoot, executable: &[u8]) -> Self {
        let launched = cloister_attest::measure(executable);
        Self { root, launched, measurement: hex::encode(launched) }
    }
}

#[cfg(feature = "sim-tee")]
impl Tee for SimulatedTee {
    fn measurement(&self) -> &str {
        &self.measurement
    }

    fn attest(&self, report_data: [u8; 64], now: Timestamp) -> Result<Vec<u8>> {
        let made = self.root.attest(self.launched, report_data, now);
        Ok(made.map_err(BrokerError::internal)?.to_bytes())
    }
}
