//! The audit log on disk: the sequencer integrates the outbox in commit order, writes tiles, then the checkpoint, each
//! durably, and only then says so. A crash in between is repeated with the same bytes.

mod export;
mod files;
mod rebuild;
mod views;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use cloister_audit::{Checkpoint, Frontier, Included, InclusionProof, checkpoint, log::About, tiles};
use cloister_model::{Clock, Duration};
use cloister_store::{Store, StoreError, lease::Lease, log::LogState};
use tokio::sync::{Notify, watch};
use tracing::{Instrument as _, debug_span};

use crate::{AppError, log::files::Files};
pub use export::Export;
pub use rebuild::rebuild;

const BATCH: i64 = 4096;
const EVERY: std::time::Duration = std::time::Duration::from_millis(250);
const LEASE: Duration = Duration::seconds(30);
const LEASE_NAME: &str = "sequencer";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// The log, as use cases see it.
pub struct Log {
    store: Store,
    files: Files,
    origin: String,
    seed: zeroize::Zeroizing<[u8; 32]>,
    wake: Notify,
    size: watch::Sender<i64>,
    failing: Mutex<Option<&'static str>>,
}

impl Log {
    /// Opens the log in `folder`, with the seed of its key.
    pub async fn open(
        store: Store,
        folder: PathBuf,
        origin: String,
        seed: [u8; 32],
    ) -> Result<Self, AppError> {
        let files = Files::open(folder).await?;
        let about = serde_json::to_vec(&About::new(&*origin, &checkpoint::public_key(&seed)))
            .map_err(AppError::internal)?;
        files.write(cloister_audit::log::ABOUT.to_owned(), about).await?;
        let size = store.read().log_state().await?.map_or(0, |state| state.size);
        let log = Self {
            store,
            files,
            origin,
            seed: zeroize::Zeroizing::new(seed),
            wake: Notify::new(),
            size: watch::channel(size).0,
            failing: Mutex::default(),
        };
        if size == 0 {
            let note = log.sign(&Frontier::new())?;
            log.files.write(cloister_audit::log::CHECKPOINT.to_owned(), note.into_bytes()).await?;
        }
        Ok(log)
    }

    /// Its name in checkpoints.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Its public key.
    pub fn public_key(&self) -> [u8; 32] {
        checkpoint::public_key(&self.seed)
    }

    /// The newest checkpoint, a signed note.
    pub async fn checkpoint(&self) -> Result<String, AppError> {
        let bytes = self.files.read(cloister_audit::log::CHECKPOINT.to_owned()).await?;
        String::from_utf8(bytes.unwrap_or_default()).map_err(AppError::internal)
    }

    /// A file under `tile/`; `path` has been checked to be one. A partial file that a wider one has replaced meanwhile is
    /// cut out of that: whoever copies the log as one checkpoint signs it is not disturbed by its growth.
    pub async fn tile(&self, path: &str) -> Result<Option<Vec<u8>>, AppError> {
        let (files, path) = (self.files.clone(), format!("tile/{path}"));
        let read = tokio::task::spawn_blocking(move || files.read_grown(&path));
        read.await.map_err(AppError::internal)
    }

    fn sign(&self, frontier: &Frontier) -> Result<String, AppError> {
        let named = Checkpoint { origin: self.origin.clone(), size: frontier.size(), root: frontier.root() };
        checkpoint::sign(&self.seed, &named).map_err(AppError::internal)
    }

    /// How many entries the log holds, whenever that changes.
    pub(crate) fn sizes(&self) -> watch::Receiver<i64> {
        self.size.subscribe()
    }

