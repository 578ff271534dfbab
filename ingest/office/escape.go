package office

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible returns text without characters that nobody sees: control characters
// but tabs and line ends, byte order marks, soft hyphens, and the tag
// characters with which instructions can be hidden in a text.
func visible(text string) string {
	if isPlain(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\v' || r == '\f' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.IsControl(r) || r == '\uFEFF' || r == '\u00AD' || 0xE0000 <= r && r <= 0xE007F:
			return -1
		}
		return r
	}, text)
}

// isPlain reports whether text is ASCII that anybody sees.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// marks are the characters that may be markup somewhere in a text.
const marks = "\\`*_~<>[]&|"

// escape returns text as Markdown that shows it. Only what would be markup gets
// a backslash, so that the text stays readable: of "snake_case", "2 * 3" and
// "a < b" nothing changes. context is the paragraph that it is a line of.
func escape(text, context string) string {
	if !strings.ContainsAny(text, marks) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 8)
	isLink := strings.Contains(context, "](") || strings.Contains(context, "]:") || strings.Contains(context, "][")
	isStruck := strings.Count(context, "~") > 1
	for i := range len(text) {
		c := text[i]
		if strings.IndexByte(marks, c) >= 0 && (c == '[' && isLink || c == '~' && isStruck || isMarkup(text, i)) {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// isMarkup reports whether the character at position i of a text is markup.
func isMarkup(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+1:])
	switch text[i] {
	case '\\':
		return i+1 == len(text) || after == '\n' || after < utf8.RuneSelf && (unicode.IsPunct(after) || unicode.IsSymbol(after))
	case '`':
		return true
	case '*':
		return !isGap(before) || !isGap(after)
	case '_':
		return (!isWord(before) || !isWord(after)) && (!isGap(before) || !isGap(after))
	case '<':
		return unicode.IsLetter(after) || after == '/' || after == '!' || after == '?'
	case '&':
		return entity.MatchString(text[i:min(len(text), i+40)])
	}
	return false
}

// entity finds what a Markdown reader would turn into another character.
var entity = regexp.MustCompile(`^&(#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)

// isGap reports whether there is no text: a space, or the end of the text.
func isGap(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) }

// isWord reports whether r is part of a word.
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// structure finds the lines that would begin something other than a paragraph:
// headings, quotations, items of lists, rules, lines under headings and tables,
// definitions of links.
var structure = regexp.MustCompile(`^(#{1,6}([ \t]|$)|>|[-+*]([ \t]|$)|[-=+*_|: \t]+$|\[)`)

// numbered finds the lines that would begin an item of a numbered list.
var numbered = regexp.MustCompile(`^\d{1,9}[.)]([ \t]|$)`)

// escapeLine returns a line of a paragraph as Markdown that shows it.
func escapeLine(line, paragraph string) string {
	if line == "" {
		return ""
	}
	if i := strings.IndexAny(line, ".)"); i > 0 && numbered.MatchString(line) {
		return line[:i] + `\` + escape(line[i:], paragraph)
	}
	escaped := escape(line, paragraph)
	if escaped[0] != '\\' && structure.MatchString(line) {
		return `\` + escaped
	}
	return escaped
}

// escapeHeading returns the text of a heading. Number signs at its end would
// be taken for decoration.
func escapeHeading(text string) string {
	escaped := escape(text, text)
	if strings.HasSuffix(escaped, "#") {
		return escaped[:len(escaped)-1] + `\#`
	}
	return escaped
}

// escapeCell returns the text of a table's cell, on one line.
func escapeCell(text string) string {
	if isPlain(text) && !strings.ContainsAny(text, marks) {
		return strings.TrimSpace(text)
	}
	text = oneLine(text)
	return strings.ReplaceAll(escape(text, text), "|", `\|`)
}
