use std::sync::Arc;

use bytes::Bytes;
use cloister_dataset::FileIdentity;
use cloister_engine::{EngineJob, MemoryFile, TableSource, verify_file};

use super::world::*;

/// A job over `other` whose stored object is what `bend` makes of it.
fn bent(bend: impl FnOnce(Vec<u8>) -> Vec<u8>, identity: &FileIdentity) -> EngineJob {
    let (bytes, mut info, _) = encrypted(OTHER_CSV, identity);
    let bytes = bend(bytes);
    info.size = bytes.len() as u64;
    info.name = "other-0".to_owned();
    let mut table = table("other", 3, OTHER_CSV, OPEN);
    table.source =
        TableSource::Encrypted { key: key(), files: vec![(info, Arc::new(MemoryFile(Bytes::from(bytes))))] };
    job("SELECT who, weight, label FROM other", vec![table])
}

fn right() -> FileIdentity {
    FileIdentity { dataset: dataset(3), version: 1, object: "other-0".to_owned() }
}

#[test]
fn swapped_rolled_back_and_plaintext_files_are_refused() {
    assert!(run(bent(|b| b, &right())).is_ok());
    let cases = [
        ("another version", FileIdentity { version: 2, ..right() }),
        ("another object", FileIdentity { object: "other-1".to_owned(), ..right() }),
        ("another dataset", FileIdentity { dataset: dataset(4), ..right() }),
    ];
    for (what, identity) in cases {
        assert_eq!(run(bent(|b| b, &identity)).unwrap_err().code(), "input.not_authentic", "{what}");
    }
    let plain = |mut b: Vec<u8>| {
        let end = b.len();
        b[..4].copy_from_slice(b"PAR1");
        b[end - 4..].copy_from_slice(b"PAR1");
        b
    };
    assert_eq!(run(bent(plain, &right())).unwrap_err().code(), "input.not_encrypted");
    assert_eq!(run(bent(|b| b[..8].to_vec(), &right())).unwrap_err().code(), "input.not_authentic");
}

#[test]
fn a_flipped_bit_never_changes_the_result() {
    let truth = rows(bent(|b| b, &right()));
    let length = encrypted(OTHER_CSV, &right()).0.len();
    for at in (4..length).step_by(17) {
        let flip = |mut b: Vec<u8>| {
            b[at] ^= 1 << (at % 8);
            b
        };
        let job = bent(flip, &right());
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(job))) {
            Ok(Ok(_)) => assert_eq!(rows(bent(flip, &right())), truth, "byte {at}"),
            Ok(Err(e)) => assert!(e.code().starts_with("input."), "byte {at}: {}", e.code()),
            Err(_) => {}
        }
    }
}

#[test]
fn the_digest_of_the_whole_file_is_verified() {
    let (bytes, info, _) = encrypted(OTHER_CSV, &right());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let verify = |b: Vec<u8>| runtime.block_on(verify_file(&MemoryFile(Bytes::from(b)), &info)).ok();
    assert_eq!(verify(bytes.clone()), Some(true));
    let mut last = bytes.clone();
    last[bytes.len() / 2] ^= 1;
    assert_eq!(verify(last), Some(false));
    assert_eq!(verify(bytes[..10].to_vec()), None);
}
