//! A witness that is shown a log honestly and otherwise.

use cloister_audit::{
    Checkpoint,
    checkpoint::{public_key, sign},
    proof::consistency,
    witness::{Refused, Request},
};

use crate::{Folder, ORIGIN, SEED, entry, key};

/// What an honest log sends to have this checkpoint cosigned after one of `old` entries.
fn request(folder: &Folder, old: u64) -> Request {
    let size = folder.checkpoint().size;
    let proof = if old == 0 { Vec::new() } else { consistency(old, size, |path| folder.read(path)).unwrap() };
    Request { old, proof, note: folder.note() }
}

fn judge(request: &Request, last: Option<&Checkpoint>) -> Result<Checkpoint, Refused> {
    let read = Request::parse(request.to_text().as_bytes()).unwrap();
    assert_eq!(&read, request);
    read.judge(ORIGIN, &key(), last)
}

#[test]
fn a_log_that_grows_is_cosigned_step_by_step() {
    let mut folder = Folder::default();
    let mut last: Option<Checkpoint> = None;
    for size in [0, 1, 2, 7, 7, 256, 300, 513] {
        let from = folder.checkpoint().size;
        folder.grow(&(from..size).map(entry).collect::<Vec<_>>());
        let asked = request(&folder, last.as_ref().map_or(0, |last| last.size));
        assert_eq!(asked.origin(), ORIGIN);
        let seen = judge(&asked, last.as_ref()).unwrap();
        assert_eq!(seen, folder.checkpoint());
        last = Some(seen);
    }
}

#[test]
fn a_log_that_forks_goes_back_or_jumps_is_refused() {
    let folder = Folder::with(300);
    let seen = Folder::with(200).checkpoint();
    let good = request(&folder, 200);
    assert!(judge(&good, Some(&seen)).is_ok());

    let mut forked = Folder::with(199);
    forked.grow(&(1_000..1_101).map(entry).collect::<Vec<_>>());
    assert_eq!(judge(&request(&forked, 200), Some(&seen)), Err(Refused::Inconsistent));
    let unproven = Request { proof: Vec::new(), ..good.clone() };
    assert_eq!(judge(&unproven, Some(&seen)), Err(Refused::Inconsistent));
    let mut same_size = Folder::with(199);
    same_size.grow(&[entry(1_000)]);
    assert_eq!(judge(&request(&same_size, 200), Some(&seen)), Err(Refused::Conflict { size: 200 }));

    let back = request(&Folder::with(150), 100);
    assert_eq!(judge(&back, Some(&seen)), Err(Refused::Conflict { size: 200 }));
    let anew = request(&folder, 0);
    assert_eq!(judge(&anew, Some(&seen)), Err(Refused::Conflict { size: 200 }));
    let ahead = Request { old: 301, ..good.clone() };
    assert!(matches!(judge(&ahead, Some(&seen)), Err(Refused::Malformed(_))));
    let first = Request { proof: vec![[1; 32]], ..anew };
    assert_eq!(judge(&first, None), Err(Refused::Inconsistent));
    let hollow = Checkpoint { origin: ORIGIN.into(), size: 0, root: [1; 32] };
    let hollow = Request { old: 0, proof: Vec::new(), note: sign(&SEED, &hollow).unwrap() };
    assert_eq!(judge(&hollow, None), Err(Refused::Inconsistent));
}

#[test]
fn another_log_or_key_is_refused_by_name() {
    let good = request(&Folder::with(3), 0);
    assert_eq!(good.judge("log.example/other", &key(), None), Err(Refused::UnknownLog));
    assert_eq!(good.judge(ORIGIN, &public_key(&[8; 32]), None), Err(Refused::Unsigned));
    let changed = Request { note: good.note.replacen("\n3\n", "\n4\n", 1), ..good };
    assert_eq!(judge(&changed, None), Err(Refused::Unsigned));
}

#[test]
fn what_is_no_request_is_refused() {
    let good = request(&Folder::with(300), 200).to_text();
    let malformed = [
        String::new(),
        good.replacen("old 200", "old 0200", 1),
        good.replacen("old 200", "old +200", 1),
        good.replacen("old 200", "old -1", 1),
        good.replacen("old 200\n", "old 200\nAAAA\n", 1),
        good.replacen("old ", "new ", 1),
        format!("old 1\n{}\nx", format!("{}=\n", "A".repeat(43)).repeat(64)),
    ];
    for text in malformed {
        assert!(matches!(Request::parse(text.as_bytes()), Err(Refused::Malformed(_))), "{text}");
    }
    assert!(Request::parse(b"old 0\n\xff\n\n").is_err());
    let no_note = Request::parse(b"old 0\n\nnothing").unwrap();
    assert!(matches!(no_note.judge(ORIGIN, &key(), None), Err(Refused::Malformed(_))));
}
