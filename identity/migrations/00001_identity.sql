-- +goose Up
CREATE TABLE members (         -- people whom a provider vouches for, as it did last
    person   TEXT PRIMARY KEY, -- made of issuer and subject
    provider TEXT NOT NULL,
    issuer   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    name     TEXT NOT NULL,
    email    TEXT NOT NULL,    -- '' where the provider has not verified it
    groups   TEXT NOT NULL,    -- JSON, as the provider names them
    seen     INTEGER NOT NULL  -- nanoseconds since 1970, as all times here
) WITHOUT ROWID;

CREATE TABLE accounts (
    person   TEXT PRIMARY KEY,
    password TEXT NOT NULL,    -- hash, in the form of PHC
    changed  INTEGER NOT NULL,
    gone     INTEGER NOT NULL DEFAULT 0 -- when the configuration was first without the person; 0 for never
) WITHOUT ROWID;

CREATE TABLE disabled (
    person TEXT PRIMARY KEY,
    since  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    id       TEXT PRIMARY KEY, -- hash of the token
    person   TEXT NOT NULL,
    provider TEXT NOT NULL,
    sid      TEXT NOT NULL,    -- the provider's name for its own session, or ''
    begun    INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    until    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_until ON sessions (until);

CREATE TABLE tokens (
    id          TEXT PRIMARY KEY,
    hash        TEXT NOT NULL UNIQUE,
    service     INTEGER NOT NULL,
    owner       TEXT NOT NULL,
    name        TEXT NOT NULL,
    departments TEXT NOT NULL, -- JSON; null for all that the owner reads
    actions     TEXT NOT NULL, -- JSON
    created     INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    used        INTEGER NOT NULL, -- 0 for never
    UNIQUE (owner, name)
) WITHOUT ROWID;
