//! The broker's durable state: one redb file, one writer, every value sealed under the state key.
//!
//! Every change of marks extends a hash chain; its head and sequence number stand in each record that leaves. A write
//! transaction is exclusive and flushed before it returns, so what a check read is still true when it is reserved.
//! A disk that fails (full, read-only) makes the file be opened anew at the next use, with the marks read from it again:
//! what could not be written is as if it had never been asked.
//! Limit: a host that puts back the whole file of an earlier day is found out by the newest logged record only.

mod marks;
mod vault;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use cloister_model::{Clock, Digest, Duration, Rng, RunId, Timestamp};
use cloister_statement::binary::{length_prefixed, sha256};
use cloister_verify::{Marks, acts::Effect, marks::RunMark};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) use marks::{Pending, PersonMark, RunRow};
pub use vault::StateKey;
use vault::Vault;

use crate::error::{BrokerError, Result};

const VALUES: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("values");

/// Where the broker stands in its hash chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChainHead {
    pub(crate) sequence: u64,
    pub(crate) head: Digest,
}

const START: ChainHead = ChainHead { sequence: 0, head: Digest([0; 32]) };

/// The open state.
pub(crate) struct State {
    path: PathBuf,
    /// Absent while it cannot be opened.
    database: RwLock<Option<Database>>,
    /// The disk failed: the file has to be opened anew.
    failing: AtomicBool,
    /// The disk failed: the marks have to be read anew before the next check.
    stale: AtomicBool,
    vault: Vault,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    /// All marks, as the disk has them: changed only after a commit.
    marks: Mutex<Marks>,
}

impl State {
    /// Opens or makes the state. A second writer is refused.
    pub(crate) fn open(
        folder: &Path,
        key: &StateKey,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self> {
        let state = Self {
            path: folder.join("broker.redb"),
            database: RwLock::default(),
            failing: AtomicBool::new(true),
            stale: AtomicBool::new(true),
            vault: Vault::new(key)?,
            clock,
            rng,
            marks: Mutex::default(),
        };
        state.write(|tx| tx.now().map(|_| ()))?;
        Ok(state)
    }

    /// The open database; opened (again) when it is not, or when the disk failed since.
    fn database(&self) -> Result<RwLockReadGuard<'_, Option<Database>>> {
        if self.failing.load(Ordering::Acquire) {
            let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
            if self.failing.load(Ordering::Acquire) {
                // The old one's lock on the file goes first.
                *database = None;
                *database = Some(self.opened()?);
                self.failing.store(false, Ordering::Release);
            }
        }
        Ok(self.database.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn opened(&self) -> Result<Database> {
        let folder = self.path.parent().unwrap_or(&self.path).display();
        match Database::create(&self.path) {
            Ok(database) => Ok(database),
            Err(redb::DatabaseError::DatabaseAlreadyOpen) => {
                Err(BrokerError::Unavailable(format!("another broker already uses the state in `{folder}`")))
            }
            Err(other) => Err(self.failed(other)),
        }
    }

    /// What the disk said; the file is opened anew at the next use.
    fn failed(&self, error: impl Into<redb::Error>) -> BrokerError {
        self.stale.store(true, Ordering::Release);
        self.failing.store(true, Ordering::Release);
        let error = error.into();
        tracing::error!(%error, "the state's disk");
        let reason = match &error {
            redb::Error::Io(e)
                if matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
            {
                "the disk of the broker's state is full"
            }
            redb::Error::Io(e) if e.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                "the disk of the broker's state is read-only"
            }
            redb::Error::Io(_) | redb::Error::PreviousIo => "the disk of the broker's state fails",
            _other => return BrokerError::internal(error),
        };
        BrokerError::Unavailable(reason.into())
    }

    /// Runs `work` in an exclusive transaction: all of it is durable when this returns, or none of it.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        // A panic in `work` leaves the marks as they were: they change below, after the commit.
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if self.stale.load(Ordering::Acquire) {
            // Whether the last change reached the disk is not known: what is there counts.
            *marks = Marks::default();
            let ((), there) = self.transact(&marks, |tx| {
                tx.now()?;
                tx.replay()
            })?;
            there.apply(&mut marks);
            self.stale.store(false, Ordering::Release);
        }
        let (value, changed) = self.transact(&marks, work)?;
        changed.apply(&mut marks);
        Ok(value)
    }

    fn transact<T>(
        &self,
        marks: &Marks,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<(T, Changes)> {
        let open = self.database()?;
        let database = open.as_ref().ok_or_else(closed)?;
        let transaction = database.begin_write().map_err(|e| self.failed(e))?;
        let (value, changes) = {
            let table = transaction.open_table(VALUES).map_err(|e| self.failed(e))?;
            let mut tx = Tx { table, state: self, marks, changes: Changes::default() };
            let value = work(&mut tx)?;
            (value, tx.changes)
        };
        transaction.commit().map_err(|e| self.failed(e))?;
        Ok((value, changes))
    }

    /// Reads one value.
    pub(crate) fn read<T: DeserializeOwned>(&self, place: &str) -> Result<Option<T>> {
        let open = self.database()?;
        let transaction = open.as_ref().ok_or_else(closed)?.begin_read().map_err(|e| self.failed(e))?;
        let table = transaction.open_table(VALUES).map_err(|e| self.failed(e))?;
        let found = table.get(place).map_err(|e| self.failed(e))?;
        found.map(|sealed| self.decode(place, sealed.value())).transpose()
    }

    /// Where the chain stands.
    pub(crate) fn head(&self) -> Result<ChainHead> {
        Ok(self.read("chain")?.unwrap_or(START))
    }

    /// The time, never before what was seen when the state was last written.
    pub(crate) fn now(&self) -> Result<Timestamp> {
        let told = self.clock.now();
        Ok(self.read::<Timestamp>("clock")?.map_or(told, |seen| seen.max(told)))
    }

    fn decode<T: DeserializeOwned>(&self, place: &str, sealed: &[u8]) -> Result<T> {
        serde_json::from_slice(&self.vault.open(place, sealed)?).map_err(BrokerError::internal)
    }
}

/// An exclusive transaction.
pub(crate) struct Tx<'a> {
    table: redb::Table<'a, &'static str, &'static [u8]>,
    state: &'a State,
    marks: &'a Marks,
    changes: Changes,
}

