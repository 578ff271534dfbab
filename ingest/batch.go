package ingest

import (
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

// A written is what became of a batch.
type written struct {
	indexed, added, passages int // added are those of the indexed that are new
	failed                   []Finding
	held                     []job // that wait for the embedder
	err                      error // the run cannot go on
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

// flush starts to embed and write the batch, after the one before it. While
// the embedder works the next documents are read: it is what a run waits for.
func (r *run) flush(ctx context.Context) error {
	if err := r.settle(); err != nil {
		return err
	}
	if err := r.record.progress(ctx, len(r.unread), r.nth, r.report.Passages); err != nil {
		return err
	}
	if r.down != nil {
		return r.hold(ctx)
	}
	b := r.pending
	r.pending = batch{}
	if len(b.jobs) == 0 {
		return nil
	}
	done := make(chan written, 1)
	r.flushed = done
	go func() { done <- r.write(ctx, b.jobs) }()
	return nil
}

// settle waits for the batch that is being embedded and adds it to the report.
func (r *run) settle() error {
	if r.flushed == nil {
		return nil
	}
	w := <-r.flushed
	r.flushed = nil
	r.report.Indexed += w.indexed
	r.report.New += w.added
	r.report.Passages += w.passages
	r.report.Failed = append(r.report.Failed, w.failed...)
	if unavailable(w.err) || errors.Is(w.err, retrieval.ErrUnavailable) {
		r.down = w.err
		r.pending.jobs = append(w.held, r.pending.jobs...)
		return nil
	}
	return w.err
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
// ledger, their passages to the index, and then their state to the ledger.
func (r *run) write(ctx context.Context, jobs []job) (w written) {
	entries := entriesOf(jobs)
	if w.err = r.remember(ctx, entries); w.err != nil {
		return w
	}
	ready, failed, err := r.maker.embedAll(ctx, jobs)
	if err != nil {
		w.held, w.err = jobs, err
		return w
	}
	for _, e := range failed {
		e = r.refused(e)
		w.failed = append(w.failed, Finding{e.document.Source, e.document.Path, e.says()})
		if w.err = r.withhold(ctx, e); w.err != nil {
			return w
		}
	}
	if len(ready) == 0 {
		return w
	}
	entries = entries[:0]
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
		return written{failed: w.failed, held: jobsOf(ready), err: fmt.Errorf("write to the index: %w", err)}
	}
	w.indexed = len(ready)
	w.err = r.Ledger.put(ctx, entries)
	return w
}
