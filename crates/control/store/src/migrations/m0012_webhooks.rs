//! Whom organisations have told of what happens.

use super::migration;

migration!(
    Webhooks,
    "m0012_webhooks",
    [
        // Secrets are sealed under a key that is not in the database; `actions` is a JSON list, empty for all.
        "CREATE TABLE webhooks (
        id TEXT PRIMARY KEY,
        org TEXT NOT NULL REFERENCES organisations(id),
        url TEXT NOT NULL,
        description TEXT NOT NULL,
        actions TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
        problem TEXT,
        since BIGINT NOT NULL,
        secret TEXT NOT NULL,
        old_secret TEXT,
        old_until BIGINT,
        created BIGINT NOT NULL)",
        "CREATE INDEX webhooks_org ON webhooks (org, id)",
        // `entry` is the number in the outbox; a trial has none.
        "CREATE TABLE deliveries (
        id TEXT PRIMARY KEY,
        webhook TEXT NOT NULL REFERENCES webhooks(id),
        entry BIGINT,
        action TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
        attempts BIGINT NOT NULL DEFAULT 0,
        status BIGINT,
        problem TEXT,
        created BIGINT NOT NULL,
        finished BIGINT,
        UNIQUE (webhook, entry))",
        "CREATE INDEX deliveries_webhook ON deliveries (webhook, id)",
        "CREATE INDEX deliveries_created ON deliveries (created)",
        // How far a follower of the outbox is.
        "CREATE TABLE positions (name TEXT PRIMARY KEY, position BIGINT NOT NULL)",
    ]
);
