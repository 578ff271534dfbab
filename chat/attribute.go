package chat

import (
	"context"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/retrieval"
)

// The constants of attribution. The shares are of a sentence's terms by
// weight, see evidence.contains.
const (
	// supportedShare: of 150 answer sentences of clapnq it keeps .99 of those
	// whose source is among five and passes .03 where it is not; of 150
	// shortened sentences of cmrc2018, 1.0 and .01. The right one is picked in
	// .97 and .99, ties counted as wrong. Those sentences are near their
	// sources. In doc2dial, where neighbouring sections often hold the same
	// text, 1.0 and .57, and .67 (.99 with ties counted as right).
	supportedShare = 0.70
	// weakShare: below it a sentence has more of its own than of any source
	// (clapnq: weak are .01 of those with a source, .07 without). Not fitted.
	weakShare = 0.45
	// termFloor is added to each weight, so that words which all the sources
	// share do not weigh next to nothing. 0, .5 and 1 measure alike there.
	termFloor = 0.5
	// numberPenalty is what a number that the source lacks costs in share, for
	// up to two of them. Not fitted: it orders sources that share the words.
	numberPenalty = 0.2
	// crossPenalty is the same in cosine (pick .90 and AUROC .842 with it, .90
	// and .812 without; 60 English sentences against Chinese sources).
	crossPenalty = 0.06
	// nearTie and crossTie are how close, in share and in cosine, another
	// source must come for the model's own mark to decide.
	nearTie, crossTie = 0.05, 0.01
	// pieceBytes and mostPieces bound what is embedded of sources in another
	// language: short sentences go together.
	pieceBytes, mostPieces = 100, 40
)

// An attributor says which source carries a sentence.
type attributor struct {
	embedder embeddings.Embedder // nil: across languages only numbers count
	sources  []evidence
	idf      map[string]float64
	unknown  float64 // weight of a term in no source
	// embedded says for which language of sentences, Chinese or not, the
	// sources in the other one were embedded, or tried to.
	embedded map[bool]bool
}

// A verdict is what was found out about a sentence.
type verdict struct {
	source     int // N, 0 for none
	support    Support
	unverified []string
}

// newAttributor prepares the sources of an answer.
func newAttributor(embedder embeddings.Embedder, sources []Source) *attributor {
	a := &attributor{embedder: embedder, embedded: make(map[bool]bool)}
	for _, s := range sources {
		a.sources = append(a.sources, newEvidence(s))
	}
	a.idf, a.unknown = weigh(a.sources)
	return a
}

// A candidate is a source with its score for a sentence.
type candidate struct {
	*evidence
	score float64
	pair  [2]int // of the source's sentences, that scored
}

// attribute judges a sentence. hints are the numbers that the model wrote
// behind it; they decide near-ties only.
func (a *attributor) attribute(ctx context.Context, sentence, language string, hints []int) verdict {
	numbers := certainOnes(sentence)
	unverified := a.unverified(numbers)
	if claimsNothing(sentence) && len(unverified) == 0 { // a number of its own is a claim anywhere
		return verdict{support: Neutral}
	}
	chinese := isChinese(LanguageOf(sentence, language))
	same := a.within(sentence, numbers, chinese)
	v := verdict{support: None, unverified: unverified}
	if best := pick(same, hints, nearTie); best.evidence != nil && best.score >= weakShare {
		v.source, v.support = best.source.N, Weak
		if best.score >= supportedShare && len(best.near(best.pair).missing(numbers)) == 0 {
			v.support = Supported
		}
		return v
	}
	if best := pick(a.across(ctx, sentence, numbers, chinese), hints, crossTie); best.evidence != nil {
		v.source, v.support = best.source.N, Weak
	}
	return v
}

// unverified returns the numbers that stand in no source.
func (a *attributor) unverified(numbers []number) []string {
	all := make(numberSet)
	for _, e := range a.sources {
		for reading := range e.numbers {
			all[reading] = true
		}
	}
	return all.missing(numbers)
}

