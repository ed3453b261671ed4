//! A member's keys: an Ed25519 signing key and an X25519 `age` identity; their text file and their backup.
//!
//! Secrets are wiped when dropped and never shown by `Debug`. A backup is an `age` file under a *generated* passphrase
//! of 100 bits (scrypt): nobody chooses it.

use cloister_model::{Digest, Rng};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    json::{self, JsonError},
    predicate::PublicKey,
};

/// An Ed25519 secret key.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey(of {})", self.public())
    }
}

impl SigningKey {
    /// The key of a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// A fresh key.
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill(seed.as_mut());
        Self::from_seed(&seed)
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        Digest(self.0.verifying_key().to_bytes())
    }

    /// The seed, for storing.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Signs bytes. Statements are signed by [`sign`](crate::sign); this is for protocols with their own encoding.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Whether `signature` over `message` is by `key`: strict verification (no weak keys, no malleable signatures).
pub fn verify(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key.as_bytes())
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

/// An `age` X25519 identity: opens what is sealed to its recipient.
#[derive(Clone)]
pub struct AgeIdentity(pub(crate) age::x25519::Identity);

impl std::fmt::Debug for AgeIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AgeIdentity(of {})", self.recipient())
    }
}

impl AgeIdentity {
    /// A fresh identity; `age` draws it from the operating system itself.
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// Its recipient: `age1...`.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// `AGE-SECRET-KEY-1...`, for storing.
    pub fn secret(&self) -> SecretString {
        SecretString::from(self.0.to_string().expose_secret().to_owned())
    }

    /// The identity of a secret text.
    pub fn from_secret(text: &str) -> Result<Self, KeyError> {
        text.parse().map(Self).map_err(|_| KeyError::Identity)
    }
}

