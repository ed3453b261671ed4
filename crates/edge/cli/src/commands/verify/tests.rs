//! Verdicts beside the checks: now, the log seen before, the printed page.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use cloister_audit::Checkpoint;
use cloister_client::profile::{PinnedLog, Pins};
use cloister_model::{Clock, Rng, Timestamp};
use cloister_statement::configuration::BrokerConfiguration;

use super::*;

struct At(Timestamp);
impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}
impl Rng for At {
    fn fill(&self, out: &mut [u8]) {
        out.fill(1);
    }
}

fn context(folder: &Path, now: &str) -> Context {
    let now: Timestamp = now.parse().unwrap();
    Context { json: true, home: folder.join("home"), clock: Arc::new(At(now)), rng: Arc::new(At(now)) }
}

fn verify(bytes: Option<&[u8]>) -> Reply {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    if let Some(bytes) = bytes {
        std::fs::write(&bundle, bytes).unwrap();
    }
    let args = Verify { bundle, genesis: None, at: None, allow_simulated: true, report: None };
    run(&context(folder.path(), RUN), &args)
}

/// When the runs of the corpus were.
const RUN: &str = "2027-01-15T08:00:00Z";

fn corpus(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/bundles").join(format!("{name}.json"))
}

fn bundle(name: &str) -> Bundle {
    Bundle::parse(&std::fs::read(corpus(name)).unwrap()).unwrap()
}

fn of_corpus(name: &str, now: &str, pins: Option<&Pins>, report: Option<PathBuf>) -> Reply {
    let folder = tempfile::tempdir().unwrap();
    let context = context(folder.path(), now);
    if let Some(pins) = pins {
        context.profile().save_pins(pins).unwrap();
    }
    let genesis = Some(bundle(name).genesis);
    let args = Verify { bundle: corpus(name), genesis, at: None, allow_simulated: false, report };
    run(&context, &args)
}

#[test]
fn what_was_valid_then_and_is_no_longer_is_a_line_of_its_own_and_the_verdict_stays() {
    let then = of_corpus("good", RUN, None, None);
    assert_eq!(
        (then.code, &then.json["outcome"], &then.json["now"]["outcome"]),
        (3, &json!("simulated"), &json!("holds"))
    );
    let later = of_corpus("good", "2028-06-01T00:00:00Z", None, None);
    assert_eq!((later.code, &later.json["outcome"]), (3, &json!("simulated")));
    assert_eq!(
        (&later.json["now"]["outcome"], &later.json["now"]["check"]),
        (&json!("not_now"), &json!("broker"))
    );
    assert!(
        later.text.contains("evidence now     valid then, not now (at 2028-06-01T00:00:00Z): "),
        "{}",
        later.text
    );
    let broken = of_corpus("grant-expired", RUN, None, None);
    assert_eq!((broken.code, &broken.json["now"]["outcome"]), (1, &json!("unchecked")));
}

fn pins(checkpoint: Option<String>) -> Pins {
    let configuration = BrokerConfiguration::parse(&bundle("good").broker.configuration.0).unwrap();
    let log = PinnedLog { origin: configuration.log_origin, key: configuration.log_key, checkpoint };
    Pins { log: Some(log), ..Pins::default() }
}

/// A checkpoint of the corpus's log, whose key is a test's.
fn note(size: u64, root: [u8; 32]) -> String {
    let origin = pins(None).log.unwrap().origin;
    cloister_audit::checkpoint::sign(&[5; 32], &Checkpoint { origin, size, root }).unwrap()
}

#[test]
fn a_bundle_of_a_log_that_forked_from_what_this_profile_saw_is_broken_by_checkpoint() {
    let said = |pins: Pins| of_corpus("good-log-of-seven", RUN, Some(&pins), None);
    let own = bundle("good-log-of-seven").inclusions[0].checkpoint.clone();
    let same = said(pins(Some(own)));
    assert_eq!((same.code, &same.json["log_seen_before"]["outcome"]), (3, &json!("same")));
    let forked = said(pins(Some(note(7, [9; 32]))));
    assert_eq!((forked.code, &forked.json["refused_check"]), (1, &json!("checkpoint")));
    assert_eq!(forked.json["log_seen_before"]["outcome"], "forked");
    let longer = said(pins(Some(note(8, [9; 32]))));
    assert_eq!((longer.code, &longer.json["log_seen_before"]["outcome"]), (3, &json!("not_compared")));
    let mut other = pins(None);
    other.log = other.log.map(|log| PinnedLog { key: Digest([3; 32]), ..log });
    let other = said(other);
    assert_eq!((other.code, &other.json["log_seen_before"]["outcome"]), (3, &json!("another_log")));
    assert_eq!(said(pins(None)).json["log_seen_before"]["outcome"], "never_seen");
}

#[test]
fn the_report_is_one_page_with_every_check_in_words_and_no_script() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let reply = of_corpus("approval-rejected", RUN, None, Some(path.clone()));
    assert_eq!(reply.code, 1);
    let page = std::fs::read_to_string(path).unwrap();
    for check in cloister_verify::Check::ALL {
        assert!(page.contains(&format!("<code>{check}</code>")), "{check}");
        assert!(page.contains(&html::escaped(words::of(*check))), "{check}");
    }
    for part in [
        "broken: refused by `approval`",
        "@media print",
        "is rejected",
        "Not proven",
        &sha256(&std::fs::read(corpus("approval-rejected")).unwrap()).to_string(),
    ] {
        assert!(page.contains(part), "{part}");
    }
    for foreign in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn what_a_bundle_says_is_text_in_the_report_and_never_markup() {
    assert_eq!(html::escaped("<b a=\"1\">&'"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;");
    let folder = tempfile::tempdir().unwrap();
    let (path, file) = (folder.path().join("report.html"), folder.path().join("bundle"));
    std::fs::write(&file, "{\"format\":1,\"<script>\":1}").unwrap();
    let args =
        Verify { bundle: file, genesis: None, at: None, allow_simulated: false, report: Some(path.clone()) };
    assert_eq!(run(&context(folder.path(), RUN), &args).code, 1);
    let page = std::fs::read_to_string(path).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
}

#[test]
fn a_report_that_cannot_be_written_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(of_corpus("good", RUN, None, Some(folder.path().join("no/folder"))).code, 2);
}

#[test]
fn what_is_no_bundle_is_broken_by_format_and_never_a_panic() {
    for bytes in [&b""[..], b"{}", b"{\"format\":1}", b"\xff\xfe", b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["] {
        let reply = verify(Some(bytes));
        assert_eq!((reply.code, &reply.json["refused_check"]), (1, &json!("format")), "{bytes:?}");
        assert_eq!(reply.json["verified"], false);
    }
}

#[test]
fn a_file_that_is_not_there_is_wrong_usage() {
    let reply = verify(None);
    assert_eq!((reply.code, &reply.json["error"]["type"]), (2, &json!("usage")));
}
