package ingest

import (
	"math"
	"unicode"
)

// The kinds of characters that make words in the Latin script.
const (
	letter uint8 = iota + 1
	digit
)

// latin has the kind of each character up to the end of Latin Extended-B, 0 for
// one that makes no word.
var latin = func() (kinds [0x250]uint8) {
	for r := range rune(len(kinds)) {
		switch {
		case unicode.IsDigit(r):
			kinds[r] = digit
		case unicode.IsLetter(r):
			kinds[r] = letter
		}
	}
	return kinds
}()

// EstimateTokens returns about how many tokens a multilingual SentencePiece
// vocabulary of 250,000 pieces (XLM-R, and with it the e5 and bge-m3 embedders)
// makes of text. It errs on the high side, since a passage over the embedder's
// limit loses its end: 512 estimated tokens are about 600 Chinese or 1,600
// English characters of prose. It is for where the embedder's own vocabulary is
// not known. What it returns belongs to the [CuttingVersion].
func EstimateTokens(text string) int {
	const (
		perHan     = 0.85 // of prose; words of two and more characters share a token
		perWord    = 0.7  // the first piece of a word with its space
		perLetter  = 0.2  // of a word of up to 12 letters
		perOdd     = 0.55 // of what is no word: digits, codes, the rest of long words
		perMark    = 1.0  // punctuation
		perForeign = 1.6  // emoji, rare scripts: up to one token a byte
	)
	tokens, letters, odd, previous := 0.0, 0, false, rune(0)
	for _, r := range text {
		switch {
		case 0x4E00 <= r && r <= 0x9FFF: // the common Chinese characters
			tokens += perHan
		case r < 0x250 && latin[r] != 0:
			odd = odd || latin[r] == digit || letters >= 12
			switch {
			case letters == 0:
				tokens += perWord
			case odd || r >= 0x80:
				tokens += perOdd
			default:
				tokens += perLetter
			}
			letters++
			previous = r
			continue
		case unicode.IsSpace(r):
		case unicode.Is(unicode.Han, r):
			tokens += perHan
		case r < 0x80 || isChinesePunctuation(r):
			if r == previous { // a rule, leaders, a fence
				tokens += perMark / 4
				break
			}
			tokens += perMark
		case unicode.IsLetter(r):
			tokens += perHan
		default:
			tokens += perForeign
		}
		letters, odd, previous = 0, false, r
	}
	return int(math.Ceil(tokens))
}
