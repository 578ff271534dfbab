package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	fullStops    = "。！？；…‼⁇⁈⁉｡" // end a sentence wherever they stand
	latinStops   = ".!?"        // end one before white space
	closingMarks = "\"'”’」』）》〉】)]*_"
)

// abbreviations are words before a full stop that a sentence goes on after.
var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "etc": true, "vs": true, "cf": true, "approx": true, "no": true, "nos": true, "fig": true,
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "inc": true, "ltd": true, "co": true,
	"dept": true, "p": true, "pp": true, "sec": true, "art": true, "vol": true, "ed": true, "al": true,
}

// sentenceStarts returns where the second and later sentences of text begin, in
// bytes, ascending. White space before a sentence belongs to the one before.
func sentenceStarts(text string) []int {
	var starts []int
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune(fullStops, r):
			i = sentenceEnd(text, i+size)
			starts = append(starts, i)
		case strings.ContainsRune(latinStops, r):
			end := sentenceEnd(text, i+size)
			if isLatinEnd(text, i, end) {
				starts = append(starts, end)
			}
			i = end
		default:
			i += size
		}
	}
	for len(starts) > 0 && starts[len(starts)-1] >= len(text) {
		starts = starts[:len(starts)-1]
	}
	return starts
}

// sentenceEnd returns the end of the stops, closing quotes and white space that
// follow a stop before at.
func sentenceEnd(text string, at int) int {
	rest := strings.TrimLeft(text[at:], fullStops+latinStops+closingMarks)
	rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	return len(text) - len(rest)
}

// isLatinEnd reports whether the stop at position stop, with what follows it up
// to end, ends a sentence: white space follows, then no small letter, and what
// stands before is no abbreviation.
func isLatinEnd(text string, stop, end int) bool {
	if last, _ := utf8.DecodeLastRuneInString(text[:end]); end < len(text) && !unicode.IsSpace(last) {
		return false
	}
	if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.IsLower(next) {
		return false
	}
	if text[stop] != '.' {
		return true
	}
	before := text[strings.LastIndexFunc(text[:stop], func(r rune) bool { return unicode.IsSpace(r) || r == '(' })+1 : stop]
	number := strings.Trim(before, "0123456789") == "" // "1. First", "on 3. May"
	initial := utf8.RuneCountInString(before) == 1 && unicode.IsUpper([]rune(before)[0])
	return !abbreviations[strings.ToLower(before)] && !initial && (!number || before != "" && len(before) > 2)
}
