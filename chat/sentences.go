package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A splitter cuts a text into sentences while it is streamed. The sentences
// joined together are the text: white space and closing quotes belong to the
// sentence before them. How the text is cut into chunks makes no difference.
//
// A line is never part of two sentences, so that the items of a list and the
// rows of a table stand alone; a full stop ends a sentence only where a
// reader would agree (not in 3.5, e.g., 1. or a URL).
type splitter struct {
	pending string // the text since the last finished sentence
	scanned int    // how much of pending is known to hold no end of one
}

// split returns the sentences of a whole text.
func split(text string) []string {
	var s splitter
	return append(s.write(text), s.close()...)
}

// write takes a chunk and returns the sentences that it finishes.
func (s *splitter) write(chunk string) []string {
	s.pending += chunk
	return s.finished(false)
}

// close returns the rest of the text as its last sentence, if there is any.
func (s *splitter) close() []string {
	sentences := s.finished(true)
	if s.pending != "" {
		sentences = append(sentences, s.pending)
	}
	*s = splitter{}
	return sentences
}

// finished takes the sentences whose end is certain out of the pending text.
func (s *splitter) finished(end bool) []string {
	var out []string
	for s.scanned < len(s.pending) {
		if !utf8.FullRuneInString(s.pending[s.scanned:]) && !end {
			break
		}
		r, size := utf8.DecodeRuneInString(s.pending[s.scanned:])
		length, certain := s.endAt(r, size)
		if !certain && !end {
			break
		}
		if length == 0 || !certain {
			s.scanned += size
			continue
		}
		out = append(out, s.pending[:length])
		s.pending, s.scanned = s.pending[length:], 0
	}
	return out
}

// endAt returns how long the pending text is up to the end of the sentence
// that r, at scanned, ends, and 0 if it ends none. It is not certain while
// the text behind r, which the answer depends on, has yet to come.
func (s *splitter) endAt(r rune, size int) (length int, certain bool) {
	if !isEnder(r) {
		return 0, true
	}
	before, after := s.pending[:s.scanned], s.pending[s.scanned+size:]
	tail := strings.TrimLeftFunc(after, func(r rune) bool { return isEnder(r) && r != '\n' || isCloser(r) })
	gap := strings.TrimLeftFunc(tail, unicode.IsSpace)
	if gap == "" || !utf8.FullRuneInString(gap) {
		return 0, false
	}
	length = len(s.pending) - len(gap)
	space := len(gap) < len(tail)
	next, _ := utf8.DecodeRuneInString(gap)
	switch {
	case r == '\n' || strings.Contains(tail[:len(tail)-len(gap)], "\n"):
		return length, true
	case r == '.' && (isListMarker(before) || isAbbreviation(before)):
		return 0, true
	case r < utf8.RuneSelf && !space && !unicode.Is(unicode.Han, next):
		return 0, true
	case r == '.' && !space:
		return 0, true
	}
	return length, true
}

// isEnder reports whether r may end a sentence.
func isEnder(r rune) bool { return strings.ContainsRune("\n.!?。！？；…", r) }

// isCloser reports whether r may stand between the end of a sentence and the
// white space behind it.
func isCloser(r rune) bool { return strings.ContainsRune("\"'*_)]”’」』）》】", r) }

// isListMarker reports whether the text before a full stop is the number of
// an item at the beginning of its line.
func isListMarker(before string) bool {
	line := strings.TrimLeft(before[strings.LastIndexByte(before, '\n')+1:], " \t*_>-")
	return line != "" && len(line) <= 3 && strings.Trim(line, "0123456789") == ""
}

// abbreviations are words whose full stop ends no sentence.
var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "etc": true, "vs": true, "cf": true, "approx": true, "incl": true, "no": true, "nos": true, "fig": true,
	"sec": true, "art": true, "p": true, "pp": true, "mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true,
}

// isAbbreviation reports whether the text before a full stop ends in an
// abbreviation or in a single capital letter.
func isAbbreviation(before string) bool {
	word := before[strings.LastIndexAny(before, " \t\n([\"'")+1:]
	if len(word) == 1 && word[0] >= 'A' && word[0] <= 'Z' {
		return true
	}
	return abbreviations[strings.ToLower(word)]
}
