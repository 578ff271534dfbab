-- +goose Up
CREATE TABLE spent (            -- tokens of sites that have been used
    site  TEXT NOT NULL,
    token TEXT NOT NULL,        -- hash of its jti
    until INTEGER NOT NULL,     -- nanoseconds since 1970, after which it holds no more
    PRIMARY KEY (site, token)
) WITHOUT ROWID;
CREATE INDEX spent_until ON spent (until);
