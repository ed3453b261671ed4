//! A remote file as a reader that seeks, for the passes of an ingest: blocks by range requests, a few of them kept.

use std::{
    collections::VecDeque,
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use cloister_client::worker::CallError;
use tokio::runtime::Handle;

use crate::{ciphertext::RemoteFile, hold::Share};

const BLOCK: u64 = 2 << 20;
/// Blocks kept: a Parquet file is read at a place for each column.
const KEPT: usize = 8;

/// Between the run and the thread that works for it.
#[derive(Default)]
pub(crate) struct Line {
    stop: AtomicBool,
    failed: Mutex<Option<CallError>>,
}

impl Line {
    /// Asks the thread to stop.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Notes why a call failed; gives the error that libraries in between carry.
    pub(crate) fn fail(&self, error: CallError) -> io::Error {
        if let Ok(mut failed) = self.failed.lock() {
            failed.get_or_insert(error);
        }
        io::ErrorKind::BrokenPipe.into()
    }

    /// Why a call failed, if one did. What libraries made of it does not count.
    pub(crate) fn failure(&self) -> Option<CallError> {
        self.failed.lock().ok().and_then(|mut failed| failed.take())
    }
}

/// The file, at a place. Reads block: only for threads that may.
pub(crate) struct Ranges {
    remote: Arc<RemoteFile>,
    size: u64,
    at: u64,
    blocks: VecDeque<(u64, Bytes)>,
    runtime: Handle,
    line: Arc<Line>,
    told: Option<Told>,
}

/// Which part of the whole a pass is.
#[derive(Clone)]
pub(crate) struct Told {
    /// Where it is told.
    pub(crate) share: Share,
    /// The stage.
    pub(crate) stage: &'static str,
    /// This pass, from 0, of all.
    pub(crate) pass: (u32, u32),
}

impl Ranges {
    /// The file from its beginning.
    pub(crate) fn new(remote: &Arc<RemoteFile>, size: u64, runtime: &Handle, line: &Arc<Line>) -> Self {
        let (remote, runtime, line) = (remote.clone(), runtime.clone(), line.clone());
        Self { remote, size, at: 0, blocks: VecDeque::new(), runtime, line, told: None }
    }

    /// Tells how far it is.
    pub(crate) fn telling(mut self, told: Told) -> Self {
        self.told = Some(told);
        self
    }

    fn block(&mut self) -> io::Result<Bytes> {
        let start = self.at - self.at % BLOCK;
        if let Some((_, bytes)) = self.blocks.iter().find(|(at, _)| *at == start) {
            return Ok(bytes.clone());
        }
        if self.line.stopped() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let end = self.size.min(start + BLOCK);
        let fetched = self.runtime.block_on(self.remote.fetch(start..end));
        let bytes = fetched.map_err(|error| self.line.fail(error))?;
        if self.blocks.len() == KEPT {
            self.blocks.pop_front();
        }
        self.blocks.push_back((start, bytes.clone()));
        self.tell(end);
        Ok(bytes)
    }

    #[expect(clippy::cast_precision_loss, reason = "a share that people look at")]
    fn tell(&self, end: u64) {
        if let Some(Told { share, stage, pass: (pass, passes) }) = &self.told {
            let part = end as f64 / self.size.max(1) as f64;
            share.at(stage, Some((f64::from(*pass) + part) / f64::from(*passes)));
        }
    }
}

impl Read for Ranges {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || out.is_empty() {
            return Ok(0);
        }
        let block = self.block()?;
        let from = usize::try_from(self.at % BLOCK).map_err(io::Error::other)?;
        let there = block.get(from..).unwrap_or_default();
        let taken = there.len().min(out.len());
        if taken == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        out[..taken].copy_from_slice(&there[..taken]);
        self.at += taken as u64;
        Ok(taken)
    }
}

impl Seek for Ranges {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
