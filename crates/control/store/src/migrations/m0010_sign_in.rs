//! Signing in through an organisation's own provider, and by another device.

use super::migration;

migration!(
    SignIn,
    "m0010_sign_in",
    [
        // `secret` is sealed under a key that is not in the database; `rules` and `domains` are JSON.
        "CREATE TABLE providers (
        id TEXT PRIMARY KEY,
        org TEXT NOT NULL REFERENCES organisations(id),
        name TEXT NOT NULL,
        issuer TEXT NOT NULL,
        client TEXT NOT NULL,
        secret TEXT,
        domains TEXT NOT NULL,
        groups_claim TEXT NOT NULL,
        rules TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('api', 'file')),
        created BIGINT NOT NULL,
        UNIQUE (org, issuer))",
        "CREATE TABLE domains (
        domain TEXT PRIMARY KEY,
        provider TEXT NOT NULL REFERENCES providers(id))",
        "CREATE TABLE identities (
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        owner TEXT NOT NULL REFERENCES users(id),
        created BIGINT NOT NULL,
        PRIMARY KEY (issuer, subject))",
        "CREATE INDEX identities_owner ON identities (owner)",
        // `state` and `browser` are hashes of what the redirect and the browser's cookie carry.
        "CREATE TABLE sign_ins (
        state TEXT PRIMARY KEY,
        browser TEXT NOT NULL,
        provider TEXT NOT NULL REFERENCES providers(id),
        nonce TEXT NOT NULL,
        verifier TEXT NOT NULL,
        back TEXT NOT NULL,
        expires BIGINT NOT NULL)",
        "CREATE TABLE device_grants (
        device TEXT PRIMARY KEY,
        code TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
        owner TEXT REFERENCES users(id),
        polled BIGINT NOT NULL,
        expires BIGINT NOT NULL)",
        // Which sessions a provider's logout ends.
        "ALTER TABLE sessions ADD COLUMN provider TEXT",
        "ALTER TABLE sessions ADD COLUMN provider_session TEXT",
        "CREATE TABLE logouts (token TEXT PRIMARY KEY, expires BIGINT NOT NULL)",
        "ALTER TABLE organisations ADD COLUMN local_sign_in TEXT NOT NULL DEFAULT 'all'
        CHECK (local_sign_in IN ('all', 'break_glass'))",
    ]
);
