//! Encrypted backups of members' keys. The store holds what it cannot open.

use cloister_authz::{Granted, actions::StoreKeyBackup};
use cloister_model::{Digest, Timestamp, UserId};

use super::parsed;
use crate::{Query, Row, StoreError, Tx};

/// A backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBackupRow {
    /// The public signing key of the pair in it.
    pub key: Digest,
    /// The `age` file, base64.
    pub file: String,
    /// When it was stored.
    pub stored: Timestamp,
}

fn backup(row: &Row) -> Result<KeyBackupRow, StoreError> {
    Ok(KeyBackupRow {
        key: parsed(row, "key")?,
        file: row.try_get("", "file")?,
        stored: Timestamp::from_micros(row.try_get("", "stored")?),
    })
}

/// A person's backups, by key.
pub async fn of_user(
    db: &dyn Query,
    owner: UserId,
    after: &str,
    limit: u64,
) -> Result<Vec<KeyBackupRow>, StoreError> {
    let sql = format!(
        "SELECT key, file, stored FROM key_backups WHERE owner = $1 AND key > $2 ORDER BY key LIMIT {limit}"
    );
    db.all(&sql, vec![owner.to_string().into(), after.into()]).await?.iter().map(backup).collect()
}

impl Tx {
    /// Stores the backup of a pair of keys; a later one of the same pair takes its place.
    pub async fn store_key_backup(
        &self,
        _grant: &Granted<StoreKeyBackup>,
        owner: UserId,
        row: &KeyBackupRow,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO key_backups (owner, key, file, stored) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (owner, key) DO UPDATE SET file = excluded.file, stored = excluded.stored";
        let values = vec![
            owner.to_string().into(),
            row.key.to_string().into(),
            row.file.clone().into(),
            row.stored.micros().into(),
        ];
        self.exec(sql, values).await.map(|_| ())
    }
}
