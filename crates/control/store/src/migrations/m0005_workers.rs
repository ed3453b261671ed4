//! Workers seen, stamps of what was verified, deleted drafts.

use super::migration;

migration!(
    Workers,
    "m0005_workers",
    [
        "CREATE TABLE workers (
        name TEXT PRIMARY KEY,
        assurance TEXT NOT NULL CHECK (assurance IN ('simulated', 'hardware')),
        measurement TEXT,
        first_seen BIGINT NOT NULL,
        last_seen BIGINT NOT NULL)",
        "CREATE INDEX workers_seen ON workers (assurance, last_seen)",
        // Counts changes of a workspace's statements; `deployment` those of statements of no workspace.
        "CREATE TABLE stamps (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
        // A draft that was submitted or tested goes from sight, its signed history stays.
        "ALTER TABLE jobs ADD COLUMN deleted BIGINT",
        "CREATE INDEX releases_run ON releases (run, entry)",
    ]
);
