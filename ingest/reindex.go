package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/retrieval"
)

// A Reindex brings a generation that is not in use to what the ledger says,
// from the texts that the ledger keeps: the sources are not touched. It may run
// beside searches, and beside an ingest. A text that was embedded with the
// same model once is not embedded again.
type Reindex struct {
	Ledger *Ledger
	Target retrieval.Writer // of the generation that is filled
	// Generation is what Target is built with.
	Generation retrieval.Generation
	// Embedder gives the vectors, as for a [Pipeline].
	Embedder embeddings.Embedder
	Limit    Limit // of a passage
	// Share is how much of the time it works, over 0 and up to 1. The rest it
	// leaves the machine to those who ask.
	Share    float64
	Progress Progress // told about each document that is written; nil for nobody

	maker   *maker
	refused map[retrieval.DocumentID]string // version of a text that the embedder does not take
	report  Reindexed
}

// A Reindexed says what a reindex has done.
type Reindexed struct {
	Documents int       `json:"documents"` // written
	Passages  int       `json:"passages"`  // written
	Embedded  int       `json:"embedded"`  // texts that the embedder was asked for
	Failed    []Finding `json:"failed"`    // documents that the embedder does not take: they are left out
	// Dimensions of the vectors, 0 where none was needed.
	Dimensions int `json:"-"`
}

// Run makes passes over the ledger until one finds nothing to do, and reports
// all that was done since the first Run. After an error, or a kill, the next
// Run goes on from what the target has.
//
// An ingest may delete a document, or change who reads it, while a batch with
// it is under way. So each batch is held against the ledger once more when it
// is written, and what no longer holds is taken back. An ingest for its part
// writes to the ledger first and then to every generation, so whichever of the
// two is last knows of the other. In the end Run is called with the [Lock] of
// ingest held: then nothing moves between its last look and the switch.
func (x *Reindex) Run(ctx context.Context) (Reindexed, error) {
	if x.maker == nil {
		x.maker = newMaker(x.Ledger, x.Generation, x.Embedder, x.Limit)
		x.refused, x.report.Failed = map[retrieval.DocumentID]string{}, []Finding{}
	}
	err := x.Target.Settle(ctx)
	if err != nil {
		err = fmt.Errorf("settle the index: %w", err)
	}
	for done := false; err == nil && !done; {
		done, err = x.pass(ctx)
	}
	x.report.Embedded, x.report.Dimensions = x.maker.embedder.embedded, x.maker.embedder.dimensions
	return x.report, err
}

// pass compares the target with the ledger once, and mends what is different.
// It reports whether nothing was.
func (x *Reindex) pass(ctx context.Context) (done bool, err error) {
	start := time.Now()
	entries, err := x.Ledger.entries(ctx)
	if err != nil {
		return false, err
	}
	documents, err := documentsOf(ctx, x.Target)
	if err != nil {
		return false, err
	}
	wrong := differ(entries, documents)
	if err := wrong.mendAside(ctx, x.Target); err != nil {
		return false, err
	}
	wanted := slices.DeleteFunc(missing(entries, documents), func(e entry) bool {
		return x.refused[e.document.ID] == e.document.Version
	})
	if err := rest(ctx, time.Since(start), x.Share); err != nil {
		return false, err
	}
	slices.SortFunc(wanted, func(a, b entry) int { return cmp.Compare(a.document.ID, b.document.ID) })
	if err := x.fill(ctx, wanted); err != nil {
		return false, err
	}
	return len(wrong.gone)+len(wrong.outdated)+len(wrong.readers)+len(wanted) == 0, nil
}

// fill writes documents to the target, in batches, and rests after each.
func (x *Reindex) fill(ctx context.Context, wanted []entry) error {
	if len(wanted) == 0 {
		return nil
	}
	if x.Progress != nil {
		x.Progress.Start(len(wanted))
		defer x.Progress.Done()
	}
	var b batch
	start := time.Now()
	for i, e := range wanted {
		if err := x.read(ctx, &b, e.document.ID); err != nil {
			return err
		}
		if x.Progress != nil {
			x.Progress.Step(e.document.Source + "/" + e.document.Path)
		}
		if b.passages < batchPassages && i < len(wanted)-1 {
			continue
		}
		if err := x.write(ctx, b.jobs); err != nil {
			return err
		}
		if err := rest(ctx, time.Since(start), x.Share); err != nil {
			return err
		}
		b, start = batch{}, time.Now()
	}
	return nil
}

// read adds a document to a batch, as the ledger has it at this moment.
func (x *Reindex) read(ctx context.Context, b *batch, id retrieval.DocumentID) error {
	e, err := x.Ledger.withText(ctx, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !e.isReadable() {
		return nil // gone since the pass began
	}
	if err != nil {
		return err
	}
	j := job{entry: e, passages: x.maker.passages(e.document, x.maker.cut(e))}
	b.jobs, b.passages = append(b.jobs, j), b.passages+len(j.passages)
	return nil
}

// write writes a batch, and takes back what the ledger says otherwise by then.
func (x *Reindex) write(ctx context.Context, jobs []job) error {
	ready, failed, err := x.maker.embedAll(ctx, jobs)
	if err != nil {
		return err
	}
	for _, e := range failed {
		x.refused[e.document.ID] = e.document.Version
		x.report.Failed = append(x.report.Failed, Finding{e.document.Source, e.document.Path, e.reason})
	}
	if len(ready) == 0 {
		return nil
	}
	if err := x.Target.ReplaceAll(ctx, replacementsOf(ready)); err != nil {
		return fmt.Errorf("write to the index: %w", err)
	}
	var ids []retrieval.DocumentID
	written := map[retrieval.DocumentID]retrieval.Document{}
	for _, done := range ready {
		id := done.entry.document.ID
		ids, written[id] = append(ids, id), done.entry.document
		x.report.Documents++
		x.report.Passages += len(done.passages)
	}
	now, err := x.Ledger.some(ctx, ids)
	if err != nil {
		return err
	}
	return differ(now, written).mendAside(ctx, x.Target)
}

// rest leaves the machine to others after a piece of work, for as long as
// makes the work this share of the time. It ends with ctx.
func rest(ctx context.Context, worked time.Duration, share float64) error {
	if share <= 0 || share >= 1 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(float64(worked) * (1 - share) / share)):
		return nil
	}
}
