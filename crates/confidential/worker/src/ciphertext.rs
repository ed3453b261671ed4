//! Ciphertext by range requests under the lease, compared with the manifest's digest before anything is read.

use std::{io, ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use cloister_api::worker::LeasedTable;
use cloister_client::worker::{CallError, WorkerApi};
use cloister_engine::RangeReader;
use cloister_model::RunId;
use futures::future::BoxFuture;

/// Pauses between tries while the server cannot be reached: a server that restarts costs no run.
pub(crate) const PAUSES: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(800), Duration::from_secs(2), Duration::from_secs(4)];

/// One file of a dataset, as the server holds it.
pub(crate) struct RemoteFile {
    api: Arc<WorkerApi>,
    lease: (RunId, i64),
    table: LeasedTable,
    version: u32,
    name: String,
}

impl RemoteFile {
    /// The file `name` of version `version` of a leased table's dataset.
    pub(crate) fn new(
        api: &Arc<WorkerApi>,
        lease: (RunId, i64),
        table: &LeasedTable,
        version: u32,
        name: &str,
    ) -> Self {
        Self { api: api.clone(), lease, table: table.clone(), version, name: name.into() }
    }

    /// Exactly these bytes; tried again while the server cannot be reached.
    pub(crate) async fn fetch(&self, range: Range<u64>) -> Result<Bytes, CallError> {
        let at = (self.version, self.name.as_str());
        for pause in PAUSES {
            match self.api.ciphertext(self.lease, &self.table, at, range.clone()).await {
                Err(CallError::Unavailable(_)) => tokio::time::sleep(pause).await,
                other => return other,
            }
        }
        self.api.ciphertext(self.lease, &self.table, at, range).await
    }
}

impl RangeReader for RemoteFile {
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, io::Result<Bytes>> {
        Box::pin(async move {
            if range.is_empty() {
                return Ok(Bytes::new());
            }
            self.fetch(range).await.map_err(io::Error::other)
        })
    }
}
