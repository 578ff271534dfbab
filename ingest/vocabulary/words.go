package vocabulary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words is a way of splitting a text into words before bytes are merged. In the
// models it is a regular expression, the first of whose alternatives that fits
// counts: a contraction, letters, digits, marks, line breaks, white space.
type words struct {
	digits int // how many make a word; 0 for any number, with a space before them
	// isLoose is whether one character of any kind but a line break may stand
	// before letters, where else it may be a space, and whether line breaks
	// belong to the marks or the white space before them.
	isLoose bool
}

// splits are the known ways, by the names that GGUF files give them.
var splits = map[string]words{
	"gpt-2":     {},
	"qwen2":     {digits: 1, isLoose: true},
	"llama-bpe": {digits: 3, isLoose: true},
}

// contractions are the ends of English words that stand for themselves.
var contractions = []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// first returns the length of the first word of text, which is not empty.
func (w words) first(text string) int {
	if n := w.contraction(text); n > 0 {
		return n
	}
	r, size := utf8.DecodeRuneInString(text)
	lead := 0 // the character before letters
	if isLead := r == ' ' || w.isLoose && r != '\r' && r != '\n' && !unicode.IsLetter(r) && !unicode.IsNumber(r); isLead {
		lead = size
	}
	if n := run(text[lead:], unicode.IsLetter); n > 0 {
		return lead + n
	}
	if n := w.number(text, r); n > 0 {
		return n
	}
	lead = 0
	if r == ' ' {
		lead = 1
	}
	if n := run(text[lead:], isMark); n > 0 {
		if w.isLoose {
			n += run(text[lead+n:], isBreak)
		}
		return lead + n
	}
	return w.white(text)
}

func (w words) contraction(text string) int {
	if text[0] != '\'' {
		return 0
	}
	for _, c := range contractions {
		if len(text) >= len(c) && (text[:len(c)] == c || w.isLoose && strings.EqualFold(text[:len(c)], c)) {
			return len(c)
		}
	}
	return 0
}

// number returns the length of the number that text begins with, the first
// character of which is r.
func (w words) number(text string, r rune) int {
	if w.digits == 0 {
		lead := 0
		if r == ' ' {
			lead = 1
		}
		if n := run(text[lead:], unicode.IsNumber); n > 0 {
			return lead + n
		}
		return 0
	}
	n := 0
	for range w.digits {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !unicode.IsNumber(r) {
			break
		}
		n += size
	}
	return n
}

// white returns the length of the white space that text begins with: up to its
// last line break, or else without the last space, which goes with the next
// word.
func (w words) white(text string) int {
	n := run(text, unicode.IsSpace)
	if last := strings.LastIndexAny(text[:n], "\r\n"); w.isLoose && last >= 0 {
		return last + 1
	}
	_, size := utf8.DecodeLastRuneInString(text[:n])
	if n < len(text) && n > size {
		return n - size
	}
	return max(n, 1)
}

// isMark reports whether a character is neither white space nor part of a word.
func isMark(r rune) bool { return !unicode.IsSpace(r) && !unicode.IsLetter(r) && !unicode.IsNumber(r) }

func isBreak(r rune) bool { return r == '\r' || r == '\n' }

// run returns the length of the characters of a kind that text begins with.
func run(text string, is func(rune) bool) int {
	for i, r := range text {
		if !is(r) {
			return i
		}
	}
	return len(text)
}
