//! Cosignatures: what outside witnesses say of a checkpoint, and when (C2SP tlog-cosignature, version 1).
//!
//! A witness says: at this time, this was the newest checkpoint of this log that I have seen, and it continued all that I saw
//! before. It says nothing about the entries.

use std::{collections::BTreeSet, fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use signed_note::{Note, VerifierList, is_key_name_valid, key_id};

use crate::checkpoint::{CheckpointError, public_key};

const COSIGNATURE: u8 = 4;
/// Seconds, then an Ed25519 signature.
const LENGTH: usize = 8 + 64;

/// A witness by its name and key, written as a verifier key: `NAME+ID+BASE64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WitnessKey {
    name: String,
    key: [u8; 32],
}

impl WitnessKey {
    /// A witness that has this public key; refused where the name cannot stand in a note.
    pub fn new(name: &str, key: [u8; 32]) -> Result<Self, CheckpointError> {
        if !is_key_name_valid(name) || name.chars().any(char::is_control) {
            return Err(CheckpointError::Name(name.to_owned()));
        }
        VerifyingKey::from_bytes(&key).map_err(|_| CheckpointError::Key)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn tagged(&self) -> Vec<u8> {
        [&[COSIGNATURE][..], &self.key].concat()
    }

    fn id(&self) -> u32 {
        key_id(&self.name, &self.tagged())
    }

    /// When this witness cosigned the note, in seconds since 1970; nothing where it did not.
    pub fn cosigned(&self, note: &Note) -> Option<u64> {
        let known = VerifierList::new(vec![Box::new(self.clone())]);
        let (mine, _) = note.verify(&known).ok()?;
        let (seconds, _) = parts(mine.first()?.signature())?;
        Some(seconds)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(), BASE64_STANDARD.encode(self.tagged()))
    }
}

impl FromStr for WitnessKey {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let (name, rest) = text.trim().split_once('+').ok_or(CheckpointError::Key)?;
        let (id, key) = rest.split_once('+').ok_or(CheckpointError::Key)?;
        let tagged = BASE64_STANDARD.decode(key).map_err(|_| CheckpointError::Key)?;
        let (tag, key) = tagged.split_first().ok_or(CheckpointError::Key)?;
        let read = Self::new(name, key.try_into().map_err(|_| CheckpointError::Key)?)?;
        // The id is made from the rest: one that differs is a key that was copied wrongly.
        if *tag == COSIGNATURE && format!("{:08x}", read.id()) == id {
            Ok(read)
        } else {
            Err(CheckpointError::Key)
        }
    }
}

impl TryFrom<String> for WitnessKey {
    type Error = CheckpointError;

    fn try_from(text: String) -> Result<Self, CheckpointError> {
        text.parse()
    }
}

impl From<WitnessKey> for String {
    fn from(key: WitnessKey) -> Self {
        key.to_string()
    }
}

impl signed_note::Verifier for WitnessKey {
    fn name(&self) -> &str {
        &self.name
    }
    fn key_id(&self) -> u32 {
        self.id()
    }
    fn verify(&self, body: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_bytes(&self.key);
        let (Ok(key), Some((seconds, signature))) = (key, parts(signature)) else { return false };
        key.verify_strict(&message(seconds, body), &signature).is_ok()
    }
}

fn message(seconds: u64, body: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {seconds}\n").as_bytes(), body].concat()
}

fn parts(bytes: &[u8]) -> Option<(u64, Signature)> {
    let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
    let (seconds, signature) = bytes.split_at(8);
    Some((u64::from_be_bytes(seconds.try_into().ok()?), Signature::from_slice(signature).ok()?))
}

/// The line by which the witness of this seed cosigns a note at a time, with its line end.
pub fn cosign(seed: &[u8; 32], name: &str, note: &str, seconds: u64) -> Result<String, CheckpointError> {
    let witness = WitnessKey::new(name, public_key(seed))?;
    let note = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
    let signature = SigningKey::from_bytes(seed).sign(&message(seconds, note.text()));
    let signature = [&seconds.to_be_bytes()[..], &signature.to_bytes()].concat();
    let line = signed_note::Signature::new(name.to_owned(), witness.id(), signature)
        .map_err(|_| CheckpointError::Malformed)?;
    String::from_utf8(line.to_bytes()).map_err(|_| CheckpointError::Malformed)
}

/// How many of which witnesses must have cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// The witnesses that count.
    pub witnesses: BTreeSet<WitnessKey>,
    /// How many of them are needed.
    pub needed: usize,
}

/// Which witnesses cosigned a checkpoint, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// Their names, in order.
    pub by: Vec<String>,
    /// The median of their times, in seconds since 1970: fewer than half of them cannot move it past the others' times.
    pub seconds: u64,
}

/// Why a checkpoint does not count as seen by others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// The policy cannot be fulfilled, or asks for nothing.
    #[error("a quorum of {needed} among {known} witnesses cannot be asked for")]
    Policy {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        known: usize,
    },
    /// No note.
    #[error("the checkpoint is malformed")]
    Malformed,
    /// Too few.
    #[error("{} of {needed} witnesses cosigned the checkpoint ({})", by.len(), if by.is_empty() { "none".into() } else { by.join(", ") })]
    Few {
        /// Those that did.
        by: Vec<String>,
        /// How many are needed.
        needed: usize,
    },
}

