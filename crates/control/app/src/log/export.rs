//! The organisation's entries with proofs against one checkpoint, page by page: memory stays flat however many there are.

use cloister_audit::InclusionProof;
use cloister_store::log::{Filter, LogState, StoredEntry};

use crate::{App, AppError, log::Log, people::sessions::Identity};

/// Entries read at once.
const PAGE: u64 = 500;

/// An export under way.
pub struct Export {
    /// What was asked for, within the caller's view.
    filter: Filter,
    /// The log as the checkpoint signs it.
    state: LogState,
}

impl Export {
    /// The checkpoint that every proof leads to, a signed note.
    pub fn checkpoint(&self) -> &str {
        &self.state.checkpoint
    }
}

impl App {
    /// Begins an export of what [`App::audit`] would list; it is logged once, with its filter.
    pub async fn export(&self, who: &Identity, filter: Filter) -> Result<Export, AppError> {
        let mut filter = self.readable(who, filter).await?;
        self.log_reading(&who.actor, "audit.export", &filter).await?;
        let state = self.store.read().log_state().await?;
        let state = state.ok_or_else(|| AppError::Unavailable("the log is empty yet; try again".into()))?;
        let end = state.size.saturating_add(1);
        filter.before = Some(filter.before.map_or(end, |before| before.min(end)));
        Ok(Export { filter, state })
    }

    /// The next entries, newest first; none at the end.
    pub async fn exported(
        &self,
        export: &mut Export,
    ) -> Result<Vec<(StoredEntry, InclusionProof)>, AppError> {
        let rows = self.store.read().find_entries(&export.filter, PAGE).await?;
        export.filter.before = rows.last().map(|row| row.id).or(export.filter.before);
        let proofs = self.log.prove(export.state.size, rows.iter().map(|row| row.id).collect()).await?;
        Ok(rows.into_iter().zip(proofs).collect())
    }
}

impl Log {
    /// Proofs of entries of these numbers in the log of `size` entries, which may have grown since.
    async fn prove(&self, size: i64, ids: Vec<i64>) -> Result<Vec<InclusionProof>, AppError> {
        let size = u64::try_from(size).map_err(AppError::internal)?;
        let files = self.files.clone();
        let made = tokio::task::spawn_blocking(move || {
            let prove = |id: i64| {
                let index = u64::try_from(id - 1).map_err(AppError::internal)?;
                InclusionProof::make(size, index, |path| files.read_grown(path)).map_err(AppError::internal)
            };
            ids.into_iter().map(prove).collect()
        });
        made.await.map_err(AppError::internal)?
    }
}
