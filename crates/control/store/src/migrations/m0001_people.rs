//! Organisations, users, sessions, tokens, certificates, statements.

use super::migration;

migration!(
    People,
    "m0001_people",
    [
        "CREATE TABLE organisations (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created BIGINT NOT NULL)",
        "CREATE TABLE users (
        id TEXT PRIMARY KEY,
        org TEXT NOT NULL REFERENCES organisations(id),
        email TEXT NOT NULL UNIQUE,
        roles TEXT NOT NULL,
        disabled BIGINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
        password TEXT,
        salt TEXT NOT NULL,
        joined BIGINT NOT NULL,
        last_sign_in BIGINT)",
        "CREATE INDEX users_org ON users (org, email)",
        "CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL REFERENCES users(id),
        hash TEXT NOT NULL UNIQUE,
        created BIGINT NOT NULL, last_used BIGINT NOT NULL, expires BIGINT NOT NULL)",
        "CREATE INDEX sessions_owner ON sessions (owner, id)",
        "CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL REFERENCES users(id),
        label TEXT, prefix TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL,
        created BIGINT NOT NULL, expires BIGINT NOT NULL)",
        "CREATE INDEX tokens_owner ON tokens (owner, id)",
        "CREATE TABLE one_time (
        hash TEXT PRIMARY KEY,
        purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'password')),
        owner TEXT REFERENCES users(id),
        expires BIGINT NOT NULL)",
        "CREATE TABLE sign_in_failures (who TEXT PRIMARY KEY, failures BIGINT NOT NULL, since BIGINT NOT NULL)",
        "CREATE TABLE certificates (
        digest TEXT PRIMARY KEY,
        owner TEXT NOT NULL REFERENCES users(id),
        email TEXT NOT NULL,
        envelope TEXT NOT NULL,
        request TEXT NOT NULL,
        created BIGINT NOT NULL,
        not_after BIGINT NOT NULL,
        ended BIGINT)",
        "CREATE INDEX certificates_email ON certificates (email, created)",
        "CREATE INDEX certificates_owner ON certificates (owner, created)",
        "CREATE TABLE statements (
        digest TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        workspace TEXT,
        signer TEXT NOT NULL,
        envelope TEXT NOT NULL,
        stored BIGINT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('stored', 'awaiting_broker', 'acknowledged', 'refused')),
        on_ack TEXT,
        supporting TEXT,
        acknowledgement TEXT,
        problem TEXT,
        place BIGINT NOT NULL UNIQUE)",
        "CREATE INDEX statements_workspace ON statements (workspace, place)",
    ]
);
