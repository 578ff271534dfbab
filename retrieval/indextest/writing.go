package indextest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/retrieval"
)

func replaceTakesAllThatWasThere(t *testing.T, e Engine) {
	scope := scopeOf(t, "recruiter")
	write(t, e,
		document("other", readBy("recruiting"), piece{towards(.1, 0), "else"}),
		document("d", readBy("recruiting"), piece{towards(.9, 1), "old"}, piece{towards(.9, 2), "old"}, piece{towards(.9, 3), "old"}))
	write(t, e, document("d", readBy("recruiting"), piece{towards(.5, 1), "fresh"}))
	rankings := search(t, e, scope, ask("old fresh", 10))
	if len(rankings.Dense) != 2 || len(rankings.Lexical) != 1 {
		t.Errorf("%d passages by meaning and %d by words, want 2 and 1", len(rankings.Dense), len(rankings.Lexical))
	}
	loaded, err := e.Load(t.Context(), scope, []string{passageID("d", 0), passageID("d", 1), passageID("d", 2)})
	if err != nil || len(loaded) != 1 || loaded[0].Passage.Text != "fresh" {
		t.Errorf("loaded %v, %v; want the fresh passage alone", loaded, err)
	}
	write(t, e, document("d", readBy("recruiting"))) // a document may have nothing to find
	if rankings := search(t, e, scope, ask("fresh", 10)); len(rankings.Dense) != 1 || len(rankings.Lexical) != 0 {
		t.Errorf("an emptied document is still found: %v", rankings)
	}
}

// halves are two versions of one document that a search can tell apart: they
// differ in the number of passages, in their cosines and in their words.
var halves = []retrieval.Replacement{
	document("d", readBy("recruiting"), piece{towards(.9, 1), "odd"}, piece{towards(.9, 2), "odd"}, piece{towards(.9, 3), "odd"}),
	document("d", readBy("recruiting"), piece{towards(.5, 1), "even"}, piece{towards(.5, 2), "even"},
		piece{towards(.5, 3), "even"}, piece{towards(.5, 4), "even"}, piece{towards(.5, 5), "even"}),
}

// wholeOf returns which of halves the rankings are, or an error when they are
// neither.
func wholeOf(r retrieval.Rankings) (int, error) {
	which := -1
	for i, half := range halves {
		if len(r.Dense) == len(half.Passages) && len(r.Lexical) == len(half.Passages) {
			which = i
		}
	}
	if which < 0 {
		return 0, fmt.Errorf("%d passages by meaning, %d by words", len(r.Dense), len(r.Lexical))
	}
	want := []float64{.9, .5}[which]
	for _, h := range r.Dense {
		if h.Score < want-1e-5 || h.Score > want+1e-5 {
			return 0, fmt.Errorf("a passage at %f among %d", h.Score, len(r.Dense))
		}
	}
	return which, nil
}

func replaceIsNeverSeenHalfDone(t *testing.T, e Engine) {
	scope := scopeOf(t, "recruiter")
	write(t, e, halves[0])
	written := make(chan struct{})
	var searchers sync.WaitGroup
	for range 3 {
		searchers.Go(func() {
			for writing := true; writing; {
				select {
				case <-written:
					writing = false // and look once more
				default:
				}
				r, err := e.Search(t.Context(), scope, ask("odd even", 10))
				if err == nil {
					_, err = wholeOf(r)
				}
				if err != nil {
					t.Errorf("seen during a replacement: %v", err)
					return
				}
			}
		})
	}
	defer func() { // also when a replacement fails
		close(written)
		searchers.Wait()
	}()
	for i := range 60 {
		write(t, e, halves[(i+1)%2])
	}
}

func replaceAllIsOneStep(t *testing.T, e Engine) {
	bad := document("bad", readBy("recruiting"), piece{towards(.5, 0)[:1], "word"})
	err := e.ReplaceAll(t.Context(), []retrieval.Replacement{document("good", readBy("recruiting"), plain), bad})
	if err == nil {
		t.Fatal("a batch with a wrong vector was written")
	}
	wantFound(t, e, scopeOf(t, "recruiter"), "")
	if err := e.ReplaceAll(t.Context(), nil); err != nil {
		t.Errorf("an empty batch: %v", err)
	}
	batch := []retrieval.Replacement{document("one", readBy("recruiting"), plain), document("two", readBy("recruiting"), plain)}
	if err := e.ReplaceAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	wantFound(t, e, scopeOf(t, "recruiter"), "one two")
}

// lastOfABatchStands holds the engine to one version of a document even when a
// batch brings two, and to no trace of the other: a number or a row of it that
// stayed behind would later point at somebody else's passage.
func lastOfABatchStands(t *testing.T, e Engine) {
	twice := []retrieval.Replacement{
		document("d", readBy("finance"), plain, plain),
		document("d", readBy("recruiting"), piece{towards(.2, 1), "word last"}),
	}
	own := document("own", readBy("finance"), plain)
	write(t, e, own)
	if err := e.ReplaceAll(t.Context(), twice); err != nil {
		t.Fatal(err)
	}
	wantFound(t, e, scopeOf(t, "recruiter"), "d")
	wantFound(t, e, scopeOf(t, "controller"), "own")
	for i := range 4 {
		write(t, e, document(retrieval.DocumentID(fmt.Sprint("later-", i)), readBy("legal"), plain))
	}
	wantFound(t, e, scopeOf(t, "controller"), "own")
	wantRankings(t, reference{own}, scopeOf(t, "controller"), ask("word", 5), search(t, e, scopeOf(t, "controller"), ask("word", 5)))
}

