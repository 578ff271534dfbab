-- +goose Up
CREATE TABLE documents (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    path       TEXT NOT NULL,
    state      TEXT NOT NULL,           -- extracted, indexed or failed
    reason     TEXT NOT NULL DEFAULT '', -- why it failed
    attempts   INTEGER NOT NULL DEFAULT 0,
    size       INTEGER NOT NULL DEFAULT 0,
    modified   INTEGER NOT NULL DEFAULT 0, -- of the file, nanoseconds since 1970
    version    TEXT NOT NULL DEFAULT '',   -- hash of the file
    generation TEXT NOT NULL DEFAULT '',
    front      TEXT NOT NULL DEFAULT '{}', -- JSON of what the document says about its readers
    readers    TEXT NOT NULL DEFAULT '{}', -- JSON of who reads it
    title      TEXT NOT NULL DEFAULT '',
    language   TEXT NOT NULL DEFAULT '',
    updated    TEXT NOT NULL DEFAULT '',
    headings   TEXT NOT NULL DEFAULT '[]', -- JSON
    markdown   TEXT NOT NULL DEFAULT '',
    passages   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, path)
);

CREATE TABLE vectors (
    key    TEXT PRIMARY KEY, -- model, kind and hash of what was embedded
    vector BLOB NOT NULL     -- float32, little endian
) WITHOUT ROWID;

-- +goose Down
DROP TABLE vectors;
DROP TABLE documents;
