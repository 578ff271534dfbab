package ingest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/sqlite"
)

// A second is another generation of an office, with the embedder it has.
type second struct {
	retrieval.Writer
	*Reindex
	embedder *wordHash
	writes   []string // what was done to it, in order
}

func (o *office) second() *second {
	o.t.Helper()
	generation := retrieval.Generation{Embedder: "second", Cutting: Cutting}
	index, err := sqlite.Open(o.t.Context(), filepath.Join(o.data, "second.index"), generation)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		if err := index.Close(); err != nil {
			o.t.Error(err)
		}
	})
	s := &second{Writer: index, embedder: &wordHash{}}
	s.Reindex = &Reindex{Ledger: o.Ledger, Target: s, Generation: generation, Embedder: s.embedder, Share: 1}
	return s
}

func (s *second) Documents(ctx context.Context) (map[retrieval.DocumentID]retrieval.Document, error) {
	s.writes = append(s.writes, "list")
	return s.Writer.Documents(ctx)
}

func (s *second) ReplaceAll(ctx context.Context, batch []retrieval.Replacement) error {
	for _, r := range batch {
		s.writes = append(s.writes, "write "+r.Document.Path)
	}
	return s.Writer.ReplaceAll(ctx, batch)
}

func (s *second) Delete(ctx context.Context, ids ...retrieval.DocumentID) error {
	s.writes = append(s.writes, "delete")
	return s.Writer.Delete(ctx, ids...)
}

func (s *second) SetReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	s.writes = append(s.writes, "readers")
	return s.Writer.SetReaders(ctx, readers)
}

// paths returns the documents that it has, sorted.
func (s *second) paths(t *testing.T) []string {
	t.Helper()
	documents, err := s.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{}
	for _, d := range documents {
		paths = append(paths, d.Path)
	}
	slices.Sort(paths)
	return paths
}

// reindexed runs the reindex.
func (s *second) reindexed(t *testing.T) Reindexed {
	t.Helper()
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// An embedder that lets something happen while it works.
type meanwhile struct {
	*wordHash
	happens func()
}

func (m meanwhile) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	m.happens()
	return m.wordHash.EmbedDocuments(ctx, texts)
}

// What an ingest that does not know of the target takes away while a batch is
// under way is taken back from it as soon as the batch is written, and not
// only in a later pass.
func TestP1_WhatIsTakenAwayDuringABatchIsTakenBack(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"deleted.md", "changed.md", "revoked.md", "same.md"} {
		o.write(name, "A holiday in "+name)
	}
	o.run()
	s, done := o.second(), false
	s.Embedder = meanwhile{s.embedder, func() {
		if done {
			return
		}
		done = true
		o.remove("deleted.md")
		o.write("changed.md", "Another holiday.")
		o.write("revoked.md", "---\nreaders: [hr]\n---\nA holiday in revoked.md")
		o.run()
	}}
	s.reindexed(t)
	if len(s.writes) < 6 || s.writes[5] != "delete" { // right behind the list and the four of the batch
		t.Errorf("done: %q", s.writes)
	}
	if got, want := s.paths(t), []string{"changed.md", "revoked.md", "same.md"}; !slices.Equal(got, want) {
		t.Errorf("it has %q, want %q", got, want)
	}
	documents, err := s.Documents(t.Context())
	if err != nil || !documents[documentID("docs", "revoked.md")].Readers.Equal(readBy("hr")) {
		t.Errorf("%+v, %v", documents, err)
	}
}

func TestP1_ReadersThatChangeDuringABatchAreSetAgain(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	s := o.second()
	s.Embedder = meanwhile{s.embedder, func() {
		o.Sources[0].Readers = readBy("hr")
		o.run()
	}}
	s.reindexed(t)
	if want := []string{"list", "write a.md", "readers", "list"}; !slices.Equal(s.writes, want) {
		t.Errorf("done: %q, want %q", s.writes, want)
	}
}

