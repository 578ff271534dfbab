package chat

import (
	"math"
	"slices"
	"strings"

	"bureau/retrieval"
)

// An evidence is a source made ready to be held against sentences.
type evidence struct {
	source    Source
	chinese   bool
	headings  map[string]bool // terms of the title and the headings
	sentences []sourceSentence
	numbers   numberSet // of everything that is shown of the source
	vectors   [][]float32
}

// A sourceSentence is one sentence of a source.
type sourceSentence struct {
	text    string
	terms   map[string]bool
	numbers numberSet
}

// newEvidence prepares a source.
func newEvidence(s Source) evidence {
	language := s.Language
	if language == "" {
		language = LanguageOf(s.Quote, English)
	}
	above := titleOf(s)
	e := evidence{source: s, chinese: isChinese(language), headings: terms(above), numbers: readAll(above, s.Updated, s.Quote)}
	for _, text := range split(s.Quote) {
		if strings.TrimSpace(text) != "" {
			e.sentences = append(e.sentences, sourceSentence{text, terms(text), readAll(text)})
		}
	}
	return e
}

// titleOf returns the title of a source with the headings above its passage.
func titleOf(s Source) string {
	return strings.Join(append([]string{s.Title}, s.Headings...), " › ")
}

// terms returns the terms of text as a set.
func terms(text string) map[string]bool {
	set := make(map[string]bool)
	for _, t := range retrieval.Analyze(text) {
		set[t.Text] = true
	}
	return set
}

// weigh returns the inverse document frequency of each term in the sources,
// a sentence being a document (Robertson and Spärck Jones, 1976, as smoothed
// in BM25), and that of a term in none of them.
func weigh(sources []evidence) (idf map[string]float64, unknown float64) {
	n, df := 0.0, make(map[string]float64)
	for _, e := range sources {
		for _, s := range e.sentences {
			n++
			for t := range s.terms {
				df[t]++
			}
		}
	}
	idf = make(map[string]float64, len(df))
	for t, d := range df {
		idf[t] = math.Log(1 + (n-d+0.5)/(d+0.5))
	}
	return idf, math.Log(1 + (n+0.5)/1.5)
}

// A weighted is a term of a sentence with its weight.
type weighted struct {
	term   string
	weight float64
}

// contains returns the part of the sentence's terms, by weight, that stands in
// two sentences of the source or in the headings above them, in [0, 1], and
// which two: the one that holds most, and the one that adds most to it, or
// the same again. An answer often draws one sentence from two. A sentence
// without terms, which is one of numbers alone, is contained anywhere.
func (e evidence) contains(sentence []weighted) (share float64, pair [2]int) {
	if len(e.sentences) == 0 {
		return 0, pair
	}
	if len(sentence) == 0 {
		return 1, pair
	}
	open := without(sentence, e.headings) // what is still to be found
	pair[0] = e.holdsMost(open, 0)
	open = without(open, e.sentences[pair[0]].terms)
	pair[1] = e.holdsMost(open, pair[0])
	open = without(open, e.sentences[pair[1]].terms)
	return 1 - sum(open)/sum(sentence), pair
}

// holdsMost returns which sentence of the source holds most of the terms, by
// weight; otherwise if none holds any.
func (e evidence) holdsMost(terms []weighted, otherwise int) int {
	best, most := otherwise, 0.0
	for i, s := range e.sentences {
		held := 0.0
		for _, w := range terms {
			if s.terms[w.term] {
				held += w.weight
			}
		}
		if held > most {
			best, most = i, held
		}
	}
	return best
}

// without returns the terms that are not in found.
func without(terms []weighted, found map[string]bool) []weighted {
	return slices.DeleteFunc(slices.Clone(terms), func(w weighted) bool { return found[w.term] })
}

// sum returns the weight of all terms together.
func sum(terms []weighted) float64 {
	total := 0.0
	for _, w := range terms {
		total += w.weight
	}
	return total
}

// near returns the numbers that stand in a pair of sentences, in those around
// them, or in the headings.
func (e evidence) near(pair [2]int) numberSet {
	near := readAll(titleOf(e.source), e.source.Updated)
	for _, i := range pair {
		for _, s := range e.sentences[max(0, i-1):min(len(e.sentences), i+2)] {
			for reading := range s.numbers {
				near[reading] = true
			}
		}
	}
	return near
}
