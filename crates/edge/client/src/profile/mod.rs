//! A member's profile: one folder, one person at one server.
//!
//! `config.json` names server, session and person; `pins.json` what was trusted once and must not change; `keys/` holds
//! one file a key pair, so that an old `age` identity still opens what was sealed to it. Folders are 0700, files 0600,
//! and every write replaces the file whole.

mod files;
mod pins;

use std::path::{Path, PathBuf};

use cloister_model::{Digest, Email};
use cloister_statement::{Envelope, MemberKeys};
use serde::{Deserialize, Serialize};

use crate::ClientError;

pub use files::{folder, write};
pub use pins::{PinnedBroker, PinnedLog, Pins};

/// Who is signed in, where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address of the server.
    pub server: String,
    /// Token of the session.
    pub token: String,
    /// The person.
    pub email: Email,
    /// A certificate request that waits for its recovery statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_request: Option<Envelope>,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Profile {
    folder: PathBuf,
}

impl Profile {
    /// The profile in `folder`, which need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn read<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ClientError> {
        let path = self.folder.join(name);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|e| ClientError::Profile { path, reason: e.to_string() })
    }

    fn save(&self, name: &str, value: &impl Serialize) -> Result<(), ClientError> {
        let path = self.folder.join(name);
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|e| ClientError::Profile { path: path.clone(), reason: e.to_string() })?;
        folder(&self.folder)?;
        write(&path, &bytes)
    }

    /// Who is signed in.
    pub fn config(&self) -> Result<Option<Config>, ClientError> {
        self.read("config.json")
    }

    /// Remembers who is signed in.
    pub fn save_config(&self, config: &Config) -> Result<(), ClientError> {
        self.save("config.json", config)
    }

    /// What is pinned.
    pub fn pins(&self) -> Result<Pins, ClientError> {
        Ok(self.read("pins.json")?.unwrap_or_default())
    }

    /// Remembers what is pinned.
    pub fn save_pins(&self, pins: &Pins) -> Result<(), ClientError> {
        self.save("pins.json", pins)
    }

    fn key_file(&self, public: &Digest) -> PathBuf {
        self.folder.join("keys").join(format!("{public}.json"))
    }

    /// The keys whose signing key is `public`.
    pub fn keys(&self, public: &Digest) -> Result<Option<MemberKeys>, ClientError> {
        let path = self.key_file(public);
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let damaged = |reason: String| ClientError::Profile { path: path.clone(), reason };
        let text = std::str::from_utf8(&bytes).map_err(|e| damaged(e.to_string()))?;
        let keys = MemberKeys::from_text(text).map_err(|e| damaged(e.to_string()))?;
        if keys.signing.public() == *public {
            Ok(Some(keys))
        } else {
            Err(damaged("the file holds another key than its name says".into()))
        }
    }

    /// Every key pair of the profile.
    pub fn all_keys(&self) -> Result<Vec<MemberKeys>, ClientError> {
        let mut keys = Vec::new();
        for name in files::names(&self.folder.join("keys"))? {
            let public = name.strip_suffix(".json").and_then(|stem| stem.parse::<Digest>().ok());
            if let Some(public) = public {
                keys.extend(self.keys(&public)?);
            }
        }
        Ok(keys)
    }

    /// Keeps a key pair beside the ones there are.
    pub fn save_keys(&self, keys: &MemberKeys) -> Result<(), ClientError> {
        folder(&self.folder)?;
        folder(&self.folder.join("keys"))?;
        write(&self.key_file(&keys.signing.public()), keys.to_text().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use cloister_model::Rng;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Rng for Counting {
        fn fill(&self, out: &mut [u8]) {
            for byte in out {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn secrets_are_readable_by_their_owner_only() {
        let outer = tempfile::tempdir().unwrap();
        let profile = Profile::at(outer.path().join("home"));
        let keys = MemberKeys::generate(&Counting(1.into()));
        profile.save_keys(&keys).unwrap();
        let config = Config {
            server: "http://127.0.0.1:1".into(),
            token: "t".into(),
            email: "a@b.example".parse().unwrap(),
            pending_request: None,
        };
        profile.save_config(&config).unwrap();
        profile.save_pins(&Pins::default()).unwrap();
        assert_eq!(mode(profile.folder()), 0o700);
        assert_eq!(mode(&profile.folder().join("keys")), 0o700);
        for name in ["config.json", "pins.json", &format!("keys/{}.json", keys.signing.public())] {
            assert_eq!(mode(&profile.folder().join(name)), 0o600, "{name}");
        }
        assert_eq!(profile.config().unwrap(), Some(config));
        let again = profile.keys(&keys.signing.public()).unwrap().unwrap();
        assert_eq!(again.age.recipient(), keys.age.recipient());
        assert_eq!(profile.all_keys().unwrap().len(), 1);
    }

    #[test]
    fn a_file_others_may_read_is_narrowed_when_it_is_replaced() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("config.json");
        std::fs::write(&path, b"{}").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"{}").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn damaged_files_are_named() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("config.json"), b"{\"server\":").unwrap();
        let error = Profile::at(outer.path()).config().unwrap_err().to_string();
        assert!(error.contains("config.json"), "{error}");
    }
}
