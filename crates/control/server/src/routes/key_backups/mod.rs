//! Encrypted backups of the caller's keys.

pub(super) mod list;
pub(super) mod store;

use cloister_api::key_backups::KeyBackup;
use cloister_store::people::key_backups::KeyBackupRow;

fn shown(row: KeyBackupRow) -> KeyBackup {
    KeyBackup { key: row.key, file: row.file, stored: row.stored }
}
