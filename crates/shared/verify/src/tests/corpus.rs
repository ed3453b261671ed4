//! The committed corpus of bundles, `tests/bundles`: good ones and one per kind of tampering. Every verifier, in whatever
//! language, is held to it.
//!
//! Evidence and ages are random, so a corpus made anew has other bytes: it is made by the ignored test below when the
//! format or a check changes, and the others hold what is committed to the table of cases.

use std::{collections::BTreeSet, fs, path::PathBuf};

use cloister_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Check,
    bundle::{Outcome, Simulated, verify_bytes},
};

mod after;
mod before;
mod cases;

use cases::Case;

/// A line of `index.json`: what the verifiers are called with and what they must say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// The bundle is `NAME.json`.
    name: String,
    /// What the caller pinned, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    genesis: Option<Digest>,
    /// Another moment for the dates of evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// `holds`, `broken`, `incomplete` or `simulated`.
    outcome: String,
    /// The check that refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_check: Option<String>,
    /// The exit code.
    exit: u8,
    /// The exit code with `--allow-simulated`.
    exit_allowing_simulated: u8,
}

impl Line {
    fn of(case: &Case) -> Self {
        let (outcome, refused, exit, allowing) = match case.outcome {
            Outcome::Holds => ("holds", None, 0, 0),
            Outcome::Broken(check) => ("broken", Some(check), 1, 1),
            Outcome::Incomplete => ("incomplete", None, 2, 2),
            Outcome::Simulated => ("simulated", None, 3, 0),
        };
        Self {
            name: case.name.clone(),
            genesis: case.genesis,
            at: case.at,
            outcome: outcome.into(),
            refused_check: refused.map(|check| check.as_str().into()),
            exit,
            exit_allowing_simulated: allowing,
        }
    }

    fn found(&self, bytes: &[u8]) -> Self {
        let report = verify_bytes(bytes, self.genesis, self.at);
        let outcome = report.outcome;
        let found = Self::of(&Case {
            name: self.name.clone(),
            genesis: self.genesis,
            at: self.at,
            bytes: Vec::new(),
            outcome,
        });
        let codes = (report.exit_code(Simulated::Told), report.exit_code(Simulated::Allowed));
        Self { exit: codes.0, exit_allowing_simulated: codes.1, ..found }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/bundles")
}

fn index() -> Vec<Line> {
    serde_json::from_slice(&fs::read(folder().join("index.json")).unwrap()).unwrap()
}

#[test]
fn every_bundle_of_the_corpus_reaches_its_stated_verdict() {
    for line in index() {
        let bytes = fs::read(folder().join(format!("{}.json", line.name))).unwrap();
        assert_eq!(line.found(&bytes), line);
    }
}

#[test]
fn the_corpus_has_every_case_made_today_and_no_other_file() {
    let made: Vec<Line> = cases::all().iter().map(Line::of).collect();
    let without = |lines: &[Line]| -> Vec<Line> {
        // Which workspace is pinned is random; that one is, is not.
        let same = |line: &Line| Line { genesis: line.genesis.map(|_| Digest([0; 32])), ..line.clone() };
        lines.iter().map(same).collect()
    };
    assert_eq!(without(&made), without(&index()), "make the corpus anew: see tests/bundles/README.md");
    let files: BTreeSet<String> =
        fs::read_dir(folder()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    let named = made.iter().map(|line| format!("{}.json", line.name));
    let expected: BTreeSet<String> = named.chain(["README.md".into(), "index.json".into()]).collect();
    assert_eq!(files, expected);
}

#[test]
fn every_case_made_today_reaches_its_verdict_and_every_check_that_can_refuse_does() {
    let mut refused = BTreeSet::new();
    for case in cases::all() {
        let line = Line::of(&case);
        assert_eq!(line.found(&case.bytes), line);
        if let Outcome::Broken(check) = case.outcome {
            refused.insert(check);
        }
    }
    // No analysis rule that exists spends a privacy budget, so nothing can break `budget` yet.
    let never: Vec<_> = Check::ALL.iter().filter(|c| !refused.contains(c)).collect();
    assert_eq!(never, [&Check::Budget]);
}

#[test]
#[ignore = "writes tests/bundles anew"]
fn write_the_corpus() {
    let folder = folder();
    fs::create_dir_all(&folder).unwrap();
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            fs::remove_file(path).unwrap();
        }
    }
    let cases = cases::all();
    for case in &cases {
        fs::write(folder.join(format!("{}.json", case.name)), &case.bytes).unwrap();
    }
    let lines: Vec<Line> = cases.iter().map(Line::of).collect();
    let text = serde_json::to_string_pretty(&lines).unwrap();
    fs::write(folder.join("index.json"), format!("{text}\n")).unwrap();
}
