//! A growing output as a writer: it goes to the server in parts, so that no memory grows with it.

use std::{
    io::{self, Write},
    sync::Arc,
};

use bytes::Bytes;
use cloister_api::datasets::FinishUpload;
use cloister_client::worker::{CallError, WorkerApi};
use cloister_dataset::FileInfo;
use cloister_model::RunId;
use tokio::runtime::Handle;

use crate::{ciphertext::PAUSES, ranges::Line};

/// Bytes of a part.
const PART: usize = 8 << 20;

/// The writer. Writes block: only for threads that may.
pub(crate) struct Parts {
    api: Arc<WorkerApi>,
    lease: (RunId, i64),
    name: &'static str,
    buffer: Vec<u8>,
    offset: u64,
    runtime: Handle,
    line: Arc<Line>,
}

impl Parts {
    /// A new output of this lease.
    pub(crate) fn new(
        api: &Arc<WorkerApi>,
        lease: (RunId, i64),
        name: &'static str,
        runtime: &Handle,
        line: &Arc<Line>,
    ) -> Self {
        let (api, runtime, line) = (api.clone(), runtime.clone(), line.clone());
        Self { api, lease, name, buffer: Vec::with_capacity(PART), offset: 0, runtime, line }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.line.stopped() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let part = Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(PART)));
        let length = part.len() as u64;
        let (api, lease, place) = (&self.api, self.lease, (self.name, self.offset));
        let sent = self.runtime.block_on(again(|| api.output_part(lease, place, part.clone())));
        sent.map_err(|error| self.line.fail(error))?;
        self.offset += length;
        Ok(())
    }

    /// Everything is written: the server compares size and digest.
    pub(crate) fn finish(mut self, info: &FileInfo) -> io::Result<()> {
        self.send()?;
        let (api, lease, name) = (&self.api, self.lease, self.name);
        let finish = FinishUpload { size: info.size, sha256: info.sha256 };
        let done = self.runtime.block_on(again(|| api.finish_output(lease, name, &finish)));
        done.map_err(|error| self.line.fail(error))
    }
}

/// Again while the server cannot be reached.
async fn again<F: Future<Output = Result<(), CallError>>>(call: impl Fn() -> F) -> Result<(), CallError> {
    for pause in PAUSES {
        match call().await {
            Err(CallError::Unavailable(_)) => tokio::time::sleep(pause).await,
            ended => return ended,
        }
    }
    call().await
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PART - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == PART {
            self.send()?;
        }
        Ok(taken)
    }

    /// Parts go out when they are full and at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
