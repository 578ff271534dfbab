-- +goose Up
CREATE TABLE meta (
    key   TEXT PRIMARY KEY, -- collection, generation, length, longest, owner or version
    value BLOB NOT NULL
) WITHOUT ROWID;

-- A class is the documents that the same people read.
CREATE TABLE classes (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given twice
    readers  TEXT NOT NULL UNIQUE,              -- JSON
    passages INTEGER NOT NULL DEFAULT 0,
    length   INTEGER NOT NULL DEFAULT 0         -- terms of all its passages, repetitions counted
);

CREATE TABLE documents (
    id       TEXT PRIMARY KEY,
    class    INTEGER NOT NULL REFERENCES classes (id),
    edition  TEXT NOT NULL, -- the points that are in force
    source   TEXT NOT NULL,
    path     TEXT NOT NULL,
    title    TEXT NOT NULL,
    language TEXT NOT NULL,
    updated  TEXT NOT NULL,
    version  TEXT NOT NULL,
    passages INTEGER NOT NULL,
    length   INTEGER NOT NULL, -- terms of its passages, repetitions counted
    changed  INTEGER NOT NULL  -- version of the register in which the row last changed
) WITHOUT ROWID;
CREATE INDEX documents_of_class ON documents (class);

-- In how many of its passages a document has each term: apart from the documents,
-- whose rows every search reads.
CREATE TABLE tallies (
    document TEXT PRIMARY KEY,
    terms    BLOB NOT NULL
);

-- In how many passages of a class a term is. One number is what SQLite finds
-- and writes fastest, and most of what is written are these.
CREATE TABLE frequencies (
    key      INTEGER PRIMARY KEY, -- the class above the lower 32 bits, and there the term (see termID)
    passages INTEGER NOT NULL
);

-- Points that the server may have and that are in force for nobody.
CREATE TABLE leftovers (
    edition TEXT PRIMARY KEY
) WITHOUT ROWID;

-- Documents whose points may still name other readers.
CREATE TABLE unsent (
    document TEXT PRIMARY KEY
) WITHOUT ROWID;

-- +goose Down
DROP TABLE unsent;
DROP TABLE leftovers;
DROP TABLE frequencies;
DROP TABLE tallies;
DROP TABLE documents;
DROP TABLE classes;
DROP TABLE meta;
