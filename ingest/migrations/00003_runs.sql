-- +goose Up
ALTER TABLE documents ADD COLUMN since INTEGER NOT NULL DEFAULT 0;    -- when it came into its state, nanoseconds since 1970
ALTER TABLE documents ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0; -- that failed, since the file changed
ALTER TABLE documents ADD COLUMN next INTEGER NOT NULL DEFAULT 0;     -- when it is tried again, 0 for not before the file changes
ALTER TABLE documents ADD COLUMN granted TEXT NOT NULL DEFAULT '{}';  -- JSON of who read its text when somebody last did
ALTER TABLE documents ADD COLUMN text TEXT NOT NULL DEFAULT '';       -- hash of the text that granted is about
UPDATE documents SET granted = readers;

CREATE TABLE runs (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    started   INTEGER NOT NULL, -- nanoseconds since 1970, as are the next two
    seen      INTEGER NOT NULL, -- when the run last wrote something
    ended     INTEGER NOT NULL, -- 0 for a run that is under way or was killed
    documents INTEGER NOT NULL, -- that have to be read
    done      INTEGER NOT NULL, -- of them
    passages  INTEGER NOT NULL, -- written
    problem   TEXT NOT NULL,    -- why it could not go on
    report    TEXT NOT NULL     -- JSON, '' until it has ended
);

-- +goose Down
DROP TABLE runs;
ALTER TABLE documents DROP COLUMN text;
ALTER TABLE documents DROP COLUMN granted;
ALTER TABLE documents DROP COLUMN next;
ALTER TABLE documents DROP COLUMN attempts;
ALTER TABLE documents DROP COLUMN since;
