//! Each kind of damage to a log folder is told by its kind.

use cloister_audit::checkpoint::{Checkpoint, sign};
use cloister_audit::log::{About, Damage, Report, verify};
use cloister_audit::tiles::{decode_bundle, encode_bundle};
use cloister_audit::{Entry, Outcome};
use proptest::prelude::*;

use crate::{Folder, ORIGIN, entry, key};

fn check(folder: &Folder, seen: Option<&Checkpoint>) -> Result<Report, Damage> {
    verify(|path| Ok::<_, String>(folder.read(path)), ORIGIN, &key(), seen)
}

fn kind(folder: &Folder, seen: Option<&Checkpoint>) -> &'static str {
    check(folder, seen).err().map_or("whole", |damage| damage.kind())
}

/// Changes the list of entries in one bundle.
fn rewrite(folder: &mut Folder, path: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut entries = decode_bundle(&folder.files[path]).unwrap().into_iter().map(<[u8]>::to_vec).collect();
    change(&mut entries);
    folder.files.insert(path.into(), encode_bundle(&entries).unwrap());
}

#[test]
fn whole_logs_of_any_size_verify() {
    for size in [1, 2, 255, 256, 257, 600, 65_536 + 300] {
        let mut folder = Folder::with(size);
        let about = serde_json::to_vec(&About::new(ORIGIN, &key())).unwrap();
        folder.files.insert("log.json".into(), about);
        let report = check(&folder, None).unwrap();
        assert_eq!((report.entries, report.checkpoint), (size, folder.checkpoint()));
    }
    let mut empty = Folder::default();
    empty.files.insert("checkpoint".into(), empty.note().into_bytes());
    assert_eq!(check(&empty, None).unwrap().entries, 0);
}

#[test]
fn damage_is_told_by_kind() {
    type Change = fn(&mut Folder);
    let cases: [(&str, &str, Change); 18] = [
        ("entry deleted at the end", "truncated", |f| rewrite(f, "tile/entries/001.p/44", |e| drop(e.pop()))),
        ("entry deleted inside", "truncated", |f| rewrite(f, "tile/entries/000", |e| drop(e.remove(7)))),
        ("bundle deleted", "truncated", |f| drop(f.files.remove("tile/entries/000"))),
        ("hash tile deleted", "truncated", |f| drop(f.files.remove("tile/0/000"))),
        ("upper tile deleted", "truncated", |f| drop(f.files.remove("tile/1/000.p/1"))),
        ("checkpoint deleted", "truncated", |f| drop(f.files.remove("checkpoint"))),
        ("hash tile cut", "truncated", |f| f.files.get_mut("tile/0/000").unwrap().truncate(32 * 255)),
        ("entry edited", "edited", |f| rewrite(f, "tile/entries/000", |e| e[9] = entry(1009))),
        ("entry added", "edited", |f| rewrite(f, "tile/entries/001.p/44", |e| e.push(entry(300)))),
        ("hash edited", "edited", |f| f.files.get_mut("tile/0/001.p/44").unwrap()[40] ^= 1),
        ("upper hash edited", "edited", |f| f.files.get_mut("tile/1/000.p/1").unwrap()[0] ^= 1),
        ("entries swapped", "reordered", |f| rewrite(f, "tile/entries/000", |e| e.swap(3, 200))),
        ("another log in its place", "edited", |f| {
            let (note, mut other) = (f.files["checkpoint"].clone(), Folder::default());
            other.grow(&(1..301).map(entry).collect::<Vec<_>>());
            *f = other;
            f.files.insert("checkpoint".into(), note);
        }),
        ("signed by another key", "unsigned", |f| {
            let note = sign(&[8; 32], &f.checkpoint()).unwrap();
            f.files.insert("checkpoint".into(), note.into_bytes());
        }),
        ("log.json of another key", "unsigned", |f| {
            f.files.insert("log.json".into(), serde_json::to_vec(&About::new(ORIGIN, &[8; 32])).unwrap());
        }),
        ("checkpoint overwritten", "malformed", |f| drop(f.files.insert("checkpoint".into(), b"x".to_vec()))),
        ("bundle cut inside an entry", "malformed", |f| {
            let _ = f.files.get_mut("tile/entries/000").unwrap().pop();
        }),
        ("log.json overwritten", "malformed", |f| drop(f.files.insert("log.json".into(), b"{}".to_vec()))),
    ];
    for (name, expected, change) in cases {
        let mut folder = Folder::with(300);
        assert_eq!(kind(&folder, None), "whole");
        change(&mut folder);
        assert_eq!(kind(&folder, None), expected, "{name}");
    }
}

#[test]
fn a_remembered_checkpoint_shows_forks_and_old_copies() {
    let (old, new) = (Folder::with(270), Folder::with(300));
    let mut other = Folder::default();
    other.grow(&(1..271).map(entry).collect::<Vec<_>>());
    let empty = Folder::default().checkpoint();
    let cases = [
        (&new, old.checkpoint(), "whole"),
        (&new, new.checkpoint(), "whole"),
        (&new, empty, "whole"),
        (&new, Folder::with(256).checkpoint(), "whole"),
        (&old, new.checkpoint(), "stale"),
        (&new, other.checkpoint(), "forked"),
        (&old, other.checkpoint(), "forked"),
        (&new, Checkpoint { origin: "log.example/other".into(), ..old.checkpoint() }, "forked"),
    ];
    for (at, (folder, seen, expected)) in cases.into_iter().enumerate() {
        assert_eq!(kind(folder, Some(&seen)), expected, "case {at}");
    }
}

#[test]
fn entries_keep_to_the_place_they_name() {
    let placed = |index: u64| {
        let mut entry = Entry::new(0, "user-1", "job.run", Outcome::Done);
        entry.index = Some(index);
        entry.encode().unwrap()
    };
    let mut folder = Folder::default();
    folder.grow(&[placed(0), placed(1)]);
    assert_eq!(kind(&folder, None), "whole");
    folder.grow(&[placed(3), placed(2)]);
    assert_eq!(check(&folder, None), Err(Damage::Reordered(2)));
}

#[test]
fn what_is_signed_but_no_entry_is_malformed() {
    let mut folder = Folder::default();
    folder.grow(&[entry(0), b"{}".to_vec()]);
    assert_eq!(kind(&folder, None), "malformed");
}

#[test]
fn an_unreadable_file_is_not_called_damage_of_the_log() {
    let result = verify(|_| Err("permission denied"), ORIGIN, &key(), None);
    assert_eq!(result.unwrap_err().kind(), "unreadable");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_flipped_bit_of_any_file_is_told(file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut folder = Folder::with(300);
        let path = folder.files.keys().nth(file.index(folder.files.len())).unwrap().clone();
        let bytes = folder.files.get_mut(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(check(&folder, None).is_err(), "{} byte {}", path, at);
    }
}
