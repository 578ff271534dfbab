-- +goose Up
CREATE TABLE meta (
    key   TEXT PRIMARY KEY, -- generation or version
    value BLOB NOT NULL
) WITHOUT ROWID;

-- A class is the documents that the same people read.
CREATE TABLE classes (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given twice
    readers  TEXT NOT NULL UNIQUE,              -- JSON
    passages INTEGER NOT NULL DEFAULT 0,
    length   INTEGER NOT NULL DEFAULT 0,        -- terms of all its passages, repetitions counted
    centre   BLOB NOT NULL DEFAULT x'',         -- mean of its vectors when it had so many passages as coded says
    coded    INTEGER NOT NULL DEFAULT 0,
    centred  INTEGER NOT NULL DEFAULT 0         -- version of the index in which the centre changed
);

CREATE TABLE documents (
    id       TEXT PRIMARY KEY,
    class    INTEGER NOT NULL REFERENCES classes (id),
    source   TEXT NOT NULL,
    path     TEXT NOT NULL,
    title    TEXT NOT NULL,
    language TEXT NOT NULL,
    updated  TEXT NOT NULL,
    version  TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX documents_of_class ON documents (class);

CREATE TABLE passages (
    number   INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL REFERENCES documents (id),
    ordinal  INTEGER NOT NULL,
    headings TEXT NOT NULL, -- JSON
    anchor   TEXT NOT NULL,
    header   TEXT NOT NULL,
    text     TEXT NOT NULL,
    start    INTEGER NOT NULL,
    stop     INTEGER NOT NULL,
    language TEXT NOT NULL,
    terms    BLOB NOT NULL  -- what its postings are, to take them out again
);
CREATE INDEX passages_of_document ON passages (document);

CREATE TABLE vectors (
    number INTEGER PRIMARY KEY,
    vector BLOB NOT NULL -- float32, little endian
);

-- A slot is what every process keeps in memory of a passage. A slot of class
-- 0 is free. The version says when it last changed.
CREATE TABLE slots (
    number  INTEGER PRIMARY KEY,
    class   INTEGER NOT NULL,
    length  INTEGER NOT NULL, -- in terms
    code    BLOB NOT NULL,    -- signs of the centred vector, one bit each, and two factors
    version INTEGER NOT NULL
);
CREATE INDEX slots_by_version ON slots (version);
CREATE INDEX slots_of_class ON slots (class);

-- The passages of one class that have a term, in blocks of numbers.
CREATE TABLE postings (
    term     TEXT NOT NULL,
    class    INTEGER NOT NULL,
    block    INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    data     BLOB NOT NULL, -- for each passage: place in the block, count; as varints
    PRIMARY KEY (term, class, block)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE postings;
DROP TABLE slots;
DROP TABLE vectors;
DROP TABLE passages;
DROP TABLE documents;
DROP TABLE classes;
DROP TABLE meta;
