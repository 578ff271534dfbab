package sqlite

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bureau/access"
	"bureau/retrieval"
)

// A story is what happens to an index with random writes, through two handles
// as by two processes, and what documents it should have afterwards.
type story struct {
	handles []*Index
	scopes  []access.Scope // of people in one, two and all departments
	want    map[retrieval.DocumentID]retrieval.Replacement
}

// some draws a document that may be there already. A vector or a word of one
// passage comes back in others.
func (s story) some(t *rapid.T) retrieval.Replacement {
	d := leave(s.id(t))
	d.Document.Readers = s.readers(t)
	words := rapid.MapOfN(rapid.SampledFrom([]string{"annual", "leave", "pay", "休假"}), rapid.IntRange(1, 300), 0, 4)
	for range rapid.IntRange(0, 3).Draw(t, "passages") {
		p := retrieval.Embedded{Vector: axis(8, rapid.IntRange(0, 7).Draw(t, "axis"))}
		p.Passage = retrieval.Passage{ID: string(d.Document.ID) + "#" + string(rune('a'+len(d.Passages))), Document: d.Document.ID, Ordinal: len(d.Passages)}
		counts := words.Draw(t, "words")
		for _, word := range slices.Sorted(maps.Keys(counts)) {
			p.Terms = append(p.Terms, retrieval.Term{Text: word, Count: counts[word]})
		}
		d.Passages = append(d.Passages, p)
	}
	return d
}

func (story) id(t *rapid.T) retrieval.DocumentID {
	return rapid.SampledFrom([]retrieval.DocumentID{"a", "b", "c", "d", "e"}).Draw(t, "document")
}

func (story) readers(t *rapid.T) access.Readers {
	return access.Readers{Departments: rapid.SampledFrom([][]access.Department{{"d0"}, {"d1"}, {"d0", "d1"}, {"d7"}}).Draw(t, "readers")}
}

// step draws one write.
func (s story) step(ctx context.Context, t *rapid.T) error {
	x := s.handles[rapid.IntRange(0, len(s.handles)-1).Draw(t, "handle")]
	switch rapid.SampledFrom([]string{"replace", "replace", "move", "delete", "fail", "search"}).Draw(t, "step") {
	case "replace":
		var batch []retrieval.Replacement
		for range rapid.IntRange(1, 3).Draw(t, "documents") {
			d := s.some(t)
			batch, s.want[d.Document.ID] = append(batch, d), d
		}
		return x.ReplaceAll(ctx, batch)
	case "move":
		moved := map[retrieval.DocumentID]access.Readers{s.id(t): s.readers(t), s.id(t): s.readers(t)}
		for id, readers := range moved {
			if d, there := s.want[id]; there {
				d.Document.Readers = readers
				s.want[id] = d
			}
		}
		return x.SetReaders(ctx, moved)
	case "delete":
		id := s.id(t)
		delete(s.want, id)
		return x.Delete(ctx, id, "unknown")
	case "fail":
		wrong := leave("wrong", axis(8, 0))
		wrong.Passages[0].Passage.Document = "another" // found out after the others are written
		if err := x.ReplaceAll(ctx, []retrieval.Replacement{s.some(t), wrong}); err == nil {
			t.Error("a passage of another document was written")
		}
		return nil
	default: // the memory catches up here, or with more at a later one
		_, err := x.Search(ctx, s.scopes[0], retrieval.Query{Vector: axis(8, 0), K: 1})
		return err
	}
}

// What an index counts and keeps must not depend on how it came to be: it would
// tell of documents that are gone, or that others read.
func TestP1_IndexEqualsARebuiltOneAfterAnyWrites(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "index.db")
	s := story{
		handles: []*Index{openProcess(t, path), openProcess(t, path)},
		scopes:  []access.Scope{benchScope(t, 1), benchScope(t, 2), benchScope(t, benchDepartments)},
	}
	stories := 0
	rapid.Check(t, func(r *rapid.T) {
		gone := slices.Collect(maps.Keys(s.want)) // of the story before, whose numbers are free now
		s.want = map[retrieval.DocumentID]retrieval.Replacement{}
		if err := s.handles[0].Delete(t.Context(), gone...); err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			if err := s.step(t.Context(), r); err != nil {
				r.Fatal(err)
			}
		}
		stories++
		rebuilt, err := Open(t.Context(), filepath.Join(folder, fmt.Sprintf("rebuilt-%d.db", stories)), processGeneration)
		if err != nil {
			r.Fatal(err)
		}
		defer rebuilt.Close()
		if err := rebuilt.ReplaceAll(t.Context(), slices.Collect(maps.Values(s.want))); err != nil {
			r.Fatal(err)
		}
		for _, x := range s.handles {
			s.wantEqual(t, r, rebuilt, x)
		}
	})
}

// wantEqual fails the test unless two indexes rank alike, to the last bit, in
// every scope, and have as many rows.
func (s story) wantEqual(t *testing.T, r *rapid.T, want, got *Index) {
	for i, scope := range s.scopes {
		for _, words := range []string{"leave", "annual leave", "pay 休假 never"} {
			q := retrieval.Query{Vector: axis(8, 1), K: 5}
			for word := range strings.FieldsSeq(words) {
				q.Terms = append(q.Terms, retrieval.Term{Text: word, Count: 1})
			}
			a, err := want.Search(t.Context(), scope, q)
			b, err2 := got.Search(t.Context(), scope, q)
			if diff := cmp.Diff(a, b); diff != "" || err != nil || err2 != nil {
				r.Errorf("%q in scope %d, %v, %v (-rebuilt +written):\n%s", words, i, err, err2, diff)
			}
		}
	}
	for _, table := range []string{"documents", "passages", "vectors", "postings", "classes"} {
		if a, b := rowsOf(t, want, table), rowsOf(t, got, table); a != b {
			r.Errorf("%s has %d rows, rebuilt %d", table, b, a)
		}
	}
}
