package ingest

import (
	"context"
	"errors"
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
	var err error
	if r.known, err = r.Ledger.entries(ctx); err != nil {
		return err
	}
	r.inside = insideOf(r.known)
	if r.indexed, err = documentsOf(ctx, r.Index); err != nil {
		return err
	}
	wrong := differ(r.known, r.indexed)
	if err := r.later(wrong.mend(ctx, r.Index)); err != nil {
		return err
	}
	for _, id := range wrong.gone {
		delete(r.indexed, id)
	}
	r.alignOthers(ctx)
	// What is taken away comes first and waits for nobody. A server that is away,
	// or an index that is damaged, only keeps new texts out.
	if err := r.Index.Settle(ctx); err != nil {
		r.down = fmt.Errorf("settle the index: %w", err)
	}
	return ctx.Err()
}

// later puts off the report of a change that holds though the index's server has
// not heard of it: what else is to be taken away must not wait for it.
func (r *run) later(err error) error {
	if errors.Is(err, retrieval.ErrUnsettled) {
		r.down = err
		return nil
	}
	return err
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
		for _, rule := range w.book.pointless(w.names) {
			if !w.covers(rule) {
				r.report.fail(source.ID, rule, errPointless)
			}
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
func (r *run) leave(ctx context.Context, walks []walk) error {
	gone, unseen := r.absent(walks)
	for _, v := range unseen {
		r.report.say(v)
		if err := r.withdraw(ctx, v.entry); err != nil {
			return err
		}
	}
	r.reportGone(gone)
	if err := r.delete(ctx, gone); err != nil {
		return err
	}
	for _, id := range gone { // what comes to stand in its place is new
		delete(r.known, id)
		delete(r.indexed, id)
	}
	return r.Ledger.forget(ctx, gone)
}

// absent returns the documents that no source has or takes any more, and
// verdicts on those that cannot be seen and that others would read than before.
// Other documents in folders that could not be walked stay.
func (r *run) absent(walks []walk) (gone []retrieval.DocumentID, unseen []verdict) {
	seen := map[retrieval.DocumentID]bool{}
	bySource := map[string]*walk{}
	for i, w := range walks {
		bySource[w.source.ID] = &walks[i]
		for _, f := range w.files {
			seen[documentID(f.source.ID, f.path)] = true
		}
	}
	for id, e := range r.known {
		if seen[id] || e.holder != "" && seen[documentID(e.document.Source, e.holder)] {
			continue
		}
		w := bySource[e.document.Source]
		if w == nil || !w.mayHave(e) {
			gone = append(gone, id)
		} else if v, changed := r.unseen(w, e); changed {
			unseen = append(unseen, v)
		}
	}
	return gone, unseen
}

func (r *run) reportGone(gone []retrieval.DocumentID) {
	for _, id := range gone {
		if _, ok := r.indexed[id]; ok {
			r.report.Deleted++
		}
	}
}

// unseen judges a document that cannot be seen: nobody knows what it says of
// its readers by this time, so that it keeps them or is withheld.
func (j *judge) unseen(w *walk, e entry) (v verdict, changed bool) {
	rules, err := w.book.of(e.document.Path)
	for _, rule := range e.rules { // those that cannot be seen either
		if w.covers(rule.Path) || e.holder != "" && isInside(rule.Path, e.holder) {
			rules = append(rules, rule)
		}
	}
	readers, _ := decideReaders(j.policy, w.source.Readers, rules, e.front)
	if err != nil {
		readers = access.Readers{}
	}
	if e.document.Readers.IsNobody() || readers.Equal(e.document.Readers) {
		return verdict{}, false
	}
	e.state, e.reason, e.extraction = stateWithheld, "its readers have changed while it cannot be seen, so nobody reads it until it can", ""
	v = j.withoutText(withheld, e)
	v.warnings = []string{e.reason}
	return v, true
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
	if err := r.later(setReadersIn(ctx, r.Index, readers)); err != nil {
		return err
	}
	r.beside.do(ctx, func(o Other) error { return setReadersIn(ctx, o.Index, readers) })
	return nil
}

// delete takes documents out of every generation.
func (r *run) delete(ctx context.Context, ids []retrieval.DocumentID) error {
	indexed := slices.DeleteFunc(slices.Clone(ids), func(id retrieval.DocumentID) bool { _, ok := r.indexed[id]; return !ok })
	if err := r.later(deleteFrom(ctx, r.Index, indexed)); err != nil {
		return err
	}
	r.beside.do(ctx, func(o Other) error { return deleteFrom(ctx, o.Index, ids) })
	return nil
}
