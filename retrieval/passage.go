package retrieval

import "bureau/access"

// A DocumentID is the opaque id of a document, made from its place: source
// and path. It is safe in a URL and says nothing about the document.
type DocumentID string

// A Document is what the index keeps about one file or page.
type Document struct {
	ID       DocumentID
	Source   string // id of the source in the configuration
	Path     string // slash-separated, inside the source's folder
	Title    string
	Language string // "en", "zh-Hans", "zh-Hant" or "" for any other
	Updated  string // date as the document states it, YYYY-MM-DD, or ""
	Version  string // hash of the content
	Readers  access.Readers
}

// A Passage is the piece of a document that is embedded and found.
type Passage struct {
	ID       string // UUIDv5 of the document's place, the ordinal and the generation
	Document DocumentID
	Ordinal  int      // place among the document's passages, from 0
	Headings []string // path of headings above the passage, outermost first, without the title
	Anchor   string   // anchor of the nearest heading in the document's page, or ""
	Text     string   // as shown: a part of the document's extracted text
	// Start and End are the passage's place in the extracted text, in bytes,
	// End exclusive.
	Start, End int
	// Language of the passage's own text: "en", "zh-Hans", "zh-Hant" or "".
	Language string
}

// Indexed returns the text that is embedded and indexed for p: the title, the
// headings above it, and the text itself, each on a line of its own.
func (p Passage) Indexed(title string) string {
	text := title
	for _, h := range p.Headings {
		if text != "" {
			text += " › "
		}
		text += h
	}
	if text == "" {
		return p.Text
	}
	return text + "\n" + p.Text
}
