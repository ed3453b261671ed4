//! Checkpoints: what the log was, signed by its key.
//!
//! A C2SP tlog-checkpoint in a C2SP signed note. The key's name is the log's origin. Signatures of others
//! (witnesses) may follow and are not looked at here.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use signed_note::{Note, NoteError, VerifierList, is_key_name_valid, key_id};

use crate::tree::Hash;

const ED25519: u8 = 1;

/// Size and root of a log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, which is the name of its key.
    pub origin: String,
    /// Count of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

/// Why a text is no checkpoint of the log asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note with a checkpoint in it.
    #[error("the checkpoint is malformed")]
    Malformed,
    /// A name no key can have.
    #[error("`{0}` cannot name a log: a name is not empty and has no blanks and no plus sign")]
    Name(String),
    /// Bytes that are no public key.
    #[error("the public key of the log is no Ed25519 key")]
    Key,
    /// The checkpoint of another log.
    #[error("the checkpoint is of the log `{0}`")]
    OtherLog(String),
    /// Without a valid signature of the log's key.
    #[error("the checkpoint is not signed by the key of the log")]
    Unsigned,
}

struct LogKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl signed_note::Verifier for LogKey {
    fn name(&self) -> &str {
        &self.name
    }
    fn key_id(&self) -> u32 {
        self.id
    }
    fn verify(&self, msg: &[u8], sig: &[u8]) -> bool {
        Signature::from_slice(sig).is_ok_and(|sig| self.key.verify_strict(msg, &sig).is_ok())
    }
}

fn id_of(origin: &str, public_key: &[u8; 32]) -> Result<u32, CheckpointError> {
    // A control character would pass as a name and break the note's lines.
    if !is_key_name_valid(origin) || origin.chars().any(char::is_control) {
        return Err(CheckpointError::Name(origin.to_owned()));
    }
    let mut tagged = vec![ED25519];
    tagged.extend_from_slice(public_key);
    Ok(key_id(origin, &tagged))
}

/// The public key of a seed.
pub fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// The checkpoint as a note signed by the key of this seed.
pub fn sign(seed: &[u8; 32], checkpoint: &Checkpoint) -> Result<String, CheckpointError> {
    let key = SigningKey::from_bytes(seed);
    let id = id_of(&checkpoint.origin, &key.verifying_key().to_bytes())?;
    let body = tlog_tiles::Checkpoint::new(
        &checkpoint.origin,
        checkpoint.size,
        tlog_tiles::Hash(checkpoint.root),
        "",
    )
    .map_err(|_| CheckpointError::Malformed)?
    .to_bytes();
    let signature = key.sign(&body).to_bytes().to_vec();
    let signature = signed_note::Signature::new(checkpoint.origin.clone(), id, signature)
        .map_err(|_| CheckpointError::Malformed)?;
    let note = Note::new(&body, &[signature]).map_err(|_| CheckpointError::Malformed)?;
    String::from_utf8(note.to_bytes()).map_err(|_| CheckpointError::Malformed)
}

/// The checkpoint in a note, once the signature of the log's key over it has been found valid.
pub fn verify(note: &str, origin: &str, public_key: &[u8; 32]) -> Result<Checkpoint, CheckpointError> {
    let id = id_of(origin, public_key)?;
    let key = VerifyingKey::from_bytes(public_key).map_err(|_| CheckpointError::Key)?;
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
    let body = tlog_tiles::Checkpoint::from_bytes(parsed.text()).map_err(|_| CheckpointError::Malformed)?;
    if parsed.to_bytes() != note.as_bytes() {
        return Err(CheckpointError::Malformed);
    }
    if body.origin() != origin {
        return Err(CheckpointError::OtherLog(body.origin().to_owned()));
    }
    let known = VerifierList::new(vec![Box::new(LogKey { name: origin.to_owned(), id, key })]);
    match parsed.verify(&known) {
        Ok(_) => Ok(Checkpoint { origin: origin.to_owned(), size: body.size(), root: body.hash().0 }),
        Err(NoteError::MalformedNote) => Err(CheckpointError::Malformed),
        Err(_) => Err(CheckpointError::Unsigned),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Checkpoint {
        Checkpoint { origin: "log.example/one".into(), size: 7, root: [9; 32] }
    }

    #[test]
    fn a_signed_checkpoint_verifies_for_its_log_and_key_only() {
        let seed = [3; 32];
        let note = sign(&seed, &sample()).unwrap();
        assert_eq!(verify(&note, "log.example/one", &public_key(&seed)).unwrap(), sample());
        let refused = [
            (
                verify(&note, "log.example/two", &public_key(&seed)),
                CheckpointError::OtherLog("log.example/one".into()),
            ),
            (verify(&note, "log.example/one", &public_key(&[4; 32])), CheckpointError::Unsigned),
            (
                verify(&note.replace("\n7\n", "\n8\n"), "log.example/one", &public_key(&seed)),
                CheckpointError::Unsigned,
            ),
            (verify("", "log.example/one", &public_key(&seed)), CheckpointError::Malformed),
            (verify(&note, "a b", &public_key(&seed)), CheckpointError::Name("a b".into())),
        ];
        for (result, expected) in refused {
            assert_eq!(result, Err(expected));
        }
    }

    #[test]
    fn names_that_break_a_note_are_refused() {
        for name in ["", "a b", "a+b", "a\nb", "a\u{1}b"] {
            let checkpoint = Checkpoint { origin: name.into(), ..sample() };
            assert_eq!(sign(&[3; 32], &checkpoint), Err(CheckpointError::Name(name.into())));
        }
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let note = sign(&[3; 32], &sample()).unwrap();
            let mut bytes = note.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(bytes) {
                prop_assert!(verify(&text, "log.example/one", &public_key(&[3; 32])).is_err());
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
            prop_assert!(verify(&text, "log.example/one", &public_key(&[3; 32])).is_err());
        }
    }
}
