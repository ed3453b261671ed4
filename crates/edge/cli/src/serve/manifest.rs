//! `reference.json`: the measurement of the genuine worker, signed when it was built.

use std::path::Path;

use cloister_model::Digest;
use cloister_statement::{
    SigningKey, binary::length_prefixed, configuration::is_measurement, keys::verify, predicate::PublicKey,
};
use serde::{Deserialize, Serialize};

use crate::outcome::Failure;

/// The reference manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReferenceManifest {
    /// 1.
    pub(crate) version: u32,
    /// SHA-384 of `cloister-worker`, 96 hexadecimal digits.
    pub(crate) measurement: String,
    /// The Ed25519 key that signed; the broker's configuration names it.
    pub(crate) key: PublicKey,
    /// Its signature over length-prefixed {"cloister/reference/v1", measurement}, hexadecimal.
    pub(crate) signature: String,
}

fn message(measurement: &str) -> Vec<u8> {
    length_prefixed(&[b"cloister/reference/v1", measurement.as_bytes()])
}

impl ReferenceManifest {
    /// Its name beside the programs.
    pub(crate) const FILE: &str = "reference.json";

    /// Signs a measurement.
    pub(crate) fn sign(measurement: String, key: &SigningKey) -> Self {
        let signature = hex::encode(key.sign(&message(&measurement)));
        Self { version: 1, measurement, key: key.public(), signature }
    }

    /// Reads and verifies the manifest of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(Self::FILE);
        let bad = |reason: &str| Failure::Failed(format!("`{}` {reason}", path.display()));
        let bytes = std::fs::read(&path)
            .map_err(|e| bad(&format!("cannot be read ({e}): build with `cargo xtask`, which writes it")))?;
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|e| bad(&format!("is damaged: {e}")))?;
        if manifest.version == 1 && is_measurement(&manifest.measurement) && manifest.holds(&manifest.key) {
            Ok(manifest)
        } else {
            Err(bad("is not signed by the key it names"))
        }
    }

    fn holds(&self, key: &Digest) -> bool {
        let mut signature = [0; 64];
        hex::decode_to_slice(&self.signature, &mut signature).is_ok()
            && verify(key, &message(&self.measurement), &signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_counts_only_as_it_was_signed() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_seed(&[7; 32]);
        let good = ReferenceManifest::sign("ab".repeat(48), &key);
        let write = |manifest: &ReferenceManifest| {
            std::fs::write(
                folder.path().join(ReferenceManifest::FILE),
                serde_json::to_vec(manifest).unwrap(),
            )
            .unwrap();
            ReferenceManifest::read(folder.path())
        };
        assert_eq!(write(&good).unwrap(), good);
        let other = SigningKey::from_seed(&[8; 32]).public();
        for bad in [
            ReferenceManifest { measurement: "cd".repeat(48), ..good.clone() },
            ReferenceManifest { key: other, ..good.clone() },
            ReferenceManifest { signature: "00".repeat(64), ..good.clone() },
            ReferenceManifest { version: 2, ..good.clone() },
        ] {
            assert!(write(&bad).is_err(), "{bad:?}");
        }
    }
}
