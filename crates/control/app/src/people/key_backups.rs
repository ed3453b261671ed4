//! Encrypted backups of members' keys.
//!
//! Invariants: only what is an `age` file under a passphrase is stored, so that nobody hands over keys in the clear by
//! mistake; fetching and storing are in the log, so that a stranger's session leaves a trace. Limits: whether the
//! passphrase is a good one is the client's care: clients generate it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloister_authz::{
    Resource,
    actions::{ReadKeyBackups, StoreKeyBackup},
};
use cloister_model::Digest;
use cloister_store::{
    EntryDraft,
    people::key_backups::{self, KeyBackupRow},
};

use super::sessions::Identity;
use crate::{App, AppError, work::Paging};

/// Backups of one person, at most: one for each pair of keys there ever was.
const MOST: u64 = 50;
/// The most bytes of a backup; one has some hundred.
const MAX_FILE: usize = 4096;
/// How an `age` file under a passphrase begins.
const HEAD: &[u8] = b"age-encryption.org/v1\n-> scrypt ";

fn check(file: &str) -> Result<(), AppError> {
    let bytes = STANDARD
        .decode(file)
        .map_err(|_| AppError::Invalid("the file of a key backup is not base64".into()))?;
    if bytes.len() > MAX_FILE {
        return Err(AppError::Unprocessable(format!("a key backup has at most {MAX_FILE} bytes")));
    }
    if bytes.starts_with(HEAD) {
        Ok(())
    } else {
        Err(AppError::Unprocessable(
            "a key backup is an age file under a passphrase, and this is none".into(),
        ))
    }
}

impl App {
    /// The caller's backups, by key.
    pub async fn key_backups(&self, who: &Identity, paging: &Paging) -> Result<Vec<KeyBackupRow>, AppError> {
        let _ = self.permit(&who.actor, ReadKeyBackups, &Resource::deployment(), "key backup").await?;
        let tx = self.store.write().await?;
        let found = key_backups::of_user(&tx, who.user.id, &paging.after, paging.limit).await?;
        if !found.is_empty() {
            tx.audit(EntryDraft::done(self.now(), &who.actor, "key-backup.read").target(who.user.id)).await?;
        }
        tx.commit().await?;
        Ok(found)
    }

    /// Stores the backup of a pair of keys; a later one of the same pair takes its place.
    pub async fn store_key_backup(
        &self,
        who: &Identity,
        key: Digest,
        file: String,
    ) -> Result<KeyBackupRow, AppError> {
        let grant = self.permit(&who.actor, StoreKeyBackup, &Resource::deployment(), "key backup").await?;
        check(&file)?;
        let row = KeyBackupRow { key, file, stored: self.now() };
        let tx = self.store.write().await?;
        let held = key_backups::of_user(&tx, who.user.id, "", MOST).await?;
        if held.len() as u64 >= MOST && held.iter().all(|backup| backup.key != key) {
            return Err(AppError::Conflict(format!("a person has at most {MOST} key backups")));
        }
        tx.store_key_backup(&grant, who.user.id, &row).await?;
        let entry = EntryDraft::done(row.stored, &who.actor, "key-backup.store");
        tx.audit(entry.target(who.user.id).fact("key", key)).await?;
        tx.commit().await?;
        Ok(row)
    }
}
