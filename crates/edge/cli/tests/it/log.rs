//! `cloister audit verify` on a folder.

use std::{collections::BTreeMap, fs, path::Path};

use cloister_audit::{
    Checkpoint, Entry, Outcome, WitnessKey,
    checkpoint::{public_key, sign},
    cosignature::cosign,
    log::About,
    tiles::TileWriter,
};
use serde_json::json;

use crate::cloister;

const SEED: [u8; 32] = [7; 32];

fn write(folder: &Path, entries: i64) {
    let entries: Vec<Vec<u8>> =
        (0..entries).map(|n| Entry::new(n, "user", "job.run", Outcome::Done).encode().unwrap()).collect();
    let mut writer = TileWriter::default();
    let files: BTreeMap<_, _> = writer.append(&entries, |_| None).unwrap().into_iter().collect();
    for (path, bytes) in files {
        fs::create_dir_all(folder.join(&path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), bytes).unwrap();
    }
    let frontier = writer.frontier();
    let checkpoint = Checkpoint { origin: "test/log".into(), size: frontier.size(), root: frontier.root() };
    fs::write(folder.join("checkpoint"), sign(&SEED, &checkpoint).unwrap()).unwrap();
    let about = About::new("test/log", &public_key(&SEED));
    fs::write(folder.join("log.json"), serde_json::to_vec(&about).unwrap()).unwrap();
}

#[test]
fn a_good_log_holds_and_says_where_its_key_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let (home, log) = (folder.path().join("home"), folder.path().join("log"));
    write(&log, 300);
    let (code, document) = cloister(&home, &["audit", "verify", log.to_str().unwrap()]);
    assert_eq!(
        (code, &document["entries"], &document["key_source"]),
        (0, &json!(300), &json!("log")),
        "{document}"
    );
    let pin =
        json!({ "log": { "origin": "test/log", "key": hex::encode(public_key(&SEED)) }, "workspaces": {} });
    fs::create_dir_all(&home).unwrap();
    fs::write(home.join("pins.json"), pin.to_string()).unwrap();
    let (code, document) = cloister(&home, &["audit", "verify", log.to_str().unwrap()]);
    assert_eq!((code, &document["key_source"]), (0, &json!("profile")), "{document}");
    write(&log, 200);
    let (code, document) = cloister(&home, &["audit", "verify", log.to_str().unwrap()]);
    assert_eq!((code, &document["kind"]), (1, &json!("stale")), "the checkpoint was remembered: {document}");
}

#[test]
fn witnesses_that_are_asked_for_must_have_cosigned() {
    let folder = tempfile::tempdir().unwrap();
    let (home, log) = (folder.path().join("home"), folder.path().join("log"));
    write(&log, 20);
    let note = fs::read_to_string(log.join("checkpoint")).unwrap();
    let key = |seed: u8, name: &str| WitnessKey::new(name, public_key(&[seed; 32])).unwrap().to_string();
    let (one, two) = (key(11, "one.example"), key(12, "two.example"));
    let verify = |more: &[&str]| {
        let mut arguments = vec!["audit", "verify", log.to_str().unwrap()];
        arguments.extend(more);
        cloister(&home, &arguments)
    };
    let both = ["--witness", &one, "--witness", &two];
    let (code, document) = verify(&both);
    assert_eq!((code, &document["kind"]), (1, &json!("unwitnessed")), "{document}");
    let line = cosign(&[11; 32], "one.example", &note, 1_790_000_000).unwrap();
    fs::write(log.join("checkpoint"), format!("{note}{line}")).unwrap();
    let (code, document) = verify(&both);
    assert_eq!((code, &document["kind"]), (1, &json!("unwitnessed")), "{document}");
    let (code, document) = verify(&[&both[..], &["--needed", "1"]].concat());
    let seen = json!({ "by": ["one.example"], "at": "2026-09-21T14:13:20Z" });
    assert_eq!((code, &document["witnessed"]), (0, &seen), "{document}");
    assert!(!document["not_proven"].to_string().contains("everyone the same"), "{document}");
    for wrong in
        [&["--witness", &one, "--needed", "2"][..], &["--needed", "1"], &["--witness", "one.example"]]
    {
        assert_eq!(verify(wrong).0, 2, "{wrong:?}");
    }
}

#[test]
fn damage_ends_with_1_and_its_kind() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 4] = [
        ("truncated", |log| fs::remove_file(log.join("tile/entries/000.p/20")).unwrap()),
        ("edited", |log| {
            let path = log.join("tile/entries/000.p/20");
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).replacen("job.run", "job.ran", 1);
            fs::write(path, text).unwrap();
        }),
        ("unsigned", |log| {
            let path = log.join("log.json");
            let about = About::new("test/log", &public_key(&[8; 32]));
            fs::write(path, serde_json::to_vec(&about).unwrap()).unwrap();
        }),
        ("malformed", |log| fs::write(log.join("log.json"), b"{").unwrap()),
    ];
    for (kind, harm) in harms {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        write(&log, 20);
        harm(&log);
        let (code, document) =
            cloister(&folder.path().join("home"), &["audit", "verify", log.to_str().unwrap()]);
        assert_eq!((code, &document["kind"]), (1, &json!(kind)), "{document}");
    }
}
