//! The log's files from the entries in the database, for a restored server.

use std::path::PathBuf;

use cloister_audit::{Frontier, checkpoint, log::About, tiles::TileWriter};
use cloister_store::Store;

use super::{BATCH, files::Files};
use crate::AppError;

/// Writes every tile anew and compares the root with the one that the log's key signed. Gives the number of entries.
/// Writes no checkpoint unless both are the same.
pub async fn rebuild(store: &Store, folder: PathBuf, origin: &str, seed: &[u8; 32]) -> Result<u64, AppError> {
    let Some(state) = store.read().log_state().await? else { return Ok(0) };
    let files = Files::open(folder).await?;
    let mut writer = TileWriter::new(Frontier::new());
    let mut done = 0;
    while done < state.size {
        let batch = store.read().entries_after(done, BATCH.min(state.size - done)).await?;
        let entries: Vec<Vec<u8>> = batch.into_iter().map(|entry| entry.encoded).collect();
        if entries.is_empty() {
            return Err(AppError::State(format!("the entries after number {done} are missing")));
        }
        done += i64::try_from(entries.len()).map_err(AppError::internal)?;
        let made = writer.append(&entries, |path| files.read_now(path)).map_err(AppError::internal)?;
        files.write_now(&made)?;
        files.tidy();
    }
    let public_key = checkpoint::public_key(seed);
    let signed = checkpoint::verify(&state.checkpoint, origin, &public_key).map_err(AppError::internal)?;
    if (signed.size, signed.root) != (writer.frontier().size(), writer.frontier().root()) {
        return Err(AppError::State("the entries do not give the root that the log's key signed".into()));
    }
    let about = serde_json::to_vec(&About::new(origin, &public_key)).map_err(AppError::internal)?;
    files.write(cloister_audit::log::ABOUT.to_owned(), about).await?;
    files.write(cloister_audit::log::CHECKPOINT.to_owned(), state.checkpoint.into_bytes()).await?;
    Ok(signed.size)
}
