-- +goose Up
CREATE TABLE conversations (
    person  TEXT NOT NULL,
    id      TEXT NOT NULL,    -- the person's own: the same id of somebody else is another conversation
    title   TEXT NOT NULL,
    created INTEGER NOT NULL, -- nanoseconds since 1970
    used    INTEGER NOT NULL, -- when a question was last asked
    newest  INTEGER NOT NULL, -- n of the newest turn
    PRIMARY KEY (person, id)
) WITHOUT ROWID;
CREATE INDEX conversations_newest ON conversations (person, newest);
CREATE INDEX conversations_used ON conversations (used);

CREATE TABLE turns (
    id           TEXT PRIMARY KEY, -- of the answer
    person       TEXT NOT NULL,
    n            INTEGER NOT NULL, -- counts the person's turns, so that no clock decides about their order
    conversation TEXT NOT NULL,
    after        TEXT NOT NULL,    -- id of the turn before, '' for none
    asked        TEXT NOT NULL,    -- the asker's own id of the question, '' for none
    at           INTEGER NOT NULL, -- nanoseconds since 1970
    state        TEXT NOT NULL,    -- running, done or failed
    documents    TEXT NOT NULL,    -- JSON of the ids of those that the answer rests on
    question     TEXT NOT NULL,
    answer       TEXT NOT NULL,    -- without marks, as far as it was written
    said         TEXT NOT NULL,    -- the question, folded, for searches
    told         TEXT NOT NULL,    -- the answer, folded
    events       BLOB NOT NULL,    -- JSON; the last column, which searches need not read
    UNIQUE (person, n),
    FOREIGN KEY (person, conversation) REFERENCES conversations (person, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX turns_asked ON turns (person, asked) WHERE asked <> '';
CREATE INDEX turns_conversation ON turns (person, conversation, n);
CREATE INDEX turns_running ON turns (state) WHERE state = 'running';

CREATE TABLE feedback (
    answer  TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
    vote    TEXT NOT NULL,    -- up or down
    reason  TEXT NOT NULL,
    comment TEXT NOT NULL,
    at      INTEGER NOT NULL  -- nanoseconds since 1970
);

-- +goose Down
DROP TABLE feedback;
DROP TABLE turns;
DROP TABLE conversations;
