//! Damage on purpose: one character inside a signed statement of a bundle, one byte of a log.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A copy of the bundle in which one character of one signed payload is another. Gives what was changed.
pub(crate) fn bundle(original: &Path, copy: &Path) -> Result<(), String> {
    let text = read(original)?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| format!("the bundle is no JSON: {error}"))?;
    let mut payloads = Vec::new();
    collect(&value, &mut payloads);
    let payload = payloads.into_iter().max_by_key(String::len).ok_or("the bundle has no statement")?;
    fs::write(copy, text.replacen(&payload, &changed(&payload), 1))
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

/// The same text with another base64 character in its middle.
fn changed(payload: &str) -> String {
    let middle = payload.len() / 2;
    payload
        .char_indices()
        .map(|(n, c)| if n == middle { if c == 'A' { 'B' } else { 'A' } } else { c })
        .collect()
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
    fn one_character_of_the_longest_payload_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (original, copy) = (folder.path().join("a"), folder.path().join("b"));
        let text = r#"{"x":[{"payload":"QUJDREVG","signatures":[]}],"payload":"not signed"}"#;
        fs::write(&original, text).unwrap();
        bundle(&original, &copy).unwrap();
        let damaged = read(&copy).unwrap();
        assert_eq!(damaged.len(), text.len());
        assert_eq!(damaged.chars().zip(text.chars()).filter(|(a, b)| a != b).count(), 1);
        assert!(damaged.contains("not signed"));
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
