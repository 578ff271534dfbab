package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"bureau/chat"
)

// The marks around the words of a quote that the question has too.
const (
	wordBegin = firstMark
	wordEnd   = firstMark + 1
)

// quoteHTML renders a passage, its words marked, as sanitised HTML.
func quoteHTML(quote string, words []chat.Span) string {
	quote = unmarked(quote)
	var marks []insertion
	for _, w := range words {
		if w.Start < 0 || w.End > len(quote) || w.Start >= w.End || bendsStructure(quote, w.Start) {
			continue
		}
		marks = append(marks, insertion{w.Start, wordBegin}, insertion{w.End, wordEnd})
	}
	return markWords(strings.Join(blocks(insert(quote, marks)), ""))
}

// bendsStructure reports whether a mark at the byte could change what a line
// is: where a line begins with a digit or a sign it may be a list.
func bendsStructure(text string, at int) bool {
	line := strings.TrimLeft(text[strings.LastIndexByte(text[:at], '\n')+1:at], " \t")
	r, _ := utf8.DecodeRuneInString(text[at:])
	return line == "" && !unicode.IsLetter(r)
}

// markWords replaces the marks in html by <mark> elements. An element that
// would cross a tag is closed before it and opened again behind.
func markWords(html string) string {
	const begin, end = "<mark>", "</mark>"
	var b strings.Builder
	open := false   // between the marks
	inside := false // between the elements
	tag := false
	for _, r := range html {
		switch {
		case r == wordBegin:
			open = true
			continue
		case r == wordEnd:
			open = false
			if inside {
				b.WriteString(end)
				inside = false
			}
			continue
		case r == '<':
			tag = true
			if inside {
				b.WriteString(end)
				inside = false
			}
		case open && !tag && !inside && r != '\n':
			b.WriteString(begin)
			inside = true
		}
		b.WriteRune(r)
		if r == '>' {
			tag = false
		}
	}
	if inside {
		b.WriteString(end)
	}
	return b.String()
}
