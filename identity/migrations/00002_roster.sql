-- +goose Up
CREATE TABLE roster_users (       -- people whom a provider's directory has sent
    id        TEXT PRIMARY KEY,   -- made here, at random; never given again
    provider  TEXT NOT NULL,
    external  TEXT NOT NULL,      -- the provider's own id, or '' until it is known
    subject   TEXT NOT NULL DEFAULT '', -- of their tokens, since they first signed in
    user_name TEXT NOT NULL COLLATE NOCASE,
    display   TEXT NOT NULL COLLATE NOCASE,
    formatted TEXT NOT NULL,
    given     TEXT NOT NULL,
    family    TEXT NOT NULL,
    emails    TEXT NOT NULL,      -- JSON
    active    INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    changed   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX roster_users_name ON roster_users (provider, user_name);
CREATE UNIQUE INDEX roster_users_external ON roster_users (provider, external) WHERE external <> '';
CREATE INDEX roster_users_order ON roster_users (provider, created, id);
CREATE INDEX roster_users_display ON roster_users (provider, display);

CREATE TABLE roster_emails (      -- where a user of the roster is found by an address
    address  TEXT NOT NULL COLLATE NOCASE,
    user     TEXT NOT NULL REFERENCES roster_users (id) ON DELETE CASCADE,
    PRIMARY KEY (address, user)
) WITHOUT ROWID;
CREATE INDEX roster_emails_user ON roster_emails (user);

CREATE TABLE roster_groups (
    id       TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    external TEXT NOT NULL,
    display  TEXT NOT NULL COLLATE NOCASE,
    created  INTEGER NOT NULL,
    changed  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX roster_groups_external ON roster_groups (provider, external) WHERE external <> '';
CREATE INDEX roster_groups_order ON roster_groups (provider, created, id);
CREATE INDEX roster_groups_display ON roster_groups (provider, display);

CREATE TABLE roster_members (
    user  TEXT NOT NULL REFERENCES roster_users (id) ON DELETE CASCADE,
    grp   TEXT NOT NULL REFERENCES roster_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (user, grp)
) WITHOUT ROWID;
CREATE INDEX roster_members_group ON roster_members (grp, user);

CREATE TABLE roster_tokens (      -- with which a provider writes its roster
    id       TEXT PRIMARY KEY,
    hash     TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    name     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    used     INTEGER NOT NULL,    -- 0 for never
    UNIQUE (provider, name)
) WITHOUT ROWID;

CREATE TABLE farewells (          -- logout tokens that were taken, until they expire
    provider TEXT NOT NULL,
    id       TEXT NOT NULL,
    until    INTEGER NOT NULL,
    PRIMARY KEY (provider, id)
) WITHOUT ROWID;
