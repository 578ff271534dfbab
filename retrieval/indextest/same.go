package indextest

import (
	"context"
	"errors"
	"math"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

// Same holds two engines to each other: after the same random changes every
// person gets the same passages with the same scores from both, in both
// rankings. It takes two empty engines of [Generation].
func Same(t *testing.T, a, b Engine) {
	g := newGenerator(11)
	e := twins{a, b}
	docs := reference(g.documents(400, "first", g.readers))
	if err := e.ReplaceAll(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		for range 40 {
			scope, q := g.scope(t), g.query([]int{1, 10, 100}[g.IntN(3)])
			q.Exact = true
			WantSame(t, scope, q, a, b)
		}
		docs = g.change(t, e, docs, round)
	}
}

// WantSame fails the test unless two engines answer a query alike. Passages of
// equal scores, as far as float32 tells them apart, may change places, also
// over the end of the list.
func WantSame(t *testing.T, scope access.Scope, q retrieval.Query, a, b retrieval.Index) {
	t.Helper()
	ofA, errA := a.Search(t.Context(), scope, q)
	ofB, errB := b.Search(t.Context(), scope, q)
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	wantSameRanking(t, "by meaning", ofA.Dense, ofB.Dense)
	wantSameRanking(t, "by words", ofA.Lexical, ofB.Lexical)
	if math.Abs(ofA.DenseFloor-ofB.DenseFloor) > tolerance {
		t.Errorf("the floors are %f and %f", ofA.DenseFloor, ofB.DenseFloor)
	}
	if ofA.Passages != ofB.Passages {
		t.Errorf("the scope reads %d passages and %d", ofA.Passages, ofB.Passages)
	}
}

func wantSameRanking(t *testing.T, name string, a, b []retrieval.Hit) {
	t.Helper()
	if len(a) != len(b) {
		t.Errorf("%s: %d hits and %d", name, len(a), len(b))
		return
	}
	inB := map[string]retrieval.Hit{}
	for i, h := range b {
		inB[h.Passage] = h
		if math.Abs(a[i].Score-h.Score) > tolerance {
			t.Errorf("%s: place %d has %f and %f", name, i, a[i].Score, h.Score)
		}
	}
	for _, h := range a {
		other, ok := inB[h.Passage]
		switch {
		case !ok && h.Score > b[len(b)-1].Score+tolerance:
			t.Errorf("%s: %s of %s, at %f, is missing from one", name, h.Passage, h.Document, h.Score)
		case ok && (other.Document != h.Document || other.Language != h.Language || math.Abs(other.Score-h.Score) > tolerance):
			t.Errorf("%s: %+v and %+v", name, h, other)
		}
	}
}

// twins writes to two engines alike.
type twins struct {
	Engine
	other Engine
}

func (e twins) Replace(ctx context.Context, d retrieval.Document, passages []retrieval.Embedded) error {
	return errors.Join(e.Engine.Replace(ctx, d, passages), e.other.Replace(ctx, d, passages))
}

func (e twins) ReplaceAll(ctx context.Context, batch []retrieval.Replacement) error {
	return errors.Join(e.Engine.ReplaceAll(ctx, batch), e.other.ReplaceAll(ctx, batch))
}

func (e twins) SetReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	return errors.Join(e.Engine.SetReaders(ctx, readers), e.other.SetReaders(ctx, readers))
}

func (e twins) Delete(ctx context.Context, ids ...retrieval.DocumentID) error {
	return errors.Join(e.Engine.Delete(ctx, ids...), e.other.Delete(ctx, ids...))
}