impl Quorum {
    /// Refuses a policy that asks for nothing, or for more witnesses than it names.
    pub fn possible(&self) -> Result<(), QuorumError> {
        let (needed, known) = (self.needed, self.witnesses.len());
        if needed == 0 || needed > known { Err(QuorumError::Policy { needed, known }) } else { Ok(()) }
    }

    /// Who cosigned a note, where that is enough. Signatures of others, and those that do not verify, count for nothing.
    pub fn judge(&self, note: &str) -> Result<Cosigned, QuorumError> {
        self.possible()?;
        let needed = self.needed;
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| QuorumError::Malformed)?;
        let signed = self.witnesses.iter().filter_map(|one| Some((one, one.cosigned(&note)?)));
        let (by, mut times): (Vec<_>, Vec<_>) = signed.map(|(one, at)| (one.name.clone(), at)).unzip();
        times.sort_unstable();
        match times.get(times.len().saturating_sub(1) / 2) {
            Some(seconds) if by.len() >= needed => Ok(Cosigned { by, seconds: *seconds }),
            Some(_) | None => Err(QuorumError::Few { by, needed }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, sign, verify};

    fn note() -> String {
        sign(&[3; 32], &Checkpoint { origin: "log.example/one".into(), size: 7, root: [9; 32] }).unwrap()
    }

    fn key(seed: u8, name: &str) -> WitnessKey {
        WitnessKey::new(name, public_key(&[seed; 32])).unwrap()
    }

    #[test]
    fn a_quorum_counts_each_witness_once_and_takes_the_median_of_their_times() {
        let mut cosigned = note();
        for (seed, name, at) in [(11, "a", 100), (12, "b", 9_000), (13, "c", 200)] {
            cosigned += &cosign(&[seed; 32], name, &note(), at).unwrap();
        }
        cosigned += &cosign(&[11; 32], "a", &note(), 300).unwrap();
        let witnesses = [key(11, "a"), key(12, "b"), key(13, "c"), key(14, "d")].into();
        let quorum = Quorum { witnesses, needed: 3 };
        let found = quorum.judge(&cosigned).unwrap();
        assert_eq!((found.by, found.seconds), (vec!["a".into(), "b".into(), "c".into()], 200));
        let few = Quorum { needed: 4, ..quorum.clone() }.judge(&cosigned).unwrap_err();
        assert!(few.to_string().contains("3 of 4 witnesses"), "{few}");
        // The log's own signature is still found beside them.
        assert!(verify(&cosigned, "log.example/one", &public_key(&[3; 32])).is_ok());
    }

    #[test]
    fn a_cosignature_of_another_checkpoint_key_name_or_time_counts_for_nothing() {
        let quorum = Quorum { witnesses: [key(11, "a")].into(), needed: 1 };
        let other = note().replace("\n7\n", "\n8\n");
        let stranger = cosign(&[12; 32], "a", &note(), 5).unwrap();
        let renamed = cosign(&[11; 32], "b", &note(), 5).unwrap();
        let elsewhere = cosign(&[11; 32], "a", &other, 5).unwrap();
        let plain = sign(&[11; 32], &Checkpoint { origin: "a".into(), size: 7, root: [9; 32] }).unwrap();
        let plain = format!("{}\n", plain.lines().last().unwrap());
        for line in [stranger, renamed, elsewhere, plain] {
            assert!(matches!(quorum.judge(&format!("{}{line}", note())), Err(QuorumError::Few { .. })));
        }
        assert!(matches!(quorum.judge(&note()), Err(QuorumError::Few { .. })));
        assert_eq!(quorum.judge("no note"), Err(QuorumError::Malformed));
        for needed in [0, 2] {
            let wrong = Quorum { needed, ..quorum.clone() };
            assert_eq!(wrong.judge(&note()), Err(QuorumError::Policy { needed, known: 1 }));
        }
    }

    #[test]
    fn any_flipped_bit_of_a_cosignature_counts_for_nothing() {
        let quorum = Quorum { witnesses: [key(11, "a")].into(), needed: 1 };
        let line = cosign(&[11; 32], "a", &note(), 1_700_000_000).unwrap();
        let encoded = line.trim_end().rsplit(' ').next().unwrap();
        let bytes = BASE64_STANDARD.decode(encoded).unwrap();
        assert!(quorum.judge(&format!("{}{line}", note())).is_ok());
        for at in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[at / 8] ^= 1 << (at % 8);
            let bad = line.replace(encoded, &BASE64_STANDARD.encode(bad));
            assert!(quorum.judge(&format!("{}{bad}", note())).is_err(), "bit {at}");
        }
    }

    #[test]
    fn a_key_is_written_and_read_and_one_copied_wrongly_is_refused() {
        let text = key(11, "witness.example").to_string();
        assert_eq!(text.parse::<WitnessKey>().unwrap(), key(11, "witness.example"));
        let wrong = [
            text.replace("witness", "Witness"),
            text.replacen('+', "-", 1),
            text[..text.len() - 4].to_owned(),
            String::new(),
        ];
        for bad in wrong {
            assert!(bad.parse::<WitnessKey>().is_err(), "{bad}");
        }
        assert!(WitnessKey::new("a b", [3; 32]).is_err());
    }
}
