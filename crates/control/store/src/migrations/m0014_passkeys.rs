//! Passkeys of local accounts, and how each session began.

use super::migration;

migration!(
    Passkeys,
    "m0014_passkeys",
    [
        // `passkey` is the credential's public key, counter and flags as the library keeps them: no secret.
        "CREATE TABLE passkeys (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL REFERENCES users(id),
        credential TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        passkey TEXT NOT NULL,
        created BIGINT NOT NULL,
        last_used BIGINT)",
        "CREATE INDEX passkeys_owner ON passkeys (owner, id)",
        // A ceremony that was begun; `ceremony` is the hash of what its browser holds.
        "CREATE TABLE passkey_ceremonies (
        ceremony TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('registration', 'sign_in')),
        owner TEXT REFERENCES users(id),
        state TEXT NOT NULL,
        expires BIGINT NOT NULL)",
        "CREATE INDEX passkey_ceremonies_expires ON passkey_ceremonies (expires)",
        // Absent in sessions that began before this.
        "ALTER TABLE sessions ADD COLUMN method TEXT
        CHECK (method IN ('set_up', 'password', 'passkey', 'provider', 'device'))",
        // Which sessions end with a passkey.
        "ALTER TABLE sessions ADD COLUMN passkey TEXT",
    ]
);
