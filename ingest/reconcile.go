package ingest

import (
	"context"
	"fmt"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// reconcile reads what the ledger and the index have and mends what an earlier
// run may have left: documents that the index has and the ledger does not know
// leave it, and where the two disagree about the readers of the same text, the
// ledger's word, which was written first, is written to the index. An outdated
// text stays until the new one replaces it.
func (r *run) reconcile(ctx context.Context) error {
	if err := r.Index.Settle(ctx); err != nil {
		return fmt.Errorf("settle the index: %w", err)
	}
	var err error
	if r.known, err = r.Ledger.entries(ctx); err != nil {
		return err
	}
	if r.indexed, err = documentsOf(ctx, r.Index); err != nil {
		return err
	}
	wrong := differ(r.known, r.indexed)
	if err := wrong.mend(ctx, r.Index); err != nil {
		return err
	}
	for _, id := range wrong.gone {
		delete(r.indexed, id)
	}
	r.alignOthers(ctx)
	return nil
}

// walk walks every source.
func (r *run) walk(ctx context.Context) ([]walk, error) {
	var walks []walk
	for _, source := range r.Sources {
		w, err := walkSource(ctx, source)
		if err != nil {
			return nil, fmt.Errorf("walk source %s: %w", source.ID, err)
		}
		for _, h := range w.holes {
			r.report.fail(source.ID, h.path, h.err)
		}
		for extension, n := range w.ignored {
			r.report.Ignored[extension] += n
		}
		walks = append(walks, w)
	}
	settleClaims(walks)
	return walks, nil
}

// leave takes out of the index and the ledger what no source has, or takes.
// Documents in folders that could not be walked stay, unless they would be read
// by others now: nobody knows what they say of their readers by this time.
func (r *run) leave(ctx context.Context, walks []walk) error {
	seen := map[retrieval.DocumentID]bool{}
	bySource := map[string]*walk{}
	for i, w := range walks {
		bySource[w.source.ID] = &walks[i]
		for _, f := range w.files {
			seen[documentID(f.source.ID, f.path)] = true
		}
	}
	var gone []retrieval.DocumentID
	for id, e := range r.known {
		if seen[id] {
			continue
		}
		if w := bySource[e.document.Source]; w != nil && w.mayHave(e.document.Path) {
			if err := r.leaveUnseen(ctx, w.source, e); err != nil {
				return err
			}
			continue
		}
		gone = append(gone, id)
		if _, ok := r.indexed[id]; ok {
			r.report.Deleted++
		}
	}
	if err := r.delete(ctx, gone); err != nil {
		return err
	}
	return r.Ledger.forget(ctx, gone)
}

// leaveUnseen withdraws a document that cannot be seen and that others would
// read than before.
func (r *run) leaveUnseen(ctx context.Context, source Source, e entry) error {
	readers, _ := decideReaders(r.Policy, source.Readers, e.front)
	if e.document.Readers.IsNobody() || readers.Equal(e.document.Readers) {
		return nil
	}
	reason := "its readers have changed while it cannot be seen, so nobody reads it until it can"
	r.report.warn(source.ID, e.document.Path, []string{reason})
	return r.withdraw(ctx, e, stateWithheld, reason)
}

// putChanged writes the entries that changed without their text, and then who
// reads them to the index.
func (r *run) putChanged(ctx context.Context) error {
	if len(r.changed) == 0 {
		return nil
	}
	readers := map[retrieval.DocumentID]access.Readers{}
	for _, e := range r.changed {
		if id := e.document.ID; !e.document.Readers.Equal(r.known[id].document.Readers) {
			readers[id] = e.document.Readers
		}
	}
	if err := r.Ledger.put(ctx, r.changed); err != nil {
		return err
	}
	r.changed = nil
	return r.setReaders(ctx, readers)
}

// setReaders changes who reads documents, in every generation.
func (r *run) setReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	if err := setReadersIn(ctx, r.Index, readers); err != nil {
		return err
	}
	r.beside.do(ctx, func(o Other) error { return setReadersIn(ctx, o.Index, readers) })
	return nil
}

// delete takes documents out of every generation.
func (r *run) delete(ctx context.Context, ids []retrieval.DocumentID) error {
	indexed := slices.DeleteFunc(slices.Clone(ids), func(id retrieval.DocumentID) bool { _, ok := r.indexed[id]; return !ok })
	if err := deleteFrom(ctx, r.Index, indexed); err != nil {
		return err
	}
	r.beside.do(ctx, func(o Other) error { return deleteFrom(ctx, o.Index, ids) })
	return nil
}