/// Why keys cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a key file.
    #[error("not a key file of version 1: {0}")]
    File(#[source] JsonError),
    /// Another version.
    #[error("key files of version {0} are not known")]
    Version(u32),
    /// Not an `age` identity.
    #[error("not an age identity")]
    Identity,
    /// Not a backup, or damaged.
    #[error("not a key backup, or damaged")]
    Backup,
    /// Wrong passphrase.
    #[error("the passphrase does not open the backup")]
    Passphrase,
    /// The backup could not be encrypted.
    #[error("the backup could not be encrypted: {0}")]
    Encrypt(String),
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct KeyDoc {
    version: u32,
    signing_key: Digest32,
    age_identity: String,
}

/// 32 secret bytes as hexadecimal digits.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Digest32([u8; 32]);

impl Serialize for Digest32 {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&Zeroizing::new(hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for Digest32 {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Digest::deserialize(d).map(|digest| Self(digest.0))
    }
}

/// Both keys of a member.
#[derive(Clone, Debug)]
pub struct MemberKeys {
    /// Signs statements.
    pub signing: SigningKey,
    /// Opens results and the member's own data keys.
    pub age: AgeIdentity,
}

/// What scrypt costs: `N = 2^n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupCost(u8);

impl BackupCost {
    /// What shipped programs use: about a second.
    pub const PRODUCTION: Self = Self(18);
    /// The least; for tests.
    pub const MINIMUM: Self = Self(1);
    /// The most a backup may demand of the reader.
    const MAX: u8 = 20;
}

/// A backup and the passphrase that opens it.
#[derive(Debug)]
pub struct Backup {
    /// The file.
    pub bytes: Vec<u8>,
    /// Four groups of five characters.
    pub passphrase: SecretString,
}

const MAX_KEY_FILE: usize = 4096;

impl MemberKeys {
    /// Fresh keys.
    pub fn generate(rng: &dyn Rng) -> Self {
        Self { signing: SigningKey::generate(rng), age: AgeIdentity::generate() }
    }

    /// The text of a key file; whoever has it has the keys.
    pub fn to_text(&self) -> Zeroizing<String> {
        let doc = KeyDoc {
            version: 1,
            signing_key: Digest32(*self.signing.seed()),
            age_identity: self.age.secret().expose_secret().to_owned(),
        };
        let bytes = Zeroizing::new(json::encode(&doc).unwrap_or_default());
        Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads the text of a key file.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let doc: KeyDoc =
            json::decode(text.trim_end().as_bytes(), MAX_KEY_FILE, 2).map_err(KeyError::File)?;
        if doc.version != 1 {
            return Err(KeyError::Version(doc.version));
        }
        let age = AgeIdentity::from_secret(&doc.age_identity)?;
        Ok(Self { signing: SigningKey::from_seed(&doc.signing_key.0), age })
    }

    /// Encrypts both keys under a passphrase generated here, which is returned and stored nowhere.
    pub fn to_backup(&self, rng: &dyn Rng, cost: BackupCost) -> Result<Backup, KeyError> {
        let passphrase = generate_passphrase(rng);
        let mut recipient = age::scrypt::Recipient::new(age_secret(&normalise(passphrase.expose_secret())));
        recipient.set_work_factor(cost.0);
        let bytes = age::encrypt(&recipient, self.to_text().as_bytes())
            .map_err(|e| KeyError::Encrypt(e.to_string()))?;
        Ok(Backup { bytes, passphrase })
    }

    /// Opens a backup. Case, spaces and dashes of the passphrase do not matter.
    pub fn from_backup(bytes: &[u8], passphrase: &str) -> Result<Self, KeyError> {
        let mut identity = age::scrypt::Identity::new(age_secret(&normalise(passphrase)));
        identity.set_max_work_factor(BackupCost::MAX);
        let text = match age::decrypt(&identity, bytes) {
            Ok(text) => Zeroizing::new(text),
            Err(age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed) => {
                return Err(KeyError::Passphrase);
            }
            Err(_) => return Err(KeyError::Backup),
        };
        Self::from_text(std::str::from_utf8(&text).map_err(|_| KeyError::Backup)?)
    }
}

fn age_secret(text: &str) -> age::secrecy::SecretString {
    age::secrecy::SecretString::from(text.to_owned())
}

/// 32 characters that nobody confuses: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn generate_passphrase(rng: &dyn Rng) -> SecretString {
    let mut bytes = Zeroizing::new([0; 20]);
    rng.fill(bytes.as_mut());
    let mut text = String::with_capacity(24);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    SecretString::from(text)
}

fn normalise(passphrase: &str) -> Zeroizing<String> {
    let kept = passphrase.chars().filter(|c| !c.is_whitespace() && *c != '-');
    Zeroizing::new(kept.map(|c| c.to_ascii_lowercase()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::CountingRng;

    #[test]
    fn keys_round_trip_through_text_and_backup() {
        let rng = CountingRng::new(1);
        let keys = MemberKeys::generate(&rng);
        let again = MemberKeys::from_text(&keys.to_text()).unwrap();
        assert_eq!(again.signing.public(), keys.signing.public());
        let backup = keys.to_backup(&rng, BackupCost::MINIMUM).unwrap();
        let spoken = backup.passphrase.expose_secret().to_uppercase().replace('-', " ");
        assert_eq!(spoken.len(), 23);
        let again = MemberKeys::from_backup(&backup.bytes, &spoken).unwrap();
        assert_eq!(again.age.recipient(), keys.age.recipient());
    }

    #[test]
    fn a_wrong_passphrase_and_a_damaged_backup_are_told_apart() {
        let rng = CountingRng::new(2);
        let backup = MemberKeys::generate(&rng).to_backup(&rng, BackupCost::MINIMUM).unwrap();
        let wrong = MemberKeys::from_backup(&backup.bytes, "00000-00000-00000-00000");
        assert!(matches!(wrong, Err(KeyError::Passphrase)), "{wrong:?}");
        let torn = MemberKeys::from_backup(b"no age file", backup.passphrase.expose_secret());
        assert!(matches!(torn, Err(KeyError::Backup)), "{torn:?}");
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = MemberKeys::generate(&CountingRng::new(3));
        let shown = format!("{keys:?}");
        assert!(!shown.contains("AGE-SECRET") && !shown.contains(&hex::encode(*keys.signing.seed())));
    }

    #[test]
    fn strict_verification_refuses_the_weak_key_that_verifies_everything() {
        let mut neutral = [0_u8; 32];
        neutral[0] = 1;
        let mut signature = [0_u8; 64];
        signature[0] = 1;
        assert!(!verify(&Digest(neutral), b"anything", &signature));
    }
}
