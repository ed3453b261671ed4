//! Where the broker's own evidence comes from.

use cloister_model::Timestamp;

use crate::error::Result;

/// The TEE this process runs in.
pub trait Tee: Send + Sync {
    /// The launch measurement of this process, 96 lower-case hexadecimal digits.
    fn measurement(&self) -> &str;
    /// Evidence over `report_data` in the encoding of the crate `attest`.
    fn attest(&self, report_data: [u8; 64], now: Timestamp) -> Result<Vec<u8>>;
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
        Ok(made.map_err(crate::error::BrokerError::internal)?.to_bytes())
    }
}
