//! Vectors of transparency-dev/merkle, of a Tessera log and of a public Certificate Transparency log.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloister_audit::proof::{verify_consistency, verify_inclusion};
use cloister_audit::tiles::TileWriter;
use cloister_audit::tree::leaf_hash;
use cloister_audit::{Hash, checkpoint};
use serde_json::Value;

fn folder(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/vectors/tlog").join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: the vectors `{}` are not here", path.display());
    None
}

fn probes(folder: &Path) -> Vec<(PathBuf, Value)> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(probes(&path));
        } else {
            let value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            found.push((path, value));
        }
    }
    found
}

/// A hash of a probe; none when it is not 32 bytes, which this crate's type cannot hold.
fn hash(value: &Value) -> Option<Hash> {
    STANDARD.decode(value.as_str().unwrap_or_default()).ok()?.try_into().ok()
}

fn hashes(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(hash).collect()
}

fn run(kind: &str, holds: impl Fn(&Value) -> Option<bool>) {
    let Some(folder) = folder(&format!("merkle-testdata/{kind}")) else { return };
    let (mut good, mut bad) = (0, 0);
    for (path, probe) in probes(&folder) {
        let refused = probe["wantErr"].as_bool().unwrap();
        match holds(&probe) {
            Some(held) => assert_eq!(held, !refused, "{}", path.display()),
            // The single good probe of this kind compares two equal texts that are no hashes.
            None => assert!(refused || probe["size1"] == probe["size2"], "{}", path.display()),
        }
        if refused { bad += 1 } else { good += 1 }
    }
    assert_eq!((good, bad), (6, 92), "{kind}");
}

#[test]
fn inclusion_probes() {
    run("inclusion", |probe| {
        let (leaf, root) = (hash(&probe["leafHash"])?, hash(&probe["root"])?);
        let (index, size) = (probe["leafIdx"].as_u64()?, probe["treeSize"].as_u64()?);
        Some(verify_inclusion(&leaf, index, size, &hashes(&probe["proof"])?, &root).is_ok())
    });
}

#[test]
fn consistency_probes() {
    run("consistency", |probe| {
        let (root1, root2) = (hash(&probe["root1"])?, hash(&probe["root2"])?);
        let (size1, size2) = (probe["size1"].as_u64()?, probe["size2"].as_u64()?);
        Some(verify_consistency(size1, &root1, size2, &root2, &hashes(&probe["proof"])?).is_ok())
    });
}

#[test]
fn a_tessera_log_is_rebuilt_file_by_file() {
    let Some(folder) = folder("tessera-log") else { return };
    let words = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten";
    let key = STANDARD.decode("AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx").unwrap();
    let key: [u8; 32] = key[1..].try_into().unwrap();
    let mut writer = TileWriter::default();
    let read = |path: &str| fs::read(folder.join(path)).ok();
    for word in std::iter::once(None).chain(words.split(' ').map(Some)) {
        if let Some(word) = word {
            let files = writer.append(&[word.as_bytes().to_vec()], read).unwrap();
            assert_eq!(files.len(), 2);
            for (path, bytes) in files {
                assert_eq!(read(&path), Some(bytes), "{path}");
            }
        }
        let size = writer.frontier().size();
        let note = fs::read_to_string(folder.join(format!("checkpoint.{size}"))).unwrap();
        let signed = checkpoint::verify(&note, "example.com/log/testdata", &key).unwrap();
        assert_eq!((signed.size, signed.root), (size, writer.frontier().root()));
    }
    assert_eq!(writer.frontier().size(), 15);
}

#[test]
fn a_public_log_of_a_billion_entries() {
    let Some(folder) = folder("ct-http") else { return };
    let found = probes_named(&folder);
    let of = |field: &str| found.iter().find(|value| value.get(field).is_some()).unwrap();
    let (head, entries, path, growth) = (of("tree_size"), of("entries"), of("audit_path"), of("consistency"));
    let size = head["tree_size"].as_u64().unwrap();
    let root = hash(&head["sha256_root_hash"]).unwrap();
    let leaf = leaf_hash(&STANDARD.decode(entries["entries"][0]["leaf_input"].as_str().unwrap()).unwrap());
    let index = path["leaf_index"].as_u64().unwrap();
    let proof = hashes(&path["audit_path"]).unwrap();
    assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
    assert!(verify_inclusion(&leaf, index + 1, size, &proof, &root).is_err());
    let first = STANDARD.decode("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=").unwrap().try_into().unwrap();
    let proof = hashes(&growth["consistency"]).unwrap();
    assert_eq!(verify_consistency(3_654_490, &first, size, &root, &proof), Ok(()));
    assert!(verify_consistency(3_654_491, &first, size, &root, &proof).is_err());
}

fn probes_named(folder: &Path) -> Vec<Value> {
    let files = fs::read_dir(folder).unwrap().map(|item| fs::read(item.unwrap().path()).unwrap());
    files.filter_map(|bytes| serde_json::from_slice(&bytes).ok()).collect()
}
