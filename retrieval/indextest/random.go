package indextest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// A generator makes random documents and queries, the same ones for the same
// seed.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, seed))} }

// vector returns a unit vector near one of a few themes, as texts of one
// subject lie near each other, all within a cone, as the vectors of most
// embedders do.
func (g generator) vector() []float32 {
	theme := newGenerator(uint64(g.IntN(12)))
	v := make([]float32, Generation.Dimensions)
	square := 0.0
	for i := range v {
		x := 0.7 + theme.NormFloat64() + 0.6*g.NormFloat64()
		v[i] = float32(x)
		square += x * x
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(square))
	}
	return v
}

// words returns up to n words, the first ones of the vocabulary most often.
func (g generator) words(n int) string {
	frequent := rand.NewZipf(g.Rand, 1.1, 2, 400)
	var words []string
	for range 1 + g.IntN(n) {
		words = append(words, fmt.Sprintf("w%d", frequent.Uint64()))
	}
	return strings.Join(words, " ")
}

// documents returns n documents of one to four passages with what readers
// gives for each.
func (g generator) documents(n int, prefix string, readers func() access.Readers) []retrieval.Replacement {
	var docs []retrieval.Replacement
	for i := range n {
		var pieces []piece
		for range 1 + g.IntN(4) {
			pieces = append(pieces, piece{g.vector(), g.words(60)})
		}
		docs = append(docs, document(retrieval.DocumentID(fmt.Sprintf("%s-%d", prefix, i)), readers(), pieces...))
	}
	return docs
}

// query returns a random query with a vector and words.
func (g generator) query(k int) retrieval.Query {
	return retrieval.Query{Vector: g.vector(), Terms: terms(g.words(8)), K: k}
}

// readers returns random readers of every kind: some departments or none,
// denied ones, a clearance, dates around now.
func (g generator) readers() access.Readers {
	var r access.Readers
	for _, d := range departments {
		if g.IntN(4) == 0 {
			r.Departments = append(r.Departments, d)
		}
		if g.IntN(12) == 0 {
			r.Deny = append(r.Deny, d)
		}
	}
	r.Clearance = []access.Clearance{"", "", internal, internal, confidential, restricted}[g.IntN(6)]
	if g.IntN(5) == 0 {
		r.From = now.Add(time.Duration(g.IntN(5)-2) * time.Hour)
	}
	if g.IntN(5) == 0 {
		r.Until = now.Add(time.Duration(g.IntN(5)-2) * time.Hour)
	}
	return r.Canonical()
}

// scope returns a random person's rights at a moment around now, sometimes
// narrowed.
func (g generator) scope(t *testing.T) access.Scope {
	t.Helper()
	scope := scopeAt(t, people[g.IntN(len(people))], now.Add(time.Duration(g.IntN(5)-2)*time.Hour))
	if own := scope.Departments(); g.IntN(3) == 0 {
		scope = scope.Narrow(own[g.IntN(len(own))])
	}
	return scope
}

// change replaces, moves or deletes some documents of e and of docs alike.
func (g generator) change(t *testing.T, e Engine, docs reference, round int) reference {
	t.Helper()
	moved := map[retrieval.DocumentID]access.Readers{}
	var gone []retrieval.DocumentID
	var kept reference
	for i, d := range docs {
		switch g.IntN(6) {
		case 0:
			gone = append(gone, d.Document.ID)
			continue
		case 1:
			docs[i].Document.Readers = g.readers()
			moved[d.Document.ID] = docs[i].Document.Readers
		case 2:
			fresh := g.documents(1, "fresh", g.readers)[0]
			docs[i] = document(d.Document.ID, fresh.Document.Readers, piecesOf(fresh)...)
			write(t, e, docs[i])
		}
		kept = append(kept, docs[i])
	}
	if err := e.SetReaders(t.Context(), moved); err != nil {
		t.Fatal(err)
	}
	if err := e.Delete(t.Context(), gone...); err != nil {
		t.Fatal(err)
	}
	added := g.documents(20, fmt.Sprint("round-", round), g.readers)
	if err := e.ReplaceAll(t.Context(), added); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(kept, added)
}

// piecesOf returns the pieces that a document was made of.
func piecesOf(r retrieval.Replacement) []piece {
	var pieces []piece
	for _, p := range r.Passages {
		pieces = append(pieces, piece{p.Vector, p.Passage.Text})
	}
	return pieces
}

func randomDataAgainstBruteForce(t *testing.T, e Engine) {
	g := newGenerator(3)
	docs := reference(g.documents(200, "first", g.readers))
	if err := e.ReplaceAll(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		for range 12 {
			scope, q := g.scope(t), g.query([]int{1, 5, 10, 100}[g.IntN(4)])
			wantRankings(t, docs, scope, q, search(t, e, scope, q))
			wantLoaded(t, e, docs, scope)
		}
		docs = g.change(t, e, docs, round)
	}
}

// wantLoaded fails the test unless loading every passage gives those that
// scope reads.
func wantLoaded(t *testing.T, e Engine, docs reference, scope access.Scope) {
	t.Helper()
	var all, want, got []string
	for _, d := range docs {
		for _, p := range d.Passages {
			all = append(all, p.Passage.ID)
		}
	}
	for _, p := range docs.allowed(scope) {
		want = append(want, p.Passage.ID)
	}
	loaded, err := e.Load(t.Context(), scope, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range loaded {
		got = append(got, f.Passage.ID)
	}
	if !slices.Equal(want, got) {
		t.Errorf("loaded %d of the %d passages that the scope reads, or others", len(got), len(want))
	}
}
