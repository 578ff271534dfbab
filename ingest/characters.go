package ingest

import "unicode"

// A characterTable has a number for each character of Unicode's first plane,
// where nearly all writing is. It takes the place of a search in Unicode's own
// tables for each character of a text.
type characterTable [1 << 16]uint8

// set gives a number to the characters of a table of Unicode that are in the
// first plane.
func (t *characterTable) set(of *unicode.RangeTable, number uint8) {
	for _, r := range of.R16 {
		for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
			t[c] = number
		}
	}
}

// setRange gives a number to the characters from first to last.
func (t *characterTable) setRange(first, last rune, number uint8) {
	for c := first; c <= last; c++ {
		t[c] = number
	}
}
