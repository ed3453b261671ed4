//! What people are told of.

use super::migration;

migration!(
    Notices,
    "m0011_notices",
    [
        // `place` counts in commit order; `name` is what the thing was called then; `outcome` how it ended, where the kind has outcomes.
        "CREATE TABLE notices (
        id TEXT PRIMARY KEY,
        place BIGINT NOT NULL UNIQUE,
        owner TEXT NOT NULL REFERENCES users(id),
        kind TEXT NOT NULL CHECK (kind IN ('invited', 'answered', 'workspace_active', 'workspace_rejected',
            'workspace_archived', 'shared', 'revoked', 'review_asked', 'decided', 'run_finished', 'role_changed')),
        actor TEXT REFERENCES users(id),
        workspace TEXT REFERENCES workspaces(id),
        target TEXT,
        name TEXT NOT NULL,
        outcome TEXT,
        created BIGINT NOT NULL,
        read BIGINT)",
        "CREATE INDEX notices_owner ON notices (owner, place)",
        "CREATE INDEX notices_unread ON notices (owner) WHERE read IS NULL",
        // Kinds that somebody wants no mail of, as a JSON list.
        "CREATE TABLE notice_settings (owner TEXT PRIMARY KEY REFERENCES users(id), muted TEXT NOT NULL)",
    ]
);
