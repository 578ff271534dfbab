package ingest

import (
	"context"

	"bureau/access"
	"bureau/retrieval"
)

// look settles a file's document without opening the file, or leaves it to be
// read.
func (r *run) look(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.report.Seen++
	v, ok := r.unopened(f)
	if !ok {
		r.unread = append(r.unread, f)
		return nil
	}
	r.step(f)
	return r.carryOut(ctx, v)
}

// take reads a file and brings its document up to date, or adds it to the
// batch that is embedded next. What is wrong with the document is reported and
// is no error. Without an embedder it reads only what the index has, for who
// reads it.
func (r *run) take(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer r.step(f)
	r.nth++
	if _, ok := r.indexed[documentID(f.source.ID, f.path)]; r.down != nil && !ok {
		r.await(f)
		return nil
	}
	v, err := r.read(ctx, f)
	if err != nil {
		return err
	}
	return r.carryOut(ctx, v)
}

// read judges a file by its content. An error says that ctx has ended.
func (r *run) read(ctx context.Context, f file) (verdict, error) {
	data, err := readFile(f)
	if err != nil {
		return r.unreadable(f, err, constant), nil
	}
	return r.opened(ctx, f, data)
}

// await notes that a document which nobody reads yet waits for the embedder.
func (r *run) await(f file) {
	r.report.Waiting++
	e := r.blank(f)
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
		if !v.entry.document.Readers.Equal(known.document.Readers) || v.entry.size != known.size || v.entry.modified != known.modified {
			r.changed = append(r.changed, v.entry)
		}
		return nil
	case taken:
		pieces := r.maker.cut(v.entry)
		v.entry.passages, v.entry.headings = len(pieces), headingsOf(pieces)
		return r.add(ctx, job{entry: v.entry, passages: r.maker.passages(v.entry.document, pieces)})
	case withheld, failed:
		return r.withdraw(ctx, v.entry)
	case setAside: // as it was
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
	e.front, e.headings, e.passages, e.markdown = FrontMatter{}, nil, 0, new(string)
	if err := r.Ledger.put(ctx, []entry{e}); err != nil {
		return err
	}
	return r.delete(ctx, []retrieval.DocumentID{d.ID})
}
