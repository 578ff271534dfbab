-- +goose Up
ALTER TABLE documents ADD COLUMN holder TEXT NOT NULL DEFAULT '';  -- path of the file that the document is inside, '' for a file of its own
ALTER TABLE documents ADD COLUMN opened TEXT NOT NULL DEFAULT '';  -- of a file that holds documents: how it was opened, '' until all that is inside it has a row
ALTER TABLE documents ADD COLUMN rules TEXT NOT NULL DEFAULT '[]'; -- JSON of the rules about the document, outermost first

-- +goose Down
ALTER TABLE documents DROP COLUMN rules;
ALTER TABLE documents DROP COLUMN opened;
ALTER TABLE documents DROP COLUMN holder;
