package chat

import (
	"context"
	"math"
)

// vector returns the embedding of a sentence, after the sources in the other
// language were embedded, once for the whole answer. It is nil where there is
// no embedder or the embedder does not answer: attribution then goes by the
// numbers alone, and an answer is not lost over it. The processor is shared
// with the model that is writing, so nothing is embedded before it is needed.
func (a *attributor) vector(ctx context.Context, sentence string, chinese bool) []float32 {
	if a.embedder == nil {
		return nil
	}
	if !a.embedded[chinese] {
		a.embedded[chinese] = true
		if err := a.embedSources(ctx, chinese); err != nil {
			a.embedder = nil
			return nil
		}
	}
	query, err := a.embedder.EmbedQuery(ctx, sentence)
	if err != nil {
		return nil
	}
	return query
}

// embedSources embeds the pieces of all sources whose language is not that of
// a sentence.
func (a *attributor) embedSources(ctx context.Context, chinese bool) error {
	var texts []string
	var owners []int
	for i, e := range a.sources {
		if e.chinese == chinese {
			continue
		}
		for _, piece := range e.pieces() {
			if len(texts) < mostPieces {
				texts, owners = append(texts, piece), append(owners, i)
			}
		}
	}
	vectors, err := a.embedder.EmbedDocuments(ctx, texts)
	if err != nil {
		return err
	}
	for k, v := range vectors[:min(len(vectors), len(owners))] {
		e := &a.sources[owners[k]]
		e.vectors = append(e.vectors, v)
	}
	return nil
}

// pieces returns the sentences of a source, short ones together.
func (e evidence) pieces() []string {
	var pieces []string
	for _, s := range e.sentences {
		last := len(pieces) - 1
		if last >= 0 && len(pieces[last]) < pieceBytes {
			pieces[last] += s.text
			continue
		}
		pieces = append(pieces, s.text)
	}
	return pieces
}

// nearest returns the largest cosine between query and the vectors, and -1
// where there are none.
func nearest(query []float32, vectors [][]float32) float64 {
	best := -1.0
	for _, v := range vectors {
		best = max(best, cosine(query, v))
	}
	return best
}

// cosine returns the cosine of the angle between a and b, and 0 where one of
// them has no direction or their dimensions differ.
func cosine(a, b []float32) float64 {
	if len(a) != len(b) {
		return 0
	}
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return dot / math.Sqrt(aa*bb)
}