func deleteIsSeenAtOnce(t *testing.T, e Engine) {
	scope := scopeOf(t, "recruiter")
	write(t, e,
		document("kept", readBy("recruiting"), plain),
		document("gone", readBy("recruiting"), plain, plain),
		document("gone-too", readBy("recruiting"), plain))
	wantFound(t, e, scope, "gone gone-too kept")
	if err := e.Delete(t.Context(), "gone", "unknown", "gone-too"); err != nil {
		t.Fatal(err)
	}
	wantFound(t, e, scope, "kept")
	loaded, err := e.Load(t.Context(), scope, []string{passageID("gone", 0)})
	if err != nil || len(loaded) != 0 {
		t.Errorf("loaded %v, %v after the deletion", loaded, err)
	}
	if err := e.Delete(t.Context()); err != nil {
		t.Errorf("nothing to delete: %v", err)
	}
	write(t, e, document("gone", readBy("recruiting"), plain)) // and it may come back
	wantFound(t, e, scope, "gone kept")
}

func setReadersIsSeenAtOnce(t *testing.T, e Engine) {
	write(t, e,
		document("a", readBy("recruiting"), plain, plain),
		document("b", readBy("recruiting"), plain))
	recruiter, controller := scopeOf(t, "recruiter"), scopeOf(t, "controller")
	set := func(readers map[retrieval.DocumentID]access.Readers) {
		t.Helper()
		if err := e.SetReaders(t.Context(), readers); err != nil {
			t.Fatal(err)
		}
	}
	set(map[retrieval.DocumentID]access.Readers{"a": readBy("finance"), "unknown": readBy("finance")})
	wantFound(t, e, recruiter, "b")
	wantFound(t, e, controller, "a")
	loaded, err := e.Load(t.Context(), recruiter, []string{passageID("a", 0)})
	if err != nil || len(loaded) != 0 {
		t.Errorf("loaded %v, %v after the right was taken", loaded, err)
	}
	set(map[retrieval.DocumentID]access.Readers{"a": {}, "b": readBy(access.Everyone)})
	wantFound(t, e, recruiter, "b")
	wantFound(t, e, controller, "b")
	set(map[retrieval.DocumentID]access.Readers{"a": readBy("recruiting"), "b": {Departments: []access.Department{access.Everyone}, Deny: []access.Department{"hr"}}})
	wantFound(t, e, recruiter, "a")
	wantFound(t, e, controller, "b")
}

func documentsAreListedAsWritten(t *testing.T, e Engine) {
	full := access.Readers{
		Departments: []access.Department{"finance", "hr"}, Deny: []access.Department{"legal"},
		Clearance: restricted, From: now, Until: now.AddDate(1, 0, 0),
	}
	docs := []retrieval.Replacement{
		document("full", full, plain), document("empty", readBy("hr")),
		document("nobody", access.Readers{}, plain), document("gone", readBy("hr"), plain),
	}
	write(t, e, docs...)
	moved := readBy("finance")
	err := errors.Join(e.Delete(t.Context(), "gone"), e.SetReaders(t.Context(), map[retrieval.DocumentID]access.Readers{"empty": moved}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[retrieval.DocumentID]retrieval.Document{}
	for _, d := range docs[:3] {
		want[d.Document.ID] = d.Document
	}
	empty := want["empty"]
	empty.Readers = moved
	want["empty"] = empty
	got, err := e.Documents(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("documents (-want +got), %v:\n%s", err, diff)
	}
}

func wrongVectorsAreRefused(t *testing.T, e Engine) {
	short := document("short", readBy("recruiting"), piece{towards(.5, 0)[:3], "word"})
	err := e.Replace(t.Context(), short.Document, short.Passages)
	if err == nil || !strings.Contains(err.Error(), "short") || !strings.Contains(err.Error(), "64") {
		t.Errorf("a short vector gave %v, want an error that names the document and the length", err)
	}
	nan := document("nan", readBy("recruiting"), piece{make([]float32, Generation.Dimensions), "word"})
	nan.Passages[0].Vector[0] /= nan.Passages[0].Vector[1]
	none := document("none", readBy("recruiting"), piece{nil, "word"})
	for _, d := range []retrieval.Replacement{nan, none} {
		if err := e.Replace(t.Context(), d.Document, d.Passages); err == nil {
			t.Errorf("the vector of %s was written", d.Document.ID)
		}
	}
	wantFound(t, e, scopeOf(t, "recruiter"), "")
	for _, v := range [][]float32{towards(1, 0)[:3], nan.Passages[0].Vector} {
		if _, err := e.Search(t.Context(), scopeOf(t, "recruiter"), retrieval.Query{Vector: v, K: 5}); err == nil {
			t.Errorf("a query with %v… was answered", v[:3])
		}
	}
}

func foreignPassageIDIsNotTakenOver(t *testing.T, e Engine) {
	write(t, e, document("secret", readBy("finance"), plain))
	thief := document("thief", readBy("recruiting"), plain)
	thief.Passages[0].Passage.ID = passageID("secret", 0)
	if err := e.Replace(t.Context(), thief.Document, thief.Passages); err == nil {
		t.Error("a document was written over another one's passage")
	}
	wantFound(t, e, scopeOf(t, "controller"), "secret")
	wantFound(t, e, scopeOf(t, "recruiter"), "")
}
