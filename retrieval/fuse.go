package retrieval

import (
	"cmp"
	"slices"
)

// A Fused is a passage's place in a fused ranking.
type Fused struct {
	Hit             // Score is the fused score
	Cosine  float64 // in [-1, 1]; the engine's DenseFloor where the passage was not near enough to be listed
	Lexical float64 // BM25 over its ceiling, in [0, 1]; 0 where no term is shared
}

// Fuse returns the union of the passages in the rankings of one search, best
// first, ties by passage id. The score is
//
//	cosine + Weight × max(0, lexical - Floor)
//
// The lexical score is divided by a ceiling that does not depend on what was
// found (see [Ceiling]), so a ranking by words without evidence for it adds
// next to nothing and the order by meaning stands. In a scope with passages in
// several scripts the cosine is raised by Even × what the passage's script is
// behind (see [Constants]). Ranks and scores over the
// query's own best hit lack this: they cost a third of the recall for a
// question in another language than the passages. Without vectors
// the score is the lexical one.
//
// With several searches, the last turn of a conversation alone and all its
// turns together, the score is the mean: a passage has to suit both. Cosine and
// Lexical are then the larger of each. c is in cosines, not Relative.
func Fuse(c Constants, searches ...Rankings) []Fused {
	sums := make(map[string]*Fused)
	for _, r := range searches {
		for _, list := range [][]Hit{r.Dense, r.Lexical} {
			for _, h := range list {
				sums[h.Passage] = &Fused{Hit: Hit{Passage: h.Passage, Document: h.Document, Language: h.Language}, Cosine: -1}
			}
		}
	}
	for _, r := range searches {
		cosines, lexicals := byPassage(r.Dense), byPassage(r.Lexical)
		for id, f := range sums {
			cosine, near := cosines[id]
			if !near {
				cosine = r.DenseFloor
			}
			f.Score += c.score(f.Language, cosine, lexicals[id], len(r.Dense) > 0) / float64(len(searches))
			f.Cosine, f.Lexical = max(f.Cosine, cosine), max(f.Lexical, lexicals[id])
		}
	}
	return ordered(sums)
}

// score returns the score of one passage in one search.
func (c Constants) score(language string, cosine, lexical float64, dense bool) float64 {
	if !dense {
		return lexical
	}
	return cosine + c.Even*c.levels.behind(language) + c.Weight*max(0, lexical-c.Floor)
}

// rrfK is how much the first ranks are evened out, as in the paper.
const rrfK = 60

// FuseRRF returns the union of both rankings by reciprocal rank fusion
// (Cormack, Clarke and Büttcher 2009): the sum of 1/(60 + rank). It is the
// baseline that Fuse is measured against.
func FuseRRF(r Rankings) []Fused {
	sums := make(map[string]*Fused)
	cosines, lexicals := byPassage(r.Dense), byPassage(r.Lexical)
	for _, list := range [][]Hit{r.Dense, r.Lexical} {
		for i, h := range list {
			f, known := sums[h.Passage]
			if !known {
				cosine, near := cosines[h.Passage]
				if !near {
					cosine = r.DenseFloor
				}
				f = &Fused{Hit{Passage: h.Passage, Document: h.Document, Language: h.Language}, cosine, lexicals[h.Passage]}
				sums[h.Passage] = f
			}
			f.Score += 1 / float64(rrfK+i+1)
		}
	}
	return ordered(sums)
}

func byPassage(hits []Hit) map[string]float64 {
	scores := make(map[string]float64, len(hits))
	for _, h := range hits {
		scores[h.Passage] = h.Score
	}
	return scores
}

// ordered returns the passages best first, ties by id.
func ordered(sums map[string]*Fused) []Fused {
	fused := make([]Fused, 0, len(sums))
	for _, f := range sums {
		fused = append(fused, *f)
	}
	slices.SortFunc(fused, func(a, b Fused) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Passage, b.Passage))
	})
	return fused
}