/// Changes of marks, in memory only once they are on the disk.
#[derive(Default)]
struct Changes {
    effects: Vec<Effect>,
    runs: Vec<(RunId, RunMark)>,
}

impl Changes {
    fn apply(self, marks: &mut Marks) {
        for effect in &self.effects {
            marks.apply(effect);
        }
        for (run, mark) in self.runs {
            let used = marks.counts.entry(mark.spec).or_default();
            *used = mark.count.max(*used);
            marks.runs.insert(run, mark);
        }
    }
}

fn closed() -> BrokerError {
    BrokerError::Unavailable("the broker's state is not open".into())
}

impl Tx<'_> {
    /// The marks before this transaction.
    pub(crate) fn marks(&self) -> &Marks {
        self.marks
    }

    /// A change of marks, kept for good. Extends the chain.
    pub(crate) fn effect(&mut self, effect: &Effect) -> Result<ChainHead> {
        let change = serde_json::to_vec(effect).map_err(BrokerError::internal)?;
        let head = self.extend("effect", &[&change])?;
        self.put(&format!("effect/{:020}", head.sequence), effect)?;
        self.changes.effects.push(effect.clone());
        Ok(head)
    }

    /// Keeps a run.
    pub(crate) fn put_run(&mut self, run: RunId, row: &RunRow) -> Result<()> {
        self.put_row(run, row)?;
        self.changes.runs.push((run, mark(row)));
        Ok(())
    }

    /// Brings the marks up to what the disk has.
    fn replay(&mut self) -> Result<()> {
        for place in self.places("effect/", usize::MAX)? {
            let effect = self.get::<Effect>(&place)?;
            self.changes.effects.extend(effect);
        }
        for place in self.places("run/", usize::MAX)? {
            if let (Ok(run), Some(row)) = (place["run/".len()..].parse(), self.get::<RunRow>(&place)?) {
                self.changes.runs.push((run, mark(&row)));
            }
        }
        Ok(())
    }

    /// Reads one value.
    pub(crate) fn get<T: DeserializeOwned>(&self, place: &str) -> Result<Option<T>> {
        let found = self.table.get(place).map_err(|e| self.state.failed(e))?;
        found.map(|sealed| self.state.decode(place, sealed.value())).transpose()
    }

    /// Writes one value.
    pub(crate) fn put<T: Serialize>(&mut self, place: &str, value: &T) -> Result<()> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(BrokerError::internal)?);
        let sealed = self.state.vault.seal(place, &plain, self.state.rng.as_ref())?;
        self.table.insert(place, sealed.as_slice()).map_err(|e| self.state.failed(e))?;
        Ok(())
    }

    /// Removes one value.
    pub(crate) fn remove(&mut self, place: &str) -> Result<()> {
        self.table.remove(place).map_err(|e| self.state.failed(e))?;
        Ok(())
    }

    /// Places under a prefix, at most `limit`.
    pub(crate) fn places(&self, prefix: &str, limit: usize) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for row in self.table.range(prefix..).map_err(|e| self.state.failed(e))?.take(limit) {
            let (place, _) = row.map_err(|e| self.state.failed(e))?;
            if !place.value().starts_with(prefix) {
                break;
            }
            found.push(place.value().to_owned());
        }
        Ok(found)
    }

    /// The time, which never goes back: the host's clock, or the latest moment seen. Kept to the second above, so that
    /// only one write in many extends it.
    pub(crate) fn now(&mut self) -> Result<Timestamp> {
        let (told, seen) = (self.state.clock.now(), self.get::<Timestamp>("clock")?);
        let now = seen.map_or(told, |seen| seen.max(told));
        if seen.is_none_or(|seen| now > seen.plus(Duration::seconds(1))) {
            self.put("clock", &now)?;
        }
        Ok(now)
    }

    /// Where the chain stands.
    pub(crate) fn head(&self) -> Result<ChainHead> {
        Ok(self.get("chain")?.unwrap_or(START))
    }

    /// Extends the chain by a change and remembers the head at this sequence number.
    pub(crate) fn extend(&mut self, kind: &str, change: &[&[u8]]) -> Result<ChainHead> {
        let before = self.head()?;
        let sequence = before.sequence + 1;
        let change = length_prefixed(change);
        let head = sha256(&length_prefixed(&[
            b"cloister/broker-state/v1",
            before.head.as_bytes(),
            &sequence.to_be_bytes(),
            kind.as_bytes(),
            &change,
        ]));
        let after = ChainHead { sequence, head };
        self.put("chain", &after)?;
        self.put(&history(sequence), &head)?;
        Ok(after)
    }
}

fn mark(row: &RunRow) -> RunMark {
    RunMark {
        spec: row.spec,
        statements: row.statements.clone(),
        count: row.count,
        releases: row.releases,
        closed: row.receipt.is_some(),
    }
}

/// Where the head of a sequence number is kept.
pub(crate) fn history(sequence: u64) -> String {
    format!("history/{sequence:020}")
}
