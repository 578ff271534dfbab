package vocabulary

import (
	"unicode"
	"unicode/utf8"
)

// space stands for a space in the pieces of SentencePiece.
const (
	space     = '▁'
	spaceText = "▁"
)

// What is known of a character.
const (
	isPiece   = 1 << iota // there is a piece of it alone
	hasNext               // some piece goes on behind it
	hasBefore             // some piece goes up to it
	isPlain               // it stays as it is, whatever follows but for an accent on an ASCII character
	isBlank               // it becomes a space, as isPlain
	isLetter              // a letter, a digit or a part of one
)

// Joints say between which characters a token may go on. Where no piece has the
// two side by side, a token always ends: a sentence ends there, or a word.
type joints struct {
	common [1 << 16]uint8 // by character
	rare   map[rune]uint8
	// pairs are those that stand side by side in a piece and are not both letters.
	pairs map[[2]rune]bool
}

func newJoints(pieces []entry) *joints {
	j := &joints{rare: map[rune]uint8{}, pairs: map[[2]rune]bool{}}
	for r := range rune(len(j.common)) {
		j.common[r] = ofKind(r)
	}
	for _, p := range pieces {
		before := rune(-1)
		for i, r := range p.piece {
			if i == 0 && utf8.RuneLen(r) == len(p.piece) {
				j.mark(r, isPiece)
			}
			if before >= 0 {
				j.mark(before, hasNext)
				j.mark(r, hasBefore)
				if j.of(before)&j.of(r)&isLetter == 0 {
					j.pairs[[2]rune{before, r}] = true
				}
			}
			before = r
		}
	}
	return j
}

// ofKind returns isLetter for what words are made of.
func ofKind(r rune) uint8 {
	if unicode.In(r, unicode.L, unicode.M, unicode.N) {
		return isLetter
	}
	return 0
}

// of returns what is known of a character.
func (j *joints) of(r rune) uint8 {
	if r < rune(len(j.common)) {
		return j.common[r]
	}
	if known, ok := j.rare[r]; ok {
		return known
	}
	return ofKind(r)
}

func (j *joints) mark(r rune, what uint8) {
	if r < rune(len(j.common)) {
		j.common[r] |= what
		return
	}
	j.rare[r] = j.of(r) | what
}

// holds reports whether a token may go on from one character to the next. Two
// that are no pieces may be one unknown token.
func (j *joints) holds(a, b rune) bool {
	of, next := j.of(a), j.of(b)
	if of&isPiece == 0 && next&isPiece == 0 {
		return true
	}
	if of&hasNext == 0 || next&hasBefore == 0 {
		return false
	}
	return of&next&isLetter != 0 || j.pairs[[2]rune{a, b}]
}
