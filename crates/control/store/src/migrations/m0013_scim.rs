//! People and groups that organisations' providers push (SCIM).

use super::migration;

migration!(
    Scim,
    "m0013_scim",
    [
        // A token that was replaced ends at `expires`; the last one has no end of its own.
        "CREATE TABLE scim_tokens (
        id TEXT PRIMARY KEY,
        provider TEXT NOT NULL REFERENCES providers(id),
        prefix TEXT NOT NULL,
        hash TEXT NOT NULL UNIQUE,
        created BIGINT NOT NULL,
        last_used BIGINT,
        expires BIGINT)",
        "CREATE INDEX scim_tokens_provider ON scim_tokens (provider)",
        // `attributes` is JSON. `suspended`: the provider switched the account off, not an admin of the organisation.
        "CREATE TABLE scim_users (
        owner TEXT PRIMARY KEY REFERENCES users(id),
        provider TEXT NOT NULL REFERENCES providers(id),
        user_name TEXT NOT NULL,
        external_id TEXT,
        attributes TEXT NOT NULL,
        suspended BIGINT NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1)),
        created BIGINT NOT NULL,
        modified BIGINT NOT NULL,
        deleted BIGINT)",
        "CREATE INDEX scim_users_provider ON scim_users (provider, owner)",
        "CREATE INDEX scim_users_external ON scim_users (provider, external_id)",
        "CREATE TABLE scim_groups (
        id TEXT PRIMARY KEY,
        provider TEXT NOT NULL REFERENCES providers(id),
        name TEXT NOT NULL,
        external_id TEXT,
        created BIGINT NOT NULL,
        modified BIGINT NOT NULL,
        UNIQUE (provider, name))",
        "CREATE TABLE scim_members (
        place TEXT NOT NULL REFERENCES scim_groups(id),
        owner TEXT NOT NULL REFERENCES scim_users(owner),
        PRIMARY KEY (place, owner))",
        "CREATE INDEX scim_members_owner ON scim_members (owner)",
    ]
);
