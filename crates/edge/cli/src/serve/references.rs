//! `references.json`: measurements of workers, beside the genuine one of this build, that the operator accepts.

use std::{collections::BTreeSet, path::Path};

use cloister_client::profile::{folder, write};
use cloister_statement::configuration::is_measurement;

use crate::outcome::Failure;

/// Measurements that were added.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct References(BTreeSet<String>);

impl References {
    const FILE: &str = "references.json";

    /// Reads those of a deployment; none where nothing was added.
    pub(crate) fn read(data: &Path) -> Result<Self, Failure> {
        let path = data.join("keys").join(Self::FILE);
        let bad = |reason: &dyn std::fmt::Display| Failure::Failed(format!("`{}`: {reason}", path.display()));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(bad(&e)),
        };
        let read: BTreeSet<String> = serde_json::from_slice(&bytes).map_err(|e| bad(&e))?;
        match read.iter().find(|measurement| !is_measurement(measurement)) {
            Some(wrong) => Err(bad(&format!("`{wrong}` is no measurement"))),
            None => Ok(Self(read)),
        }
    }

    /// Writes them.
    pub(crate) fn write(&self, data: &Path) -> Result<(), Failure> {
        let keys = data.join("keys");
        folder(&keys)?;
        let bytes = serde_json::to_vec_pretty(&self.0).map_err(|e| Failure::Failed(e.to_string()))?;
        Ok(write(&keys.join(Self::FILE), &bytes)?)
    }

    /// Adds one; false when it is there.
    pub(crate) fn add(&mut self, measurement: &str) -> bool {
        self.0.insert(measurement.to_owned())
    }

    /// Removes one; false when it is not there.
    pub(crate) fn remove(&mut self, measurement: &str) -> bool {
        self.0.remove(measurement)
    }

    /// All of them, in order.
    pub(crate) fn measurements(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_read_again_and_what_is_no_measurement_stops_the_start() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(References::read(data.path()).unwrap(), References::default());
        let mut references = References::default();
        let (one, two) = ("ab".repeat(48), "01".repeat(48));
        assert!(references.add(&one) && references.add(&two) && !references.add(&one));
        references.write(data.path()).unwrap();
        let mut read = References::read(data.path()).unwrap();
        assert_eq!(read.measurements(), [two.clone(), one.clone()]);
        assert!(read.remove(&two) && !read.remove(&two));
        std::fs::write(data.path().join("keys/references.json"), "[\"abc\"]").unwrap();
        let said = References::read(data.path()).unwrap_err().to_string();
        assert!(said.contains("`abc` is no measurement"), "{said}");
    }
}
