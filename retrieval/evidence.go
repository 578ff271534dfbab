package retrieval

import (
	"context"

	"bureau/access"
)

// Evidence says whether the passages found are worth an answer at all.
//
// It tells a question that the documents are not about from one that they
// are. It cannot tell whether the passages hold the very fact that is asked
// for: where they speak of the right matter and lack the one number, no
// feature of the search knows (measured AUROC .66 to .72 on such questions,
// where .5 is chance). That shows only when the answer is held
// against its sources.
type Evidence struct {
	// Enough is true where Score reaches Threshold, and where that cannot be
	// told: the gate fails towards answering with sources. It is false
	// where nothing was found.
	Enough bool
	// Score is how far the best passage stands over what an off-topic question
	// finds, in cosines, plus the support of the words; or, in a search by words
	// alone, the best lexical score.
	Score float64
	// Threshold is what Score is held against: another one for passages in
	// another script than the question's.
	Threshold float64
}

// evidenceDepth is how many of the best passages are judged, so that the gate
// does not depend on how many were asked for.
const evidenceDepth = 10

// weigh judges the passages that were found for a question.
//
//	Score = best cosine - level + Support × best lexical score
//
// level is the mean cosine of the best passage for off-topic questions of the
// same language in the same scope. Chinese and other passages are judged apart,
// each over a level of their own, since an embedder places a question nearer to
// any passage in its own language; the better of the two counts (not measured on
// a mixed collection: each of the sets behind the thresholds has one language). Margins to the
// next passage and z-scores are no substitute: in a small collection about
// one subject the best passage never stands out.
func (s *Searcher) weigh(ctx context.Context, scope access.Scope, c Constants, question string, hits []Match, dense bool) Evidence {
	if len(hits) == 0 {
		return Evidence{Threshold: c.Words}
	}
	hits = hits[:min(evidenceDepth, len(hits))]
	if !dense {
		e := Evidence{Score: bestLexical(hits), Threshold: c.Words}
		e.Enough = e.Score >= e.Threshold
		return e
	}
	asked := scriptOf(question)
	levels, err := s.calibration.levels(ctx, s, scope, asked)
	if err != nil {
		return Evidence{Enough: true}
	}
	var best Evidence
	judged := false
	for _, written := range []script{latin, han} {
		cosine, lexical, some := bestIn(hits, written)
		level, known := levels[written]
		if !some || !known {
			continue
		}
		e := Evidence{Score: cosine - level, Threshold: c.OtherScript}
		if written == asked {
			e.Score += c.Support * lexical
			e.Threshold = c.SameScript
		}
		if e.Enough = e.Score >= e.Threshold; !judged || e.Score-e.Threshold > best.Score-best.Threshold {
			best, judged = e, true
		}
	}
	best.Enough = best.Enough || !judged
	return best
}

func bestLexical(hits []Match) float64 {
	best := 0.0
	for _, h := range hits {
		best = max(best, h.Lexical)
	}
	return best
}

// bestIn returns the best cosine and the best lexical score among the passages
// in one script, and whether there are some.
func bestIn(hits []Match, written script) (cosine, lexical float64, some bool) {
	cosine = -1
	for _, h := range hits {
		if scriptOf(h.Passage.Text) == written {
			cosine, lexical, some = max(cosine, h.Cosine), max(lexical, h.Lexical), true
		}
	}
	return cosine, lexical, some
}
