//! Backups of keys at the server: what a command line stores a browser restores, and the other way round.
//!
//! The server holds files it cannot open: the passphrase is generated and shown to its owner only.

use base64::{Engine, prelude::BASE64_STANDARD};
use cloister_api::key_backups::{KeyBackup, KeyBackupBody};
use cloister_model::Digest;
use cloister_statement::keys::{Backup, BackupCost};
use reqwest::Method;

use crate::{Client, ClientError, enrol::restore, error::malformed};

impl Client {
    /// Stores a backup of the live keys at the server.
    pub async fn store_backup(&self, cost: BackupCost) -> Result<Backup, ClientError> {
        let key = self.signatory().await?.keys.signing.public();
        let backup = self.backup_keys(cost).await?;
        let body = KeyBackupBody { file: BASE64_STANDARD.encode(&backup.bytes) };
        self.api.tell(Method::PUT, &format!("/me/key-backups/{key}"), Some(&body)).await?;
        Ok(backup)
    }

    /// Restores every pair of keys whose backup at the server the passphrase opens; gives their signing keys, at least
    /// one.
    pub async fn restore_stored_keys(&self, passphrase: &str) -> Result<Vec<Digest>, ClientError> {
        let stored: Vec<KeyBackup> = self.api.all("/me/key-backups").await?;
        let mut failure = ClientError::Input(
            "the server keeps no backup of your keys: give the file of one, or make one where the keys are"
                .into(),
        );
        let mut restored = Vec::new();
        for backup in &stored {
            let file = BASE64_STANDARD.decode(&backup.file).map_err(|e| malformed("key backup")(&e))?;
            match restore(&self.profile, &file, passphrase) {
                Ok(key) => restored.push(key),
                Err(error) => failure = error,
            }
        }
        if restored.is_empty() { Err(failure) } else { Ok(restored) }
    }
}
