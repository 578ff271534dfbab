-- +goose Up
-- A text belongs to no generation: every one is cut from it.
ALTER TABLE documents RENAME COLUMN generation TO extraction; -- how the text was extracted

CREATE TABLE generations (
    number     INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    engine     TEXT NOT NULL,    -- sqlite or qdrant
    address    TEXT NOT NULL,    -- of the engine, as configured when the generation was begun
    embedder   TEXT NOT NULL,    -- model, '' for an index without vectors
    dimensions INTEGER NOT NULL, -- of a vector, 0 until it is known
    cutting    TEXT NOT NULL,
    built      INTEGER NOT NULL, -- 1 once it has had all that the ledger had
    created    INTEGER NOT NULL, -- nanoseconds since 1970
    switched   INTEGER NOT NULL  -- when it last became current, 0 for never
);

-- The one row says which generation is in use: a switch is one update of it.
CREATE TABLE in_use (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    number   INTEGER REFERENCES generations (number),
    previous INTEGER REFERENCES generations (number)
);
INSERT INTO in_use (one) VALUES (1);

-- +goose Down
DROP TABLE in_use;
DROP TABLE generations;
ALTER TABLE documents RENAME COLUMN extraction TO generation;
