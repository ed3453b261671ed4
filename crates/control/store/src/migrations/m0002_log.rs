//! The outbox of the audit log, how far it is integrated, leases, the job queue.

use super::migration;

migration!(Log, "m0002_log", [
    // `id` counts from 1 without gaps in commit order; the entry's place in the log is `id - 1`.
    "CREATE TABLE outbox (
        id BIGINT PRIMARY KEY,
        at BIGINT NOT NULL,
        actor TEXT NOT NULL, org TEXT, workspace TEXT,
        action TEXT NOT NULL, target TEXT, outcome TEXT NOT NULL, refusing TEXT, statement TEXT,
        encoded TEXT NOT NULL)",
    "CREATE INDEX outbox_org ON outbox (org, id)",
    "CREATE INDEX outbox_workspace ON outbox (workspace, id)",
    "CREATE INDEX outbox_statement ON outbox (statement, id)",
    "CREATE TABLE log_state (
        one BIGINT PRIMARY KEY CHECK (one = 1), size BIGINT NOT NULL, frontier TEXT NOT NULL, checkpoint TEXT NOT NULL)",
    "CREATE TABLE leases (
        name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL, fence BIGINT NOT NULL)",
    "CREATE TABLE queue (
        name TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        run_at BIGINT NOT NULL,
        attempts BIGINT NOT NULL DEFAULT 0,
        leased_until BIGINT NOT NULL DEFAULT 0,
        fence BIGINT NOT NULL DEFAULT 0,
        failed BIGINT NOT NULL DEFAULT 0 CHECK (failed IN (0, 1)),
        problem TEXT)",
    "CREATE INDEX queue_due ON queue (failed, run_at)",
]);