// weights returns the terms of a sentence with their weights. Numbers that
// are compared as such do not count as words too: the source may write them
// in another way, and a table has each of them somewhere.
func (a *attributor) weights(sentence string, numbered bool) []weighted {
	var weights []weighted
	for _, t := range retrieval.Analyze(sentence) {
		if numbered && isDigit(rune(t.Text[0])) {
			continue
		}
		w, ok := a.idf[t.Text]
		if !ok {
			w = a.unknown
		}
		weights = append(weights, weighted{t.Text, w + termFloor})
	}
	return weights
}

// within scores the sources in the sentence's own language by the words they
// share with it.
func (a *attributor) within(sentence string, numbers []number, chinese bool) []candidate {
	weights := a.weights(sentence, len(numbers) > 0)
	var out []candidate
	for i := range a.sources {
		e := &a.sources[i]
		if e.chinese != chinese {
			continue
		}
		share, pair := e.contains(weights)
		missing := len(e.numbers.missing(numbers))
		out = append(out, candidate{e, share - numberPenalty*float64(min(2, missing)), pair})
	}
	return out
}

// across scores the sources in the other language by meaning and numbers.
// Where there is no meaning to be had, a source must have all the numbers of
// the sentence, and at least one.
func (a *attributor) across(ctx context.Context, sentence string, numbers []number, chinese bool) []candidate {
	var out []candidate
	for i := range a.sources {
		e := &a.sources[i]
		missing := len(e.numbers.missing(numbers))
		if e.chinese == chinese || len(numbers) > 0 && missing == len(numbers) {
			continue
		}
		out = append(out, candidate{e, -crossPenalty * float64(min(2, missing)), [2]int{}})
	}
	if len(out) == 0 {
		return nil
	}
	if query := a.vector(ctx, sentence, chinese); query != nil {
		for i := range out {
			out[i].score += nearest(query, out[i].vectors)
		}
		return out
	}
	return slices.DeleteFunc(out, func(c candidate) bool { return len(numbers) == 0 || c.score < 0 })
}

// pick returns the best candidate, or among those that nearly tie with it the
// first that the model named. Without a candidate it has no evidence.
func pick(candidates []candidate, hints []int, tie float64) candidate {
	var best candidate
	for _, c := range candidates {
		if best.evidence == nil || c.score > best.score {
			best = c
		}
	}
	for _, n := range hints {
		for _, c := range candidates {
			if c.source.N == n && c.score >= best.score-tie {
				return c
			}
		}
	}
	return best
}

// leadIns are sentences that only keep company.
var leadIns = map[string]bool{
	"hello": true, "hi": true, "sure": true, "of course": true, "certainly": true, "thank you": true, "thanks": true,
	"i hope this helps": true, "hope this helps": true, "let me know if you have any other questions": true,
	"您好": true, "你好": true, "好的": true, "当然": true, "當然": true, "谢谢": true, "謝謝": true,
	"希望对您有帮助": true, "希望這對您有幫助": true, "希望这对您有帮助": true, "希望對您有幫助": true,
}

// claimsNothing reports whether a sentence states nothing that a source could
// carry: a heading, a question, a lead-in, a rule between table rows, or the
// plain word that the documents do not say.
func claimsNothing(sentence string) bool {
	sentence = strings.TrimSpace(sentence)
	bare := strings.Trim(sentence, " \t\n*_>-|#.!?:。！？：…~`+=\"”’」』）)")
	if bare == "" || strings.HasPrefix(sentence, "#") || leadIns[strings.ToLower(bare)] || saysNothing(sentence) {
		return true
	}
	open := strings.TrimRight(sentence, " *_\"”’」』）)")
	for _, end := range []string{"?", "？", ":", "："} {
		if strings.HasSuffix(open, end) {
			return true
		}
	}
	return len(terms(sentence)) == 0 && len(certainOnes(sentence)) == 0
}

// saysNothing reports whether text is no more than what the model was told to
// write where the passages do not answer.
func saysNothing(text string) bool {
	bare := strings.Trim(text, " \t\r\n.。*\"")
	for _, w := range words {
		if bare == strings.Trim(w.notInSources, ".。") {
			return true
		}
	}
	return false
}
