package retrieval

import (
	"html"
	"strconv"
	"strings"
	"unicode"
)

// Anchors names the headings of one document, so that a passage can point to
// its heading and the document's page gives that heading the same id. Both
// sides call Of for each top-level heading in order, with the text of the
// heading's leaves as the source writes it. The zero Anchors is ready to use.
type Anchors struct {
	seen map[string]bool
}

// Of returns the anchor of the next heading: its letters, digits, hyphens and
// underscores in lower case, spaces as hyphens, in the way of GitHub. Chinese
// characters stay as they are. A repeated anchor gets -1, -2 and so on; a
// heading without a letter or digit is "section".
func (a *Anchors) Of(heading string) string {
	if a.seen == nil {
		a.seen = make(map[string]bool)
	}
	base := slug(html.UnescapeString(heading))
	anchor := base
	for n := 1; a.seen[anchor]; n++ {
		anchor = base + "-" + strconv.Itoa(n)
	}
	a.seen[anchor] = true
	return anchor
}

// slug returns the anchor that a heading wishes for.
func slug(heading string) string {
	named := false
	s := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			named = true
			return unicode.ToLower(r)
		case unicode.IsMark(r) || r == '-' || r == '_':
			return r
		case unicode.IsSpace(r):
			return '-'
		}
		return -1
	}, strings.TrimSpace(heading))
	if !named {
		return "section"
	}
	return s
}
