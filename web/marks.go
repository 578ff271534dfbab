package web

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A mark is a private-use character put into Markdown before it is rendered
// and replaced by HTML of ours after it is sanitised. No text from outside can
// hold one: [unmarked] takes them away first.
const (
	firstMark = '\uE000'
	lastMark  = '\uF8FF'
)

// isMark reports whether r is a mark.
func isMark(r rune) bool { return r >= firstMark && r <= lastMark }

// unmarked returns text with every private-use character replaced by U+FFFD.
// Both are three bytes long, so that byte positions stay true.
func unmarked(text string) string {
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

// An insertion is a mark with the byte of the text that it stands before.
type insertion struct {
	at   int
	mark rune
}

// insert returns text with the marks in it. Those outside the text or inside a
// character are left out.
func insert(text string, marks []insertion) string {
	slices.SortStableFunc(marks, func(a, b insertion) int { return a.at - b.at })
	var b strings.Builder
	from := 0
	for _, m := range marks {
		if m.at < from || m.at > len(text) || (m.at < len(text) && !utf8.RuneStart(text[m.at])) {
			continue
		}
		b.WriteString(text[from:m.at])
		b.WriteRune(m.mark)
		from = m.at
	}
	b.WriteString(text[from:])
	return b.String()
}
