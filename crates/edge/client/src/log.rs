//! The deployment's log over the API: file by file, as the verifier of the crate `audit` reads it.

use std::path::Path;

use cloister_api::audit::{AuditEntry, LogInfo};
use cloister_audit::{
    Checkpoint, checkpoint,
    log::{ABOUT, About, CHECKPOINT},
    tiles::{WIDTH, bundle_path, tile_path},
};
use cloister_model::Timestamp;
use reqwest::Method;

use crate::{Api, Client, ClientError, error::malformed};

/// The largest file of a log: an entry bundle.
const MAX_FILE: usize = 32 << 20;

/// The log's file at `path`; none where there is no such file.
pub async fn file(api: &Api, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
    if path == ABOUT {
        let info: LogInfo = api.get("/log").await?;
        let about = About { origin: info.origin, public_key: info.public_key };
        return serde_json::to_vec(&about).map(Some).map_err(|e| ClientError::Failed(e.to_string()));
    }
    match api.bytes(&format!("/log/{path}"), MAX_FILE).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ClientError::Problem(problem)) if problem.status == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

/// The files that a log of `size` entries consists of, but checkpoint and `log.json`.
pub fn paths(size: u64) -> Vec<String> {
    let mut paths = Vec::new();
    let mut each = |count: u64, path: &dyn Fn(u64, u64) -> String| {
        paths.extend((0..count / WIDTH).map(|n| path(n, WIDTH)));
        if !count.is_multiple_of(WIDTH) {
            paths.push(path(count / WIDTH, count % WIDTH));
        }
    };
    each(size, &|n, width| bundle_path(n, width));
    let (mut count, mut level) = (size, 0);
    while count > 0 {
        each(count, &|n, width| tile_path(level, n, width));
        count /= WIDTH;
        level += 1;
    }
    paths
}

/// Which entries; all of the organisation's where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of this workspace, by id or name.
    pub workspace: Option<String>,
    /// With this text in action, target, check or actor.
    pub text: Option<String>,
    /// By this actor: an address, or a word such as `worker`.
    pub actor: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// Only what was refused.
    pub refused: bool,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

impl Client {
    /// The newest entries that the caller may see and that match, at most so many.
    pub async fn audit_entries(
        &self,
        wanted: &AuditFilter,
        most: usize,
    ) -> Result<Vec<AuditEntry>, ClientError> {
        let workspace = match &wanted.workspace {
            Some(text) => Some(self.find_workspace(text).await?.id.to_string()),
            None => None,
        };
        let query: Vec<(&str, String)> = [
            ("workspace", workspace),
            ("q", wanted.text.clone()),
            ("actor", wanted.actor.clone()),
            ("action", wanted.action.clone()),
            ("outcome", wanted.refused.then(|| "refused".to_owned())),
            ("from", wanted.from.map(|at| at.to_string())),
            ("to", wanted.to.map(|at| at.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        self.api.first("/audit", &query, most).await
    }

    /// The organisation's entries with proofs, JSON lines.
    pub async fn audit_lines(&self) -> Result<Vec<u8>, ClientError> {
        self.api.bytes("/audit/export", 1 << 30).await
    }

    /// Writes the whole log into a folder and returns its signed checkpoint. Nothing is verified but the signature:
    /// that is what `audit verify` is for.
    pub async fn export_log(&self, folder: &Path) -> Result<Checkpoint, ClientError> {
        let info: LogInfo = self.api.get("/log").await?;
        let about = About { origin: info.origin.clone(), public_key: info.public_key.clone() };
        let key = about.key().ok_or_else(|| ClientError::Protocol("the log has no key".into()))?;
        let mut pins = self.profile.pins()?;
        pins.log(&info.origin, cloister_model::Digest(key))?;
        self.profile.save_pins(&pins)?;
        let signed = checkpoint::verify(&info.checkpoint, &info.origin, &key)
            .map_err(|e| malformed("checkpoint")(&e))?;
        for path in paths(signed.size) {
            let bytes = file(&self.api, &path).await?;
            let bytes =
                bytes.ok_or_else(|| ClientError::refused("truncated", format!("the log lacks `{path}`")))?;
            put(folder, &path, &bytes)?;
        }
        let about = serde_json::to_vec(&about).map_err(|e| ClientError::Failed(e.to_string()))?;
        put(folder, ABOUT, &about)?;
        put(folder, CHECKPOINT, info.checkpoint.as_bytes())?;
        Ok(signed)
    }

    /// Stops a run.
    pub async fn cancel_run(
        &self,
        run: &cloister_api::runs::Run,
    ) -> Result<cloister_api::runs::Run, ClientError> {
        let request = self.api.request(Method::POST, &format!("/runs/{}/cancel", run.id));
        Ok(self.api.ask(request).await?.value)
    }
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), ClientError> {
    let file = folder.join(path);
    let parent = file.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&file, bytes))
        .map_err(|e| ClientError::file(&file, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_log_is_listed_once() {
        assert_eq!(paths(0), Vec::<String>::new());
        assert_eq!(paths(3), ["tile/entries/000.p/3", "tile/0/000.p/3"]);
        assert_eq!(
            paths(257),
            ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
        );
        let many = paths(256 * 256);
        assert_eq!(many.len(), 256 + 256 + 1 + 1);
        assert_eq!(many.last().map(String::as_str), Some("tile/2/000.p/1"));
    }
}
