package ingest

import (
	"context"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
)

// reconcile reads what the ledger and the index have and mends what an earlier
// run may have left. Documents that the index has and the ledger does not know
// leave it. Where the two disagree about the readers of the same text, the
// ledger's word, which was written first, is written to the index. Of another
// text it is not: the ledger's readers may be those of a text that has yet to
// replace it.
func (r *run) reconcile(ctx context.Context) error {
	var err error
	if r.known, err = r.Ledger.entries(ctx); err != nil {
		return err
	}
	if r.indexed, err = r.Index.Documents(ctx); err != nil {
		return fmt.Errorf("list the index: %w", err)
	}
	var gone []retrieval.DocumentID
	readers := map[retrieval.DocumentID]access.Readers{}
	for id, document := range r.indexed {
		e, ok := r.known[id]
		switch {
		case !ok || e.document.Readers.IsNobody():
			gone = append(gone, id)
			delete(r.indexed, id)
		case e.document.Version == document.Version && !e.document.Readers.Equal(document.Readers):
			readers[id] = e.document.Readers
		}
	}
	if err := r.setReaders(ctx, readers); err != nil {
		return err
	}
	return r.delete(ctx, gone)
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

func (r *run) setReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	if len(readers) == 0 {
		return nil
	}
	if err := r.Index.SetReaders(ctx, readers); err != nil {
		return fmt.Errorf("change who reads %d documents in the index: %w", len(readers), err)
	}
	return nil
}

// delete takes documents out of the index.
func (r *run) delete(ctx context.Context, ids []retrieval.DocumentID) error {
	if len(ids) == 0 {
		return nil
	}
	if err := r.Index.Delete(ctx, ids...); err != nil {
		return fmt.Errorf("delete %d documents from the index: %w", len(ids), err)
	}
	return nil
}
