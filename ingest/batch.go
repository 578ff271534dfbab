package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"bureau/retrieval"
)

// batchPassages is how many passages are embedded in one step, and about how
// many are written in one. A crash costs at most two such steps of embedding.
const batchPassages = 64

// A job is one document on its way into the index.
type job struct {
	entry    entry
	passages []retrieval.Passage
}

// A batch is documents that are embedded and written together.
type batch struct {
	jobs     []job
	passages int
}

// A flight is a batch on its way: it is embedded after the one before it, and
// while that is written.
type flight struct {
	embedded chan struct{} // closed when the embedder is done with it
	landed   chan struct{} // closed when it is written
	written  written       // once it has landed
}

// A written is what became of a batch.
type written struct {
	indexed, added, passages int     // added are those of the indexed that are new
	refused                  []entry // that the embedder does not take
	held                     []job   // that wait for the embedder
	err                      error   // the run cannot go on
}

// add puts a document into the batch, and sends the batch on when it is full.
func (r *run) add(ctx context.Context, j job) error {
	r.pending.jobs = append(r.pending.jobs, j)
	r.pending.passages += len(j.passages)
	if r.pending.passages < batchPassages {
		return nil
	}
	return r.flush(ctx)
}

// flush sends the batch on its way. While the embedder works on one batch, the
// one before it is written and the one behind it is read: the embedder is what a
// run waits for.
func (r *run) flush(ctx context.Context) error {
	if err := r.settle(ctx, 2); err != nil {
		return err
	}
	if err := r.record.progress(ctx, len(r.unread), r.nth, r.report.Passages); err != nil {
		return err
	}
	if r.down != nil {
		return errors.Join(r.settle(ctx, 0), r.hold(ctx))
	}
	b := r.pending
	r.pending = batch{}
	if len(b.jobs) == 0 {
		return nil
	}
	var before *flight
	if n := len(r.flights); n > 0 {
		before = r.flights[n-1]
	}
	f := &flight{embedded: make(chan struct{}), landed: make(chan struct{})}
	r.flights = append(r.flights, f)
	go func() {
		defer close(f.landed)
		f.written = r.write(ctx, b.jobs, f, before)
	}()
	return nil
}

// settle waits until so many batches at most are on their way and adds what
// became of the others to the report. It returns the first error that ends the
// run, and has waited for all of them then.
func (r *run) settle(ctx context.Context, most int) error {
	var ended error
	for len(r.flights) > most || ended != nil && len(r.flights) > 0 {
		<-r.flights[0].landed
		w := r.flights[0].written
		r.flights = r.flights[1:]
		r.report.Indexed += w.indexed
		r.report.New += w.added
		r.report.Passages += w.passages
		for _, e := range w.refused {
			r.report.Failed = append(r.report.Failed, Finding{e.document.Source, e.document.Path, e.says()})
			ended = cmp.Or(ended, r.withhold(ctx, e))
		}
		if unavailable(w.err) || errors.Is(w.err, retrieval.ErrUnavailable) {
			r.down = w.err
			r.pending.jobs = append(w.held, r.pending.jobs...)
			continue
		}
		ended = cmp.Or(ended, w.err)
	}
	return ended
}

// hold writes the batch to the ledger alone, for want of an embedder: who
// reads the new texts holds from now on, also for the passages of the old ones.
func (r *run) hold(ctx context.Context) error {
	entries := entriesOf(r.pending.jobs)
	r.pending = batch{}
	if len(entries) == 0 {
		return nil
	}
	r.report.Waiting += len(entries)
	for i := range entries {
		entries[i].reason = r.down.Error()
	}
	return r.remember(ctx, entries)
}

// remember writes new texts and their readers to the ledger. Of an outdated text
// the other generations have no use from then on; the current one has it until
// the new one replaces it.
func (r *run) remember(ctx context.Context, entries []entry) error {
	if err := r.Ledger.put(ctx, entries); err != nil {
		return err
	}
	var outdated []retrieval.DocumentID
	for _, e := range entries {
		if known, ok := r.known[e.document.ID]; ok && known.document.Version != e.document.Version {
			outdated = append(outdated, e.document.ID)
		}
	}
	r.beside.do(ctx, func(o Other) error { return deleteFrom(ctx, o.Index, outdated) })
	return nil
}

// jobsOf returns documents that were embedded as they were before.
func jobsOf(ready []embedded) []job {
	jobs := make([]job, len(ready))
	for i, done := range ready {
		jobs[i].entry = done.entry
	}
	return jobs
}

func entriesOf(jobs []job) []entry {
	entries := make([]entry, len(jobs))
	for i, j := range jobs {
		entries[i] = j.entry
	}
	return entries
}

// write brings documents into the index: their texts and readers to the
// ledger, their passages to the index, and then their state to the ledger. The
// index is written after the batch before, which may be nil.
func (r *run) write(ctx context.Context, jobs []job, f, before *flight) (w written) {
	ready, failed, err := r.embed(ctx, jobs, f, before)
	if before != nil {
		<-before.landed
	}
	if err != nil {
		w.err = err
		if unavailable(err) {
			w.held = jobs
		}
		return w
	}
	for _, e := range failed {
		w.refused = append(w.refused, r.refused(e))
	}
	if len(ready) == 0 {
		return w
	}
	var entries []entry
	for _, done := range ready { // a copy of each: ready keeps them as they wait
		e := &done.entry
		e.state, e.reason, e.attempts, e.since, e.markdown = stateIndexed, "", 0, r.clock().UnixNano(), nil
		entries = append(entries, done.entry)
		w.passages += len(done.passages)
		if _, has := r.indexed[e.document.ID]; !has {
			w.added++
		}
	}
	if err := r.Index.ReplaceAll(ctx, replacementsOf(ready)); err != nil {
		return written{refused: w.refused, held: jobsOf(ready), err: fmt.Errorf("write to the index: %w", err)}
	}
	w.indexed = len(ready)
	w.err = r.Ledger.put(ctx, entries)
	return w
}

// embed writes the texts and readers of documents to the ledger and embeds
// them.
func (r *run) embed(ctx context.Context, jobs []job, f, before *flight) (ready []embedded, failed []entry, err error) {
	defer close(f.embedded)
	err = r.remember(ctx, entriesOf(jobs))
	if before != nil {
		<-before.embedded
	}
	if err != nil {
		return nil, nil, err
	}
	return r.maker.embedAll(ctx, jobs)
}
