//! Damage to what anyone may check: never accepted, never a panic, by its kind.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cloister_testkit::User;

use crate::world::{STATISTICS, World};

/// A small generator, so that the same damage is done each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }
}

#[test]
fn no_flipped_bit_of_a_bundle_is_accepted() {
    let world = World::new();
    let run = world.succeed(&world.accepted("statistics", STATISTICS, &[]));
    let whole = fs::read(world.bundle(&run)).unwrap();
    let copy = world.deployment.scratch().join("damaged.json");
    let stranger = world.deployment.user("stranger");
    let mut dice = Dice(7);
    for _ in 0..200 {
        let (at, bit) = (dice.below(whole.len()), dice.below(8));
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << bit;
        fs::write(&copy, &damaged).unwrap();
        let words = ["verify", copy.to_str().unwrap(), "--genesis", &world.genesis, "--allow-simulated"];
        let outcome = stranger.run(&words);
        assert!(matches!(outcome.exit, 1 | 2), "byte {at}, bit {bit}: exit {}", outcome.exit);
        assert!(!outcome.stderr.contains("panicked"), "byte {at}, bit {bit}: {}", outcome.stderr);
    }
}

#[test]
fn a_damaged_log_is_told_by_its_kind() {
    let world = World::new();
    world.succeed(&world.accepted("statistics", STATISTICS, &[]));
    let log = world.deployment.scratch().join("log");
    world.ana.ok(&["audit", "export", log.to_str().unwrap()]);
    let stranger = world.deployment.user("stranger");
    verify(&stranger, &log, 0);

    for (name, damage) in [
        ("deleted", delete as fn(&mut Vec<Vec<u8>>)),
        ("edited", edit as fn(&mut Vec<Vec<u8>>)),
        ("swapped", swap as fn(&mut Vec<Vec<u8>>)),
    ] {
        let copy = world.deployment.scratch().join(format!("log-{name}"));
        copy_folder(&log, &copy);
        let bundle = last_bundle(&copy);
        let mut entries = decode(&fs::read(&bundle).unwrap());
        assert!(entries.len() > 4, "the story leaves entries");
        damage(&mut entries);
        fs::write(&bundle, encode(&entries)).unwrap();
        let kind = verify(&stranger, &copy, 1);
        assert!(!kind.is_empty(), "{name} has a kind");
    }
}

fn delete(entries: &mut Vec<Vec<u8>>) {
    entries.remove(2);
}

#[expect(clippy::ptr_arg, reason = "all kinds of damage have one type")]
fn edit(entries: &mut Vec<Vec<u8>>) {
    let middle = entries[2].len() / 2;
    entries[2][middle] ^= 1;
}

#[expect(clippy::ptr_arg, reason = "all kinds of damage have one type")]
fn swap(entries: &mut Vec<Vec<u8>>) {
    entries.swap(1, 2);
}

fn verify(who: &User, log: &Path, exit: i32) -> String {
    let outcome = who.run(&["audit", "verify", log.to_str().unwrap()]).expect(exit);
    outcome.json["kind"].as_str().unwrap_or_default().to_owned()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The widest file of entries: length-prefixed entries, big-endian `u16` before each.
fn last_bundle(log: &Path) -> PathBuf {
    let mut files = Vec::new();
    collect(&log.join("tile/entries"), &mut files);
    files.into_iter().max_by_key(|f| fs::metadata(f).unwrap().len()).unwrap_or_else(|| panic!("no entries"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

fn decode(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    while let [high, low, rest @ ..] = bytes {
        let (entry, after) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        entries.push(entry.to_vec());
        bytes = after;
    }
    entries
}

fn encode(entries: &[Vec<u8>]) -> Vec<u8> {
    let length = |e: &Vec<u8>| u16::try_from(e.len()).unwrap().to_be_bytes().to_vec();
    entries.iter().flat_map(|e| [length(e), e.clone()].concat()).collect()
}
