package retrieval

import (
	"cmp"
	"slices"
)

// Analysis is the version of what Analyze does. It is part of
// [Generation.Cutting], since an index built with another analysis matches
// other terms.
const Analysis = "a2"

// A Term is one word, number, code or Chinese bigram of an analysed text with
// how often it occurs there.
type Term struct {
	Text  string // letters and digits only
	Count int    // at least 1
}

// Analyze returns the terms of text, each once, sorted by their text.
//
// The text is folded (see [Fold]), so that width, case and the Chinese script
// make no difference. English words lose their endings (Porter's second
// stemmer, 2001) and stop words are left out. A number is one term, a code
// such as ISO-9001 one term and its parts besides. Chinese, Japanese and
// Korean give overlapping pairs of characters, which need no dictionary; a
// character that stands alone gives itself.
func Analyze(text string) []Term {
	return analyze(Fold(text), false)
}

// AnalyzeAlone returns the terms of a passage or of a question for an index
// without vectors, where the words have to do all the work: those of Analyze,
// and every single Chinese character besides. Beside vectors the characters
// are left out: there they raise the score of whatever is written in Chinese.
func AnalyzeAlone(text string) []Term { return analyze(Fold(text), true) }

// AnalyzeQuery returns the terms of a question. It differs from Analyze in
// that the Chinese words that only make it a question (请问, 什么, 有没有, …) are
// cut out first, so that no pair of characters spans them. A question of
// nothing else is analysed as it is.
func AnalyzeQuery(text string) []Term {
	folded := Fold(text)
	if terms := analyze(questionFrame.Replace(folded), false); len(terms) > 0 {
		return terms
	}
	return analyze(folded, false)
}

// Length returns the number of terms with their repetitions: what BM25 calls
// the length of a text.
func Length(terms []Term) int {
	n := 0
	for _, t := range terms {
		n += t.Count
	}
	return n
}

// analyze returns the terms of a folded text, with single characters or without.
func analyze(folded string, characters bool) []Term {
	count := counter{make(map[string]int), make(map[string]int)}
	for p := range pieces(folded) {
		if p.ideographs {
			count.pairs(p.text)
			if characters {
				count.characters(p.text)
			}
		} else {
			count.chain(p.text)
		}
	}
	for w, n := range count.words {
		if !stopWords[w] {
			count.terms[stem(w)] += n
		}
	}
	terms := make([]Term, 0, len(count.terms))
	for text, n := range count.terms {
		terms = append(terms, Term{text, n})
	}
	slices.SortFunc(terms, func(a, b Term) int { return cmp.Compare(a.Text, b.Text) })
	return terms
}
