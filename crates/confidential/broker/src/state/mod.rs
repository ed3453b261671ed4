//! The broker's durable state: one redb file, one writer, every value sealed under the state key.
//!
//! Every change of marks extends a hash chain; its head and sequence number stand in each record that leaves. A write
//! transaction is exclusive and flushed before it returns, so what a check read is still true when it is reserved.
//! Limit: a host that puts back the whole file of an earlier day is found out by the newest logged record only.

mod marks;
mod vault;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
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
    database: Database,
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
        let database = Database::create(folder.join("broker.redb")).map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => BrokerError::Unavailable(format!(
                "another broker already uses the state in `{}`",
                folder.display()
            )),
            other => BrokerError::internal(other),
        })?;
        let state = Self { database, vault: Vault::new(key)?, clock, rng, marks: Mutex::default() };
        state.write(|tx| {
            tx.now()?;
            tx.replay()
        })?;
        Ok(state)
    }

    /// Runs `work` in an exclusive transaction: all of it is durable when this returns, or none of it.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        // A panic in `work` leaves the marks as they were: they change below, after the commit.
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = self.database.begin_write().map_err(BrokerError::internal)?;
        let (value, effects, runs) = {
            let table = transaction.open_table(VALUES).map_err(BrokerError::internal)?;
            let mut tx = Tx { table, state: self, marks: &marks, effects: Vec::new(), runs: Vec::new() };
            let value = work(&mut tx)?;
            (value, tx.effects, tx.runs)
        };
        transaction.commit().map_err(BrokerError::internal)?;
        for effect in &effects {
            marks.apply(effect);
        }
        for (run, mark) in runs {
            let used = marks.counts.entry(mark.spec).or_default();
            *used = mark.count.max(*used);
            marks.runs.insert(run, mark);
        }
        Ok(value)
    }

    /// Reads one value.
    pub(crate) fn read<T: DeserializeOwned>(&self, place: &str) -> Result<Option<T>> {
        let transaction = self.database.begin_read().map_err(BrokerError::internal)?;
        let table = transaction.open_table(VALUES).map_err(BrokerError::internal)?;
        let found = table.get(place).map_err(BrokerError::internal)?;
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
    effects: Vec<Effect>,
    runs: Vec<(RunId, RunMark)>,
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
        self.effects.push(effect.clone());
        Ok(head)
    }

    /// Keeps a run.
    pub(crate) fn put_run(&mut self, run: RunId, row: &RunRow) -> Result<()> {
        self.put_row(run, row)?;
        self.runs.push((run, mark(row)));
        Ok(())
    }

    /// Brings the marks up to what the disk has.
    fn replay(&mut self) -> Result<()> {
        for place in self.places("effect/", usize::MAX)? {
            let effect = self.get::<Effect>(&place)?;
            self.effects.extend(effect);
        }
        for place in self.places("run/", usize::MAX)? {
            if let (Ok(run), Some(row)) = (place["run/".len()..].parse(), self.get::<RunRow>(&place)?) {
                self.runs.push((run, mark(&row)));
            }
        }
        Ok(())
    }

    /// Reads one value.
    pub(crate) fn get<T: DeserializeOwned>(&self, place: &str) -> Result<Option<T>> {
        let found = self.table.get(place).map_err(BrokerError::internal)?;
        found.map(|sealed| self.state.decode(place, sealed.value())).transpose()
    }

    /// Writes one value.
    pub(crate) fn put<T: Serialize>(&mut self, place: &str, value: &T) -> Result<()> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(BrokerError::internal)?);
        let sealed = self.state.vault.seal(place, &plain, self.state.rng.as_ref())?;
        self.table.insert(place, sealed.as_slice()).map_err(BrokerError::internal)?;
        Ok(())
    }

    /// Removes one value.
    pub(crate) fn remove(&mut self, place: &str) -> Result<()> {
        self.table.remove(place).map_err(BrokerError::internal)?;
        Ok(())
    }

    /// Places under a prefix, at most `limit`.
    pub(crate) fn places(&self, prefix: &str, limit: usize) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for row in self.table.range(prefix..).map_err(BrokerError::internal)?.take(limit) {
            let (place, _) = row.map_err(BrokerError::internal)?;
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
