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
	next map[string]int // by anchor given, the number for its next repetition
}

// Of returns the anchor of the next heading: its letters, digits, hyphens and
// underscores in lower case, spaces as hyphens, in the way of GitHub. Chinese
// characters stay as they are. A repeated anchor gets -1, -2 and so on; a
// heading without a letter or digit is "section".
func (a *Anchors) Of(heading string) string {
	if a.next == nil {
		a.next = make(map[string]int)
	}
	base := slug(html.UnescapeString(heading))
	anchor, n := base, a.next[base]
	for a.next[anchor] > 0 {
		anchor = base + "-" + strconv.Itoa(n)
		n++
	}
	a.next[base] = max(n, 1)
	a.next[anchor] = max(a.next[anchor], 1)
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
