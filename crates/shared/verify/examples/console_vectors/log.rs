//! A log of some entries at several sizes: tiles, checkpoints, proofs.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_audit::{
    Checkpoint, Entry, Outcome, checkpoint,
    proof::{consistency, inclusion},
    tiles::TileWriter,
    tree::leaf_hash,
};
use serde_json::{Value, json};

use crate::Made;

const ORIGIN: &str = "cloister.test/log";
const SEED: [u8; 32] = [5; 32];
const SIZES: [u64; 8] = [1, 2, 3, 7, 8, 255, 257, 600];

fn entry(index: u64) -> Made<Vec<u8>> {
    let at = 1_800_000_000_000_000 + i64::try_from(index)?;
    let mut entry = Entry::new(at, format!("user-{}", index % 7), "job.submit", Outcome::Done);
    entry.index = Some(index);
    entry.target = Some(format!("größe {index}"));
    Ok(entry.encode()?)
}

/// The files of the log at every size, and the checkpoints.
struct Grown {
    files: BTreeMap<String, Vec<u8>>,
    checkpoints: BTreeMap<u64, (String, String)>,
}

fn grow() -> Made<Grown> {
    let mut grown = Grown { files: BTreeMap::new(), checkpoints: BTreeMap::new() };
    let mut writer = TileWriter::default();
    for size in SIZES {
        let batch = (writer.frontier().size()..size).map(entry).collect::<Made<Vec<_>>>()?;
        let files = writer.append(&batch, |path| grown.files.get(path).cloned())?;
        grown.files.extend(files);
        let named = Checkpoint { origin: ORIGIN.into(), size, root: writer.frontier().root() };
        grown.checkpoints.insert(size, (checkpoint::sign(&SEED, &named)?, hex::encode(named.root)));
    }
    Ok(grown)
}

fn hashes(found: &[[u8; 32]]) -> Vec<String> {
    found.iter().map(hex::encode).collect()
}

pub(crate) fn vectors() -> Made<Value> {
    let grown = grow()?;
    let read = |path: &str| grown.files.get(path).cloned();
    let (mut inclusions, mut consistencies) = (Vec::new(), Vec::new());
    for size in SIZES {
        for index in [0, 1, size / 2, size - 1].into_iter().filter(|index| *index < size) {
            let leaf = hex::encode(leaf_hash(&entry(index)?));
            let proof = hashes(&inclusion(size, index, read)?);
            inclusions.push(json!({ "size": size, "index": index, "leaf": leaf, "hashes": proof }));
        }
        for earlier in SIZES.into_iter().filter(|earlier| *earlier <= size) {
            let proof = hashes(&consistency(earlier, size, read)?);
            consistencies.push(json!({ "from": earlier, "to": size, "hashes": proof }));
        }
    }
    // The console reads hash tiles only: of the entries two stand here.
    let tiles: BTreeMap<&String, String> = grown
        .files
        .iter()
        .filter(|(path, _)| !path.starts_with("tile/entries"))
        .map(|(path, bytes)| (path, BASE64_STANDARD.encode(bytes)))
        .collect();
    let entries =
        [0, 256].iter().map(|n| Ok(BASE64_STANDARD.encode(entry(*n)?))).collect::<Made<Vec<_>>>()?;
    let checkpoints: Vec<Value> = grown
        .checkpoints
        .iter()
        .map(|(size, (note, root))| json!({ "size": size, "root": root, "note": note }))
        .collect();
    let other = Checkpoint { origin: ORIGIN.into(), size: 255, root: [9; 32] };
    Ok(json!({
        "origin": ORIGIN, "key": hex::encode(checkpoint::public_key(&SEED)), "checkpoints": checkpoints,
        "forked": checkpoint::sign(&SEED, &other)?, "other_key": checkpoint::sign(&[6; 32], &other)?,
        "entries": { "0": entries[0], "256": entries[1] }, "inclusions": inclusions,
        "consistencies": consistencies, "tiles": tiles,
    }))
}