func TestReindexGoesOnFromWhatTheTargetHas(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "A vacation.")
	o.run()
	first := o.second()
	first.reindexed(t)
	o.write("b.md", "Another vacation.")
	o.remove("a.md")
	o.write("c.md", "A leave.")
	o.run()
	got := o.second().reindexed(t)
	if got.Documents != 2 || got.Embedded != 2 {
		t.Errorf("%+v", got)
	}
	if paths := first.paths(t); !slices.Equal(paths, []string{"b.md", "c.md"}) {
		t.Errorf("it has %q", paths)
	}
	if again := o.second().reindexed(t); again.Documents != 0 || again.Embedded != 0 {
		t.Errorf("nothing has changed, and still: %+v", again)
	}
}

func TestReindexLeavesOutWhatTheEmbedderDoesNotTake(t *testing.T) {
	o := newOffice(t)
	o.write("good.md", "A holiday.")
	o.write("bad.md", "A poison.")
	o.run()
	s := o.second()
	s.embedder.refuse = "poison"
	for range 2 { // said once
		got := s.reindexed(t)
		if len(got.Failed) != 1 || got.Failed[0].Path != "bad.md" || got.Documents != 1 {
			t.Errorf("%+v", got)
		}
	}
	if paths := s.paths(t); !slices.Equal(paths, []string{"good.md"}) {
		t.Errorf("it has %q", paths)
	}
}

func TestReindexEndsWithItsEmbedder(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	s := o.second()
	s.embedder.down = true
	if _, err := s.Run(t.Context()); !unavailable(err) {
		t.Errorf("error %v", err)
	}
	s.embedder.down = false
	if got := s.reindexed(t); got.Documents != 1 {
		t.Errorf("%+v", got)
	}
}

// A failing index fails in every write.
type failing struct{ retrieval.Writer }

func (failing) Delete(context.Context, ...retrieval.DocumentID) error {
	return errors.New("connection lost")
}

func TestRunGoesOnWithoutAnotherGenerationAndSaysSo(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "A vacation.")
	o.run()
	s := o.second()
	s.reindexed(t)
	o.Others = []Other{{7, failing{s.Writer}}}
	o.remove("a.md")
	o.write("b.md", "Another vacation.")
	report := o.run()
	if report.OK() || len(report.Behind) != 1 || report.Behind[0].Generation != 7 || report.Deleted != 1 || report.Indexed != 1 {
		t.Errorf("%+v", report)
	}
	o.wantFinds("feng", "vacation", "b.md")
	o.Others = []Other{{7, s.Writer}}
	if report := o.run(); !report.OK() { // the next run begins with it
		t.Errorf("%+v", report)
	}
	if paths := s.paths(t); len(paths) != 0 {
		t.Errorf("it has %q, which the ledger has otherwise", paths)
	}
}

func TestAlignSaysWhatAGenerationLacks(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "A vacation.")
	o.write("nobody.md", "---\nreaders: [payroll, nowhere]\ndeny: [nowhere]\n---\nA secret.")
	o.run()
	s := o.second()
	s.reindexed(t)
	o.remove("a.md")
	o.write("b.md", "Another vacation.")
	o.write("c.md", "A leave.")
	o.run()
	lacks, err := o.Ledger.Align(t.Context(), s.Writer)
	if err != nil || lacks != 2 || len(s.paths(t)) != 0 {
		t.Errorf("it lacks %d and has %q, %v", lacks, s.paths(t), err)
	}
}

func TestRestIsTheOtherShareOfTheTimeAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for share, want := range map[float64]time.Duration{1: 0, .5: time.Second, .25: 3 * time.Second, .2: 4 * time.Second} {
			start := time.Now()
			if err := rest(t.Context(), time.Second, share); err != nil || time.Since(start) != want {
				t.Errorf("share %v: rested %v, %v; want %v", share, time.Since(start), err, want)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if err := rest(ctx, time.Hour, .5); !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
