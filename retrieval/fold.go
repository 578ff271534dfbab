package retrieval

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// simplifiedTable has a Traditional or variant character and its Simplified
// one on each line. It is made by OpenCC (BYVoid et al., Apache-2.0) through
// the test beside this file and held against it there.
//
//go:embed simplified.txt
var simplifiedTable string

// simplified maps each character of the table. Characters are folded one by
// one: a word-by-word conversion would be finer, but both sides of a match
// are folded alike, and this costs nanoseconds and 200 kB.
var simplified = sync.OnceValue(func() map[rune]rune {
	table := make(map[rune]rune, len(simplifiedTable)/8)
	for line := range strings.Lines(simplifiedTable) {
		pair := []rune(strings.TrimSpace(line))
		if len(pair) == 2 {
			table[pair[0]] = pair[1]
		}
	}
	return table
})

// Fold returns text with the differences taken out that no search should
// depend on: Unicode compatibility forms and width (NFKC), case, and the
// Traditional Chinese script, which becomes Simplified. Folding what is folded
// changes nothing.
func Fold(text string) string {
	table := simplified()
	folded := strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			if 'A' <= r && r <= 'Z' {
				return r + ('a' - 'A')
			}
			return r
		case r == '〇': // a number by its category, a letter to everybody who writes 二〇二六
			return '零'
		}
		if s, ok := table[r]; ok {
			return s
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
	return norm.NFKC.String(folded) // a lower-case letter may join marks that its capital did not
}
