//! A dataset's data key: 32 random bytes per version of the data, named by its key id.

use cloister_model::Digest;

use crate::binary::{length_prefixed, sha256};

/// The public name of a data key: SHA-256 under its own domain.
pub fn key_id(key: &[u8; 32]) -> Digest {
    sha256(&length_prefixed(&[b"cloister/key-id/v1", key]))
}
