//! The log against published vectors, against random sizes and against damage.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests; what is skipped is said")]

mod damage;
mod random;
mod vectors;

use std::collections::BTreeMap;

use cloister_audit::checkpoint::{Checkpoint, public_key, sign};
use cloister_audit::tiles::TileWriter;
use cloister_audit::{Entry, Outcome};

const ORIGIN: &str = "log.example/test";
const SEED: [u8; 32] = [7; 32];

/// A log folder in memory.
#[derive(Clone, Default)]
struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    writer: TileWriter,
}

impl Folder {
    fn with(count: u64) -> Self {
        let mut folder = Self::default();
        folder.grow(&(0..count).map(entry).collect::<Vec<_>>());
        folder
    }

    fn grow(&mut self, entries: &[Vec<u8>]) {
        let files = self.writer.append(entries, |path| self.files.get(path).cloned()).unwrap();
        self.files.extend(files);
        self.files.insert("checkpoint".into(), self.note().into_bytes());
    }

    fn checkpoint(&self) -> Checkpoint {
        let frontier = self.writer.frontier();
        Checkpoint { origin: ORIGIN.into(), size: frontier.size(), root: frontier.root() }
    }

    fn note(&self) -> String {
        sign(&SEED, &self.checkpoint()).unwrap()
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.files.get(path).cloned()
    }
}

fn key() -> [u8; 32] {
    public_key(&SEED)
}

fn entry(index: u64) -> Vec<u8> {
    let mut entry = Entry::new(i64::try_from(index).unwrap(), "user-1", "job.run", Outcome::Done);
    entry.target = Some(format!("job-{}", index % 10));
    entry.encode().unwrap()
}