    /// What keeps the log from growing, while something does.
    pub fn failing(&self) -> Option<&'static str> {
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, error: Option<&AppError>) {
        let failing = error.map(|error| error.failing().unwrap_or("log"));
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = failing;
    }

    /// Waits until the entry of this number is in the log; gives it with proof and checkpoint.
    pub async fn wait_for(&self, id: i64) -> Result<Included, AppError> {
        let mut size = self.size.subscribe();
        self.wake.notify_one();
        let there = tokio::time::timeout(PATIENCE, size.wait_for(|size| *size >= id)).await;
        let stuck = |_| match self.failing() {
            Some(why) => AppError::Unavailable(format!("the log does not advance: `{why}`")),
            None => AppError::Unavailable("the log does not advance".into()),
        };
        there.map_err(stuck)?.map_err(AppError::internal)?;
        for _ in 0..20 {
            if let Some(included) = self.included(id).await? {
                return Ok(included);
            }
        }
        Err(AppError::Unavailable("the log's tiles cannot be read".into()))
    }

    /// `None` when the tiles moved on while they were read.
    async fn included(&self, id: i64) -> Result<Option<Included>, AppError> {
        let reader = self.store.read();
        let (Some(state), Some(entry)) =
            (reader.log_state().await?, reader.entries_after(id - 1, 1).await?.pop())
        else {
            return Ok(None);
        };
        let size = u64::try_from(state.size).map_err(AppError::internal)?;
        let index = u64::try_from(id - 1).map_err(AppError::internal)?;
        let files = self.files.clone();
        let proof = tokio::task::spawn_blocking(move || {
            InclusionProof::make(size, index, |path| files.read_now(path))
        });
        let Ok(proof) = proof.await.map_err(AppError::internal)? else { return Ok(None) };
        Ok(Some(Included::new(&entry.encoded, proof, state.checkpoint)))
    }

    /// Runs the sequencer until `stop` says so; flushes a last time.
    pub async fn run(self: Arc<Self>, clock: Arc<dyn Clock>, holder: String, stop: watch::Receiver<bool>) {
        sequence(&self, clock.as_ref(), &holder, stop).await;
    }

    /// Integrates what is committed; how many entries. `clock` dates the lease.
    pub async fn flush(&self, clock: &dyn Clock, lease: &Lease) -> Result<usize, AppError> {
        let reader = self.store.read();
        let state = reader.log_state().await?;
        let frontier = match &state {
            Some(state) => serde_json::from_str(&state.frontier).map_err(AppError::internal)?,
            None => Frontier::new(),
        };
        let size = state.map_or(0, |state| state.size);
        let entries: Vec<Vec<u8>> =
            reader.entries_after(size, BATCH).await?.into_iter().map(|e| e.encoded).collect();
        if entries.is_empty() {
            return Ok(0);
        }
        let count = entries.len();
        let span = debug_span!("integrate", entries = count);
        self.integrate(clock, lease, (frontier, entries)).instrument(span).await?;
        Ok(count)
    }

    async fn integrate(
        &self,
        clock: &dyn Clock,
        lease: &Lease,
        (frontier, entries): (Frontier, Vec<Vec<u8>>),
    ) -> Result<(), AppError> {
        self.hold(clock, lease, None).await?;
        let files = self.files.clone();
        let written = tokio::task::spawn_blocking(move || {
            let mut writer = tiles::TileWriter::new(frontier);
            let made = writer.append(&entries, |path| files.read_now(path)).map_err(AppError::internal)?;
            files.write_now(&made)?;
            Ok::<_, AppError>(writer.frontier().clone())
        });
        let frontier = written.await.map_err(AppError::internal)??;
        let note = self.sign(&frontier)?;
        self.files.write(cloister_audit::log::CHECKPOINT.to_owned(), note.clone().into_bytes()).await?;
        let size = i64::try_from(frontier.size()).map_err(AppError::internal)?;
        let frontier = serde_json::to_string(&frontier).map_err(AppError::internal)?;
        self.hold(clock, lease, Some(LogState { size, frontier, checkpoint: note })).await?;
        self.files.tidy();
        self.size.send_replace(size);
        Ok(())
    }

    /// Renews the lease, and under it notes the state.
    async fn hold(&self, clock: &dyn Clock, lease: &Lease, state: Option<LogState>) -> Result<(), AppError> {
        let tx = self.store.write().await?;
        if !tx.renew_lease(lease, clock.now(), LEASE).await? {
            return Err(AppError::State("another sequencer is at work".into()));
        }
        if let Some(state) = state {
            tx.set_log_state(&state).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Takes the sequencer's lease.
    pub async fn lease(&self, clock: &dyn Clock, holder: &str) -> Result<Option<Lease>, StoreError> {
        let tx = self.store.write().await?;
        let lease = tx.take_lease(LEASE_NAME, holder, clock.now(), LEASE).await?;
        tx.commit().await?;
        Ok(lease)
    }
}

async fn sequence(log: &Log, clock: &dyn Clock, holder: &str, mut stop: watch::Receiver<bool>) {
    let mut lease = None;
    loop {
        let last = *stop.borrow();
        if lease.is_none() {
            lease = log.lease(clock, holder).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the sequencer's lease");
                None
            });
        }
        if let Some(held) = &lease {
            match log.flush(clock, held).await {
                // A full batch: there may be more.
                Ok(count) if i64::try_from(count).unwrap_or(0) >= BATCH => continue,
                Ok(_) => log.note(None),
                Err(error) => {
                    tracing::error!(%error, "the sequencer");
                    log.note(Some(&error));
                    lease = None;
                }
            }
        }
        if last {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = log.wake.notified() => {}
            _ = stop.changed() => {}
        }
    }
}
