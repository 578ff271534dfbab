-- +goose Up
ALTER TABLE documents ADD COLUMN places TEXT NOT NULL DEFAULT '[]'; -- JSON: where parts of the text stand in a file of pages, slides or sheets

-- +goose Down
ALTER TABLE documents DROP COLUMN places;
