package ingest

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
)

// Each table says of a character what Unicode's own tables say.
func TestTablesOfCharactersFollowUnicode(t *testing.T) {
	for r := range rune(1 << 16) {
		writing := writingOfRare(r)
		if firstHan <= r && r <= lastHan {
			writing = chineseWriting
		}
		got := writingOf()[r]
		if got == simplifiedWriting || got == traditionalWriting {
			got = chineseWriting
		}
		if got != writing {
			t.Errorf("%U is of writing %d, want %d", r, got, writing)
		}
		if kind := kindOf()[r]; kind != kindByUnicode(r) {
			t.Errorf("%U is of kind %d, want %d", r, kind, kindByUnicode(r))
		}
	}
}

// kindByUnicode looks a character up in Unicode's tables.
func kindByUnicode(r rune) uint8 {
	switch {
	case firstHan <= r && r <= lastHan:
		return hanKind
	case r < 0x250 && unicode.IsDigit(r):
		return digitKind
	case r < 0x250 && unicode.IsLetter(r):
		return letterKind
	case unicode.IsSpace(r):
		return spaceKind
	case unicode.Is(unicode.Han, r):
		return hanKind
	case r < 0x80 || isChinesePunctuation(r):
		return markKind
	case unicode.IsLetter(r):
		return hanKind
	}
	return foreignKind
}

// oddCharacters are of every kind and writing, and some are not what they seem:
// the Kelvin sign and the dotted capital I have small letters in English.
var oddCharacters = []rune("  \n\tabcdefghijklmnopqrstuvwxyzABZ0189.,-|_'éßÆŁøΩжゐ한々〇中国國们們，。「」—…①Ⅷ🎉𠀋𝒳\u212A\u0130\u00A0\u3000\u0301\uFFFD")

// oddText returns some odd characters in odd order.
func oddText(random *rand.Rand) string {
	var b strings.Builder
	for range random.IntN(60) {
		b.WriteRune(oddCharacters[random.IntN(len(oddCharacters))])
	}
	return b.String()
}

func TestWordsAreCountedAsTheyAreParted(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	const common = " the of and to is for that with are be by or from you your we it this not on as at our can will have if a an in "
	english := strings.Fields("the THE a an of yours your Will with This thé \u212Aan \u0130s")
	for range 20_000 {
		text := oddText(random) + " " + english[random.IntN(len(english))] + " " + oddText(random)
		words, known, accented := 0, 0, 0
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			words++
			if strings.Contains(common, " "+word+" ") {
				known++
			}
			if strings.ContainsFunc(word, func(r rune) bool { return r >= 0x80 && unicode.Is(unicode.Latin, r) }) {
				accented++
			}
		}
		if w, k, a := countWords(text); w != words || k != known || a != accented {
			t.Fatalf("%q has %d words, %d known, %d accented, want %d, %d, %d", text, w, k, a, words, known, accented)
		}
	}
}

func TestEstimateOfAPartIsThatOfItsText(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 4))
	for range 3_000 {
		text := oddText(random) + strings.Repeat("-", random.IntN(9)) + strings.Repeat("x", random.IntN(20)) + oddText(random)
		ends := []int{len(text)}
		for at := range text {
			ends = append(ends, at)
		}
		e := estimator{text: text}
		starts := []int{ends[random.IntN(len(ends))], ends[random.IntN(len(ends))], ends[random.IntN(len(ends))], ends[random.IntN(len(ends))], ends[random.IntN(len(ends))], 0}
		for range 40 {
			start, end := starts[random.IntN(len(starts))], ends[random.IntN(len(ends))]
			if start > end {
				continue
			}
			if got, want := e.Tokens(start, end), EstimateTokens(text[start:end]); got != want {
				t.Fatalf("%d tokens from %d to %d of %q, want %d", got, start, end, text, want)
			}
		}
	}
}
