//! Templates that a workspace offers, and changes of its members that its organisation's admins propose.

use super::migration;

migration!(
    Governing,
    "m0021_governing",
    [
        // A JSON list; absent while nobody chose, then all are offered.
        "ALTER TABLE workspaces ADD COLUMN templates TEXT",
        // `charter` is the one in force when it was proposed; `adds` and `removes` are JSON lists of addresses.
        "CREATE TABLE proposals (
        id TEXT PRIMARY KEY,
        workspace TEXT NOT NULL REFERENCES workspaces(id),
        author TEXT NOT NULL REFERENCES users(id),
        charter TEXT NOT NULL,
        adds TEXT NOT NULL,
        removes TEXT NOT NULL,
        created BIGINT NOT NULL)",
        "CREATE INDEX proposals_workspace ON proposals (workspace, id)",
    ]
);
