package retrieval

import "errors"

// ErrNotFound says that there is no such document or passage, or that it is
// outside the scope: the two are told apart nowhere.
var ErrNotFound = errors.New("not found")

// A Text is a document as a person reads it.
type Text struct {
	Document Document
	Markdown string // the extracted text, which passages point into by byte
}
