package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/retrieval"
)

// A Pipeline brings an index up to date with the documents of its sources.
type Pipeline struct {
	Sources []Source
	Policy  Policy
	Ledger  *Ledger
	Index   retrieval.Writer
	// Generation is what Index was built with. A document of another one is
	// read and written anew.
	Generation retrieval.Generation
	// Embedder gives the vectors; nil for an index without vectors. What it
	// has embedded once, under the model's name of Generation, it is not asked
	// for again.
	Embedder embeddings.Embedder
	Limit    Limit    // of a passage
	Progress Progress // told about each document that is worked on; nil for nobody
	Lock     string   // file that keeps a second run away
}

// A Progress is told how a run goes on.
type Progress interface {
	// Start says how many documents the run looks at.
	Start(documents int)
	// Step says that one of them is done with.
	Step(name string)
	// Done ends the run.
	Done()
}

// Run makes the index equal to the documents and reports what it did. What is
// wrong with one document or one source is in the report, and the rest goes
// on; an error means that the run itself could not go on: the embedder or the
// index is not to be had, or ctx ended. What was done by then stays done.
//
// A crash at any point costs work, never a document and never a right. The
// order of the two records makes it so: a change of readers, or a new
// document, goes to the ledger first and then to the index, and since a search
// needs the consent of both, in between only those read who may read under
// both. A document that leaves goes from the index first; until the ledger
// forgets it, the next run knows that it is not finished.
func (p *Pipeline) Run(ctx context.Context) (_ *Report, err error) {
	start := time.Now()
	unlock, err := lock(p.Lock)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	r := &run{Pipeline: p, report: &Report{Failed: []Finding{}, Warnings: []Finding{}, Ignored: map[string]int{}}}
	err = r.do(ctx)
	r.report.Embedded = r.counter.embedded
	r.report.finish(time.Since(start))
	return r.report, err
}

// A run is one pass over all sources.
type run struct {
	*Pipeline
	report  *Report
	counter countingEmbedder
	known   map[retrieval.DocumentID]entry // as the run found the ledger
	kept    map[retrieval.DocumentID]bool  // seen in the folders, or in one that could not be walked
	pending batch
	flushed <-chan written // the batch that is being embedded, nil when there is none
}

func (r *run) do(ctx context.Context) error {
	var err error
	if r.known, err = r.Ledger.entries(ctx); err != nil {
		return err
	}
	r.kept = map[retrieval.DocumentID]bool{}
	if err := r.reconcile(ctx); err != nil {
		return err
	}
	walks := r.walk(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	total := 0
	for _, w := range walks {
		total += len(w.files)
	}
	r.start(total)
	defer r.done()
	for _, w := range walks {
		for _, f := range w.files {
			if err := r.take(ctx, f); err != nil {
				return errors.Join(fmt.Errorf("ingest %s/%s: %w", f.source.ID, f.path, err), r.settle())
			}
		}
	}
	if err := errors.Join(r.flush(ctx), r.settle()); err != nil {
		return err
	}
	return r.forgetGone(ctx)
}

// reconcile mends what an earlier run may have left: documents that the index
// has and the ledger does not know leave it; where the two disagree about the
// readers, the ledger's word, which was written first, is written to the index.
func (r *run) reconcile(ctx context.Context) error {
	indexed, err := r.Index.Documents(ctx)
	if err != nil {
		return fmt.Errorf("list the index: %w", err)
	}
	for id, document := range indexed {
		e, ok := r.known[id]
		switch {
		case !ok || e.document.Readers.IsNobody():
			err = r.Index.Delete(ctx, id)
		case !e.document.Readers.Equal(document.Readers):
			err = r.setReaders(ctx, e)
		}
		if err != nil {
			return fmt.Errorf("reconcile the index with the ledger: %w", err)
		}
	}
	for id, e := range r.known {
		if _, ok := indexed[id]; !ok && e.state == stateIndexed {
			e.state = stateExtracted // lost by the index: a file that was moved away, or another generation
			r.known[id] = e
		}
	}
	return nil
}

// walk walks every source, and keeps the documents of one that cannot be walked.
func (r *run) walk(ctx context.Context) []walk {
	var walks []walk
	broken := map[string]bool{}
	for _, source := range r.Sources {
		w := walkSource(ctx, source)
		if err := errors.Join(source.Check(), w.err); err != nil {
			r.report.fail(source.ID, "", err)
			broken[source.ID] = true
			w.files = nil
		}
		for extension, n := range w.ignored {
			r.report.Ignored[extension] += n
		}
		walks = append(walks, w)
	}
	settleClaims(walks)
	for id, e := range r.known {
		if broken[e.document.Source] {
			r.kept[id] = true
		}
	}
	return walks
}

// forgetGone takes out of the index and the ledger what no source has.
func (r *run) forgetGone(ctx context.Context) error {
	var gone []retrieval.DocumentID
	for id, e := range r.known {
		if r.kept[id] {
			continue
		}
		gone = append(gone, id)
		if e.state == stateIndexed {
			r.report.Deleted++
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if err := r.Index.Delete(ctx, gone...); err != nil {
		return fmt.Errorf("delete from the index: %w", err)
	}
	return r.Ledger.forget(ctx, gone)
}

func (r *run) start(total int) {
	if r.Progress != nil {
		r.Progress.Start(total)
	}
}

func (r *run) step(f file) {
	if r.Progress != nil {
		r.Progress.Step(f.source.ID + "/" + f.path)
	}
}

func (r *run) done() {
	if r.Progress != nil {
		r.Progress.Done()
	}
}
