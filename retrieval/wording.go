package retrieval

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What counts as one text. Copies that went through another format mostly have the
// very same words; under .9 the pairs begin that are two rules (docs/adr/0007).
const (
	sameText      = 0.9 // resemblance from which on
	shingle       = 4   // words in a row that are compared as one
	selfContained = 20  // words of a text that says by itself what it speaks of
)

// A wording is what of a passage is held against other passages, made once.
type wording struct {
	language string
	words    []string
	firm     string // what must not differ, in order: see firmIn
}

// wordingOf returns the wording of a passage. A short text has the headings above
// it in front: under others it speaks of something else.
func wordingOf(p Passage) wording {
	words := wordsOf(p.Header + "\n" + p.Text)
	if len(words) < selfContained {
		words = append(wordsOf(strings.Join(p.Headings, "\n")), words...)
	}
	return wording{p.Language, words, firmIn(words)}
}

// repeats reports whether two wordings are nearly the same text, in one language
// and script. One may have a few words more, as a heading or the foot of a page,
// and none may have another word in the place of one, nor another figure, date or
// negation: one word exchanged is another rule.
func (w wording) repeats(other wording) bool {
	longer, shorter := w.words, other.words
	if len(longer) < len(shorter) {
		longer, shorter = shorter, longer
	}
	return w.language == other.language && w.firm == other.firm && runsThrough(shorter, longer) &&
		resemblance(shinglesOf(w.words), shinglesOf(other.words)) >= sameText
}

// runsThrough reports whether all words of shorter are in longer, in their order.
func runsThrough(shorter, longer []string) bool {
	for _, w := range longer {
		if len(shorter) > 0 && shorter[0] == w {
			shorter = shorter[1:]
		}
	}
	return len(shorter) == 0
}

// resemblance returns how many of all the shingles of two texts are in both, from
// 0 to 1 (Broder, 1997, here counted and not estimated). A text without words
// resembles none.
func resemblance(a, b []uint64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	shared, i := 0, 0
	for _, s := range b {
		for i < len(a) && a[i] < s {
			i++
		}
		if i < len(a) && a[i] == s {
			shared++
		}
	}
	return float64(shared) / float64(len(a)+len(b)-shared)
}

// shinglesOf returns the runs of shingle words, hashed, sorted and each once. A
// shorter text is one run.
func shinglesOf(words []string) []uint64 {
	if len(words) == 0 {
		return nil
	}
	shingles := make([]uint64, max(1, len(words)-shingle+1))
	for i := range shingles {
		shingles[i] = hashOf(words[i:min(i+shingle, len(words))])
	}
	slices.Sort(shingles)
	return slices.Compact(shingles)
}

// hashOf returns the hash of words.
func hashOf(words []string) uint64 {
	h := fnv.New64a()
	for _, w := range words {
		_, _ = h.Write([]byte(w)) // never fails
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// wordsOf returns the words of a text as they are compared: folded, without
// punctuation and markup, each Chinese character by itself, and the signs that
// say what a number counts.
func wordsOf(text string) []string {
	rest := Fold(text)
	words := make([]string, 0, len(rest)/3)
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case isIdeograph(r):
			words = append(words, rest[:size])
		case isAlphanumeric(r):
			size = chainLength(rest)
			words = append(words, bare(rest[:size]))
		case unicode.Is(unicode.Sc, r), strings.ContainsRune("%‰°", r), strings.ContainsRune("<>≤≥±+-−", r) && startsNumber(rest[size:]):
			words = append(words, rest[:size])
		}
		rest = rest[size:]
	}
	return words
}

// startsNumber reports whether a text begins with a digit, be it after a space.
func startsNumber(text string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(text, " "))
	return unicode.IsDigit(r)
}

// firmIn returns the words that may not differ between two copies, in their
// order: the firm words, and each number with the word before and the one behind
// it, which say what it counts.
func firmIn(words []string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case isNumber(w):
			for _, near := range words[max(0, i-1):min(len(words), i+2)] {
				b.WriteString(near)
				b.WriteByte(' ')
			}
		case firmWords[w]:
			b.WriteString(w)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// isNumber reports whether a word has a digit, or is a number in words.
func isNumber(word string) bool {
	return numberWords[word] || strings.ContainsFunc(word, unicode.IsNumber)
}

// numberWords are the numbers in words.
var numberWords = set(`one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
	sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million
	billion dozen half quarter third once twice double triple first second
	零 一 二 三 四 五 六 七 八 九 十 百 千 万 亿 两 半 倍 首`)

// firmWords are words that turn a rule into another one, so that none may be added
// either.
var firmWords = set(`no not never none nor neither nobody nothing without except unless only
	must may might shall should can cannot could cant dont doesnt isnt arent wont mustnt shouldnt neednt
	before after until within above below over under more less fewer least most all any every each some both either
	不 无 非 未 没 勿 别 禁 免 否 必 须 应 可 能 准 仅 只 除 每 各 前 后 内 外 上 下 起 止 超 满 高 低 多 少`)
