package ingest

import (
	"math"
	"sync"
	"unicode"
)

// The kinds of characters, by the tokens that they make.
const (
	foreignKind uint8 = iota // emoji, rare scripts
	hanKind                  // Chinese characters, and letters of other scripts
	letterKind               // makes words in the Latin script
	digitKind                // does too
	markKind
	spaceKind
)

// kindOf has the kind of each character.
var kindOf = sync.OnceValue(func() *characterTable {
	const lastLatin = 0x24F // the end of Latin Extended-B
	var t characterTable
	t.set(unicode.Letter, hanKind)
	for r := range rune(len(t)) {
		if r < 0x80 || isChinesePunctuation(r) {
			t[r] = markKind
		}
	}
	t.set(unicode.Han, hanKind)
	t.set(unicode.White_Space, spaceKind)
	for r := range rune(lastLatin + 1) {
		switch {
		case unicode.IsDigit(r):
			t[r] = digitKind
		case unicode.IsLetter(r):
			t[r] = letterKind
		}
	}
	t.setRange(firstHan, lastHan, hanKind)
	return &t
})

// EstimateTokens returns about how many tokens a multilingual SentencePiece
// vocabulary of 250,000 pieces (XLM-R, and with it the e5 and bge-m3 embedders)
// makes of text. It errs on the high side, since a passage over the embedder's
// limit loses its end: 512 estimated tokens are about 600 Chinese or 1,600
// English characters of prose. It is for where the embedder's own vocabulary is
// not known. What it returns belongs to the [CuttingVersion].
func EstimateTokens(text string) int {
	var e estimate
	e.add(text)
	return e.total()
}

// An estimate is what EstimateTokens knows of a text that may go on. It has the
// same result whether a text is added at once or by and by.
type estimate struct {
	tokens   float64
	letters  int  // of the word that is being read
	isOdd    bool // it is no plain word
	previous rune
}

// total returns the tokens of what was added.
func (e *estimate) total() int { return int(math.Ceil(e.tokens)) }

// add adds the next part of a text.
func (e *estimate) add(text string) {
	const (
		perHan     = 0.85 // of prose; words of two and more characters share a token
		perWord    = 0.7  // the first piece of a word with its space
		perLetter  = 0.2  // of a word of up to 12 letters
		perOdd     = 0.55 // of what is no word: digits, codes, the rest of long words
		perMark    = 1.0  // punctuation
		perForeign = 1.6  // up to one token a byte
	)
	kinds := kindOf()
	tokens, letters, isOdd, previous := e.tokens, e.letters, e.isOdd, e.previous
	for _, r := range text {
		kind := foreignKind
		if int(r) < len(kinds) {
			kind = kinds[r]
		} else if unicode.IsLetter(r) {
			kind = hanKind
		}
		switch kind {
		case letterKind, digitKind:
			isOdd = isOdd || kind == digitKind || letters >= 12
			switch {
			case letters == 0:
				tokens += perWord
			case isOdd || r >= 0x80:
				tokens += perOdd
			default:
				tokens += perLetter
			}
			letters, previous = letters+1, r
			continue
		case hanKind:
			tokens += perHan
		case markKind:
			if r == previous { // a rule, leaders, a fence
				tokens += perMark / 4
			} else {
				tokens += perMark
			}
		case foreignKind:
			tokens += perForeign
		}
		letters, isOdd, previous = 0, false, r
	}
	e.tokens, e.letters, e.isOdd, e.previous = tokens, letters, isOdd, previous
}
