package retrieval

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A piece is a stretch of folded text that belongs together: either a run of
// Chinese, Japanese or Korean characters, or a chain of letters and digits
// that single marks may join (ISO-9001, 3.5, follow-up).
type piece struct {
	text       string
	ideographs bool
}

// pieces yields the pieces of a folded text in order.
func pieces(folded string) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for rest := folded; rest != ""; {
			r, size := utf8.DecodeRuneInString(rest)
			var p piece
			switch {
			case isIdeograph(r):
				size = runLength(rest)
				p = piece{rest[:size], true}
			case isAlphanumeric(r):
				size = chainLength(rest)
				p = piece{bare(rest[:size]), false}
			}
			if p.text != "" && !yield(p) {
				return
			}
			rest = rest[size:]
		}
	}
}

// runLength returns the size in bytes of the run of ideographs that text
// begins with.
func runLength(text string) int {
	if i := strings.IndexFunc(text, func(r rune) bool { return !isIdeograph(r) }); i >= 0 {
		return i
	}
	return len(text)
}

// chainLength returns the size in bytes of the chain that text begins with.
func chainLength(text string) int {
	size := 0
	for size < len(text) {
		r, n := utf8.DecodeRuneInString(text[size:])
		switch {
		case isAlphanumeric(r), unicode.IsMark(r):
		case r == ',' && groupsThousands(text[:size], text[size+n:]):
		case (joins(r) || isApostrophe(r)) && startsAlphanumeric(text[size+n:]):
		default:
			return size
		}
		size += n
	}
	return size
}

// groupsThousands reports whether a comma between before and after is one in
// a number, as in 1,200: a digit before it and exactly three after it.
func groupsThousands(before, after string) bool {
	digits := 0
	for digits < len(after) && isDigit(after[digits]) {
		digits++
	}
	return digits == 3 && before != "" && isDigit(before[len(before)-1])
}

// bare returns a chain without what is no part of how a word is looked up:
// combining marks, apostrophes and the commas of a number.
func bare(chain string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) || isApostrophe(r) || r == ',' {
			return -1
		}
		return r
	}, chain)
}

func startsAlphanumeric(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return isAlphanumeric(r)
}

// isIdeograph reports whether r is a letter of a script that is written
// without spaces, or Korean, whose words are matched in pieces too.
func isIdeograph(r rune) bool {
	switch {
	case r < 0x1100: // below the first of them, Hangul
		return false
	case 0x4E00 <= r && r <= 0x9FFF: // nearly all Chinese
		return true
	}
	return r == 'ー' || unicode.IsLetter(r) && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func isAlphanumeric(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !isIdeograph(r)
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

// joins reports whether r may stand inside a code, a date or a number.
func joins(r rune) bool {
	switch r {
	case '-', '.', '_', '/', ':', '‐', '–':
		return true
	}
	return false
}
