//! Encrypted backups of members' keys, so that another browser or a command line can restore them.

use super::migration;

migration!(
    KeyBackups,
    "m0018_key_backups",
    [
        // `file` is an `age` file under a passphrase that only its owner has, base64; `key` the public key in it.
        "CREATE TABLE key_backups (
        owner TEXT NOT NULL REFERENCES users(id),
        key TEXT NOT NULL,
        file TEXT NOT NULL,
        stored BIGINT NOT NULL,
        PRIMARY KEY (owner, key))",
    ]
);
