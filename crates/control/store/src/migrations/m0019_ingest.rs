//! What an ingest makes is an output of its run.

use super::migration;

migration!(
    Ingest,
    "m0019_ingest",
    [
        // A constraint cannot be changed in place on SQLite, so the table is made anew; nothing refers to it.
        "CREATE TABLE run_outputs_next (
        run TEXT NOT NULL REFERENCES runs(id),
        name TEXT NOT NULL CHECK (name IN ('result', 'log', 'part-00000.parquet')),
        fence BIGINT NOT NULL,
        size BIGINT NOT NULL CHECK (size >= 0),
        sha256 TEXT NOT NULL,
        PRIMARY KEY (run, name))",
        "INSERT INTO run_outputs_next (run, name, fence, size, sha256) SELECT run, name, fence, size, sha256 FROM run_outputs",
        "DROP TABLE run_outputs",
        "ALTER TABLE run_outputs_next RENAME TO run_outputs",
    ]
);
