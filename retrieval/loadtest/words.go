package loadtest

import (
	"math/rand/v2"
	"strings"
)

// The shape of a company's texts.
const (
	vocabularySize        = 30_000  // words of each language
	topicWords            = 60      // that a topic has to itself
	shortest, longest     = 40, 100 // texts, in words
	questionWords         = 8
	zipfExponent, zipfLag = 1.07, 4 // of the frequency of words, by rank
)

// A vocabulary has the words of the two languages by rank, the most frequent
// first.
type vocabulary [2][]string

func newVocabulary() vocabulary {
	random := rand.New(rand.NewPCG(2, 2))
	ideographs := rand.NewZipf(random, 1.2, 20, 3000-1) // 500 of them are three quarters of a text
	var v vocabulary
	for range vocabularySize {
		v[0] = append(v[0], latinWord(random))
		v[1] = append(v[1], chineseWord(ideographs))
	}
	return v
}

// latinWord returns two to four syllables.
func latinWord(random *rand.Rand) string {
	var word strings.Builder
	for range 2 + random.IntN(3) {
		word.WriteByte("bdfgklmnprstvz"[random.IntN(14)])
		word.WriteByte("aeiou"[random.IntN(5)])
	}
	word.WriteByte("klmnrt"[random.IntN(6)])
	return word.String()
}

// chineseWord returns two ideographs.
func chineseWord(ideographs *rand.Zipf) string {
	one := func() rune { return '一' + rune(ideographs.Uint64()) } //nolint:gosec // below 3,000
	return string([]rune{one(), one()})
}

// wordsOf returns how many words a text of a department has: some departments
// write shorter ones than others.
func wordsOf(rank int, random *rand.Rand) int {
	const styles, between = 4, 10
	return shortest + between*((rank+1)%styles) + random.IntN(longest-shortest-between*(styles-1)+1)
}

// text returns n words of a language, a third of them the topic's own.
func (v vocabulary) text(n, language, topic int, random *rand.Rand) string {
	frequent := rand.NewZipf(random, zipfExponent, zipfLag, vocabularySize-1)
	space := " "
	if language == 1 {
		space = ""
	}
	var text strings.Builder
	for i := range n {
		rank := int(frequent.Uint64()) //nolint:gosec // below the size of the vocabulary
		if random.IntN(3) == 0 {
			rank = (topic*topicWords + random.IntN(topicWords)) % vocabularySize
		}
		if i > 0 {
			text.WriteString(space)
		}
		text.WriteString(v[language][rank])
	}
	return text.String()
}
