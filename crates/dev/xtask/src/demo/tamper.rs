//! Damage on purpose: one character inside a signed statement of a bundle, one byte of a log.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A copy of the bundle in which one digit of the longest signed payload is another.
pub(crate) fn bundle(original: &Path, copy: &Path) -> Result<(), String> {
    let text = read(original)?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| format!("the bundle is no JSON: {error}"))?;
    let mut payloads = Vec::new();
    collect(&value, &mut payloads);
    payloads.sort_by_key(String::len);
    let damaged =
        payloads.iter().rev().find_map(|payload| Some(text.replacen(payload, &changed(payload)?, 1)));
    fs::write(copy, damaged.ok_or("the bundle has no statement")?)
        .map_err(|error| format!("cannot write `{}`: {error}", copy.display()))
}

/// The payloads of all DSSE envelopes, wherever they stand.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(payload)), true) =
                (fields.get("payload"), fields.contains_key("signatures"))
            {
                found.push(payload.clone());
            }
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The same base64 text with one character changed, so that one digit of what it encodes is another digit: it still
/// reads well, only the signature does not fit any more. Nothing when it encodes no digit in a fitting place.
fn changed(payload: &str) -> Option<String> {
    let mut text = payload.as_bytes().to_vec();
    let value = |c: u8| ALPHABET.iter().position(|other| *other == c);
    for group in text.chunks_exact_mut(4).rev() {
        let (Some(third), Some(fourth)) = (value(group[2]), value(group[3])) else { continue };
        let byte = u8::try_from((third & 3) << 6 | fourth).unwrap_or_default();
        // The lowest bit of the fourth character is the lowest bit of the third byte; it leaves a digit a digit.
        if byte.is_ascii_digit() {
            group[3] = ALPHABET[fourth ^ 1];
            return String::from_utf8(text).ok();
        }
    }
    None
}

/// A copy of a log folder in which one byte of its largest file is another.
pub(crate) fn log(original: &Path, copy: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    copy_folder(original, copy, &mut files)?;
    let (largest, mut bytes) = files
        .into_iter()
        .filter_map(|file| Some((file.clone(), fs::read(file).ok()?)))
        .max_by_key(|(_, bytes)| bytes.len())
        .ok_or("the log is empty")?;
    let middle = bytes.len() / 2;
    bytes.get_mut(middle).map(|byte| *byte ^= 1).ok_or("the log is empty")?;
    fs::write(&largest, bytes).map_err(|error| format!("cannot write `{}`: {error}", largest.display()))
}

fn copy_folder(from: &Path, to: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot copy `{}`: {error}", from.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target, files)?;
        } else {
            fs::copy(entry.path(), &target).map_err(failed)?;
            files.push(target);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digit_of_the_longest_payload_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (original, copy) = (folder.path().join("a"), folder.path().join("b"));
        // The payload encodes `ab1cd`.
        let text = r#"{"x":[{"payload":"YWIxY2Q=","signatures":[]}],"payload":"not signed"}"#;
        fs::write(&original, text).unwrap();
        bundle(&original, &copy).unwrap();
        let damaged = read(&copy).unwrap();
        assert_eq!(damaged.len(), text.len());
        assert_eq!(damaged.chars().zip(text.chars()).filter(|(a, b)| a != b).count(), 1);
        assert!(damaged.contains("YWIwY2Q=") && damaged.contains("not signed"));
    }

    #[test]
    fn one_bit_of_a_log_changes_and_the_original_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (original, copy) = (folder.path().join("log"), folder.path().join("copy"));
        fs::create_dir_all(original.join("tile")).unwrap();
        fs::write(original.join("tile/0"), b"entries").unwrap();
        log(&original, &copy).unwrap();
        assert_ne!(fs::read(copy.join("tile/0")).unwrap(), b"entries");
        assert_eq!(fs::read(original.join("tile/0")).unwrap(), b"entries");
    }
}
