package retrieval

import (
	"strings"

	"bureau/access"
)

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
	// Header is the head of the table that Text goes on with, as Markdown lines
	// without the last line break, or "". It stands elsewhere in the document
	// and goes in front of Text where Text is embedded, indexed or quoted.
	Header string
	// Start and End are the passage's place in the extracted text, in bytes,
	// End exclusive.
	Start, End int
	// Language of the passage's own text: "en", "zh-Hans", "zh-Hant" or "".
	Language string
}

// Indexed returns the text that is embedded and indexed for p: the title with
// the headings above it, the table's header, and the text itself, each on lines
// of its own.
func (p Passage) Indexed(title string) string {
	var b strings.Builder
	b.WriteString(title)
	for _, h := range p.Headings {
		if b.Len() > 0 {
			b.WriteString(" › ")
		}
		b.WriteString(h)
	}
	for _, part := range []string{p.Header, p.Text} {
		if b.Len() > 0 && part != "" {
			b.WriteByte('\n')
		}
		b.WriteString(part)
	}
	return b.String()
}
