-- +goose Up
CREATE TABLE slack_questions ( -- that were taken and have no answer and no reason yet
    id    TEXT PRIMARY KEY,
    place BLOB NOT NULL        -- where its asker is told, as package slack writes it; no word of the question
) WITHOUT ROWID;

-- +goose Down
DROP TABLE slack_questions;
