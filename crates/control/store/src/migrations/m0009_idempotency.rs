//! Requests that carry an `Idempotency-Key`, and what they were answered.

use super::migration;

migration!(
    Idempotency,
    "m0009_idempotency",
    [
        // `key` is a hash over caller, method, path and key; `answer` is sealed with what only the caller knows.
        "CREATE TABLE idempotency (
        key TEXT PRIMARY KEY,
        body TEXT NOT NULL,
        acted BIGINT NOT NULL DEFAULT 0 CHECK (acted IN (0, 1)),
        status BIGINT,
        answer TEXT,
        created BIGINT NOT NULL)",
        "CREATE INDEX idempotency_created ON idempotency (created)",
    ]
);
