package ingest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/access"
	"bureau/retrieval"
)

// A Pipeline brings the index up to date with the documents of its sources:
// the generation in use, and in what leaves and is revoked all others.
type Pipeline struct {
	Sources []Source
	Mirrors *Mirrors  // of the sources with an origin; nil where there is none
	Reader  Extractor // of files; nil for the zero Reader
	Policy  Policy
	Ledger  *Ledger
	Index   retrieval.Writer // of the generation in use
	// Generation is what Index is built with.
	Generation retrieval.Generation
	Others     []Other // all other generations
	// Embedder gives the vectors, of length 1; nil for an index without
	// vectors. What it has embedded once, under the model's name of Generation,
	// it is not asked for again. An error with a method Unavailable() bool that
	// says true ends the run; any other one is about the texts.
	Embedder embeddings.Embedder
	Limit    Limit // of a passage
	// Widen lists the documents, as globs over SOURCE/PATH, whose texts may be
	// read by more people than before though they have not changed. For all
	// others such a change is refused and reported.
	Widen    []string
	Clock    func() time.Time // of retries and records; nil for the machine's
	Progress Progress         // told about each document that is worked on; nil for nobody
}

// A Progress is told how a run goes on.
type Progress interface {
	// Start says how many documents the run looks at.
	Start(documents int)
	// Step says that one of them was looked at; it may still be embedded.
	Step(name string)
	// Done ends the run.
	Done()
}

// Run makes the index equal to the documents and reports what it did. What is
// wrong with one document or one folder is in the report, and the rest goes
// on; an error means that the run itself could not go on: the embedder, the
// index or the ledger is not to be had, or ctx ended. What was done by then
// stays done. Who calls it has the [Lock] of ingest, from before it asked which
// generation is in use.
//
// A run first takes away: what is gone, and what others read now. Then it
// reads and embeds, which may take hours. When the embedder fails it, it still
// reads the changed documents that the index has, for who reads them: a right
// is taken away without an embedder.
//
// A crash at any point costs work, never a document and never a right. The
// order of the two records makes it so: a change of readers, or a new
// document, goes to the ledger first and then to the index, and since a search
// needs the consent of both, in between only those read who may read under
// both. A document that leaves goes from the index first; until the ledger
// forgets it, the next run knows that it is not finished.
func (p *Pipeline) Run(ctx context.Context) (*Report, error) {
	r := p.newRun()
	start := r.clock()
	record, err := p.Ledger.begin(ctx, r.clock)
	if err != nil {
		return r.report, err
	}
	r.record = record
	err = r.do(ctx)
	r.report.Embedded, r.report.Dimensions = r.maker.embedder.embedded, r.maker.embedder.dimensions
	r.report.Behind = r.beside.behind
	r.report.finish(r.clock().Sub(start))
	return r.report, errors.Join(err, record.end(ctx, r.report, err))
}

func (p *Pipeline) newRun() *run {
	clock := p.Clock
	if clock == nil {
		clock = time.Now
	}
	reader := p.Reader
	if reader == nil {
		reader = Reader{}
	}
	return &run{
		Pipeline: p,
		judge: judge{
			policy: p.Policy, reader: reader, widen: p.Widen, embedder: p.Generation.Embedder,
			clock: clock, gains: map[string]access.Gain{},
		},
		report: newReport(),
		maker:  newMaker(p.Ledger, p.Generation, p.Embedder, p.Limit),
		beside: beside{others: slices.Clone(p.Others)},
	}
}

// A run is one pass over all sources.
type run struct {
	*Pipeline
	judge
	report  *Report
	record  *record
	maker   *maker
	beside  beside
	changed []entry                // with the text as it was
	leaving []retrieval.DocumentID // that are gone from inside files
	opened  []entry                // of files that hold documents, once all of these have entries
	unread  []file                 // that may have another text
	nth     int                    // of the unread: how many were read
	pending batch
	flights []*flight // batches that are being embedded and written, in order
}

func (r *run) do(ctx context.Context) error {
	if err := r.reconcile(ctx); err != nil {
		return err
	}
	r.mirror()
	walks, err := r.walk(ctx)
	if err != nil {
		return err
	}
	if err := r.leave(ctx, walks); err != nil {
		return err
	}
	if err := r.furnish(ctx, walks); err != nil {
		return err
	}
	r.start(walks)
	defer r.done()
	if err := r.lookAll(ctx, walks); err != nil {
		return err
	}
	return r.readAll(ctx)
}

// lookAll settles the documents that need not be read.
func (r *run) lookAll(ctx context.Context, walks []walk) error {
	for _, w := range walks {
		for _, f := range w.files {
			if err := r.look(ctx, f); err != nil {
				return err
			}
		}
	}
	return r.putChanged(ctx)
}

// readAll settles the others. Whatever happens, it waits for the batch that
// is being embedded.
func (r *run) readAll(ctx context.Context) error {
	err := r.record.progress(ctx, len(r.unread), 0, 0)
	for i := 0; i < len(r.unread) && err == nil; i++ {
		err = r.take(ctx, r.unread[i])
	}
	if err == nil {
		err = r.flush(ctx)
	}
	settled := r.settle(ctx, 0)
	if ctx.Err() != nil {
		return ctx.Err() // what else went wrong came of it
	}
	if err := errors.Join(err, settled, r.hold(ctx)); err != nil {
		return err
	}
	return errors.Join(r.putChanged(ctx), r.Ledger.putOpened(ctx, r.opened), r.down)
}

func (r *run) start(walks []walk) {
	if r.Progress == nil {
		return
	}
	total := 0
	for _, w := range walks {
		total += len(w.files)
	}
	r.Progress.Start(total)
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
