-- +goose Up
CREATE TABLE documents (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    path       TEXT NOT NULL,
    state      TEXT NOT NULL,    -- extracted, indexed or failed
    reason     TEXT NOT NULL,    -- why it failed
    size       INTEGER NOT NULL, -- of the file, in bytes
    modified   INTEGER NOT NULL, -- of the file, nanoseconds since 1970
    version    TEXT NOT NULL,    -- hash of the file
    generation TEXT NOT NULL,    -- what it was cut and embedded with
    front      TEXT NOT NULL,    -- JSON of what the document says about its readers
    readers    TEXT NOT NULL,    -- JSON of who reads it
    title      TEXT NOT NULL,
    language   TEXT NOT NULL,
    updated    TEXT NOT NULL,
    headings   TEXT NOT NULL,    -- JSON
    passages   INTEGER NOT NULL,
    markdown   TEXT NOT NULL,
    UNIQUE (source, path)
);

CREATE TABLE vectors (
    key    TEXT PRIMARY KEY, -- model, kind and hash of what was embedded
    vector BLOB NOT NULL     -- float32, little endian
);

-- +goose Down
DROP TABLE vectors;
DROP TABLE documents;
