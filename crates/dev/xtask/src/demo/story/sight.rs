//! Who could see what, looked up rather than claimed: the server's disk is searched for the patients.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::{Cast, Scene};

/// Searches all that the host has, and prints what each party could and could not see.
pub(super) fn look(scene: &Scene, cast: &Cast) -> Result<(), String> {
    let wanted: HashSet<&[u8]> = scene.data.patients.iter().map(String::as_bytes).collect();
    let found = search(&scene.stage.data(), &wanted)?;
    if found.hits > 0 {
        return Err(format!("{} patient ids lie in plain text on the server's disk", found.hits));
    }
    let theirs = cast.ben.run(["dataset", "show", "measurements"])?;
    if scene.data.patients.iter().any(|id| theirs.said.contains(id.as_str())) {
        return Err("South was shown North's patients".to_owned());
    }
    let console = scene.console;
    console.say("\nWho could see what");
    console.say("  North     its own file; names, types and rules of South's; the statistics; no diagnosis of any patient");
    console.say("  South     its own file; names, types and rules of North's; the statistics; no measurement of any patient");
    console.say(&format!(
        "  the host  who did what when, sizes, ciphertext: {} files, {} KiB searched for {} patients, 0 found",
        found.files,
        found.bytes / 1024,
        wanted.len()
    ));
    console.say("  anybody   with the bundle: what was approved by whom, what ran, and that the result is sealed; no value\n");
    Ok(())
}

#[derive(Default)]
struct Found {
    files: usize,
    bytes: usize,
    hits: usize,
}

/// Counts the places, in any file below the folder, where one of the ids stands.
fn search(folder: &Path, wanted: &HashSet<&[u8]>) -> Result<Found, String> {
    let mut found = Found::default();
    let entries =
        fs::read_dir(folder).map_err(|error| format!("cannot list `{}`: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            let below = search(&path, wanted)?;
            found.files += below.files;
            found.bytes += below.bytes;
            found.hits += below.hits;
        } else if path.is_file() {
            // A journal may go while we look.
            let bytes = fs::read(&path).unwrap_or_default();
            found.files += 1;
            found.bytes += bytes.len();
            found.hits += hits(&bytes, wanted);
        }
    }
    Ok(found)
}

fn hits(bytes: &[u8], wanted: &HashSet<&[u8]>) -> usize {
    let length = wanted.iter().next().map_or(1, |id| id.len());
    bytes.windows(length).filter(|window| window.starts_with(b"P-") && wanted.contains(window)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_on_the_disk_is_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("objects")).unwrap();
        fs::write(folder.path().join("objects/a"), b"..P-0123456789..P-9999999999").unwrap();
        let wanted: HashSet<&[u8]> = [b"P-0123456789".as_slice()].into();
        assert_eq!(search(folder.path(), &wanted).unwrap().hits, 1);
        fs::write(folder.path().join("objects/a"), b"ciphertext").unwrap();
        assert_eq!(search(folder.path(), &wanted).unwrap().hits, 0);
    }
}
