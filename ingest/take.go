package ingest

import (
	"context"
	"errors"
	"reflect"

	"bureau/access"
	"bureau/retrieval"
)

// look settles a file's documents without opening the file, or leaves it to be
// read.
func (r *run) look(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	verdicts, ok := r.unopened(f)
	if !ok {
		r.unread = append(r.unread, f)
		return nil
	}
	defer r.step(f)
	return r.carryOutAll(ctx, verdicts)
}

// take reads a file and brings its documents up to date, or adds them to the
// batch that is embedded next. What is wrong with a document is reported and
// is no error. Without an embedder it reads only what the index has, for who
// reads it.
func (r *run) take(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer r.step(f)
	r.nth++
	err := r.read(ctx, f, func(v verdict) error { return r.carryOut(ctx, v) })
	return errors.Join(err, r.takeLeave(ctx))
}

// carryOutAll carries out the verdicts on a file's documents.
func (r *run) carryOutAll(ctx context.Context, verdicts []verdict) error {
	for _, v := range verdicts {
		if err := r.carryOut(ctx, v); err != nil {
			return err
		}
	}
	return r.takeLeave(ctx)
}

// takeLeave takes what is gone from inside files out of the index and the
// ledger, in this order: until the ledger forgets it, the next run knows that it
// is not finished.
func (r *run) takeLeave(ctx context.Context) error {
	ids := r.leaving
	r.leaving = nil
	if len(ids) == 0 {
		return nil
	}
	if err := r.delete(ctx, ids); err != nil {
		return err
	}
	return r.Ledger.forget(ctx, ids)
}

// await notes that a document which nobody reads yet waits for the embedder.
func (r *run) await(e entry) {
	if _, ok := r.known[e.document.ID]; !ok {
		e.state, e.reason = stateWaiting, r.down.Error()
		r.changed = append(r.changed, e)
	}
}

// carryOut does what a verdict says, and reports it.
func (r *run) carryOut(ctx context.Context, v verdict) error {
	r.report.note(v)
	switch v.kind {
	case kept:
		known := r.known[v.entry.document.ID]
		if !v.entry.document.Readers.Equal(known.document.Readers) || v.entry.size != known.size || v.entry.modified != known.modified ||
			!reflect.DeepEqual(v.entry.rules, known.rules) {
			r.changed = append(r.changed, v.entry)
		}
		return nil
	case taken:
		pieces := r.maker.cut(v.entry)
		v.entry.passages, v.entry.headings = len(pieces), headingsOf(pieces)
		return r.add(ctx, job{entry: v.entry, passages: r.maker.passages(v.entry.document, pieces)})
	case withheld, failed, shut:
		return r.withdraw(ctx, v.entry)
	case waiting:
		r.await(v.entry)
	case gone:
		r.leaving = append(r.leaving, v.entry.document.ID)
	case opened:
		r.opened = append(r.opened, v.entry)
	case setAside, ignored: // as it was
	}
	return nil
}

// withdraw withholds a document, unless the ledger knew that it is withheld for
// the same reason when the run began.
func (r *run) withdraw(ctx context.Context, e entry) error {
	known := r.known[e.document.ID]
	if known.state == e.state && known.reason == e.reason && known.size == e.size && known.modified == e.modified &&
		known.extraction == e.extraction && known.attempts == e.attempts && known.next == e.next {
		return nil // reconcile has seen to the index
	}
	return r.withhold(ctx, e)
}

// withhold takes a document out of the index and keeps its entry, without a
// text and read by nobody. The ledger is first: what it withholds no search
// returns.
func (r *run) withhold(ctx context.Context, e entry) error {
	d := e.document
	e.document = retrieval.Document{ID: d.ID, Source: d.Source, Path: d.Path, Readers: access.Readers{}}
	e.front, e.rules, e.headings, e.passages, e.markdown = FrontMatter{}, nil, nil, 0, new(string)
	if err := r.Ledger.put(ctx, []entry{e}); err != nil {
		return err
	}
	return r.delete(ctx, []retrieval.DocumentID{d.ID})
}
