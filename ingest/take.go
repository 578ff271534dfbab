package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"bureau/access"
	"bureau/retrieval"
)

// look settles a file's document without opening the file, or leaves it to be
// read: only size and time of change tell whether the text is the same.
func (r *run) look(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.report.Seen++
	e := r.known[documentID(f.source.ID, f.path)]
	switch {
	case f.problem != nil:
		r.step(f)
		return r.fail(ctx, r.blank(f), f.problem)
	case r.isCurrent(e, f.source) && e.size == f.size && e.modified == f.modified.UnixNano():
		r.step(f)
		return r.sameText(ctx, f, e)
	}
	r.unread = append(r.unread, f)
	return nil
}

// isCurrent reports whether the index has the text of e, extracted as this run
// does it.
func (r *run) isCurrent(e entry, source Source) bool {
	document, ok := r.indexed[e.document.ID]
	return ok && e.state == stateIndexed && document.Version == e.document.Version && e.extraction == extraction(source)
}

// take reads a file and brings its document up to date, or adds it to the
// batch that is embedded next. What is wrong with the document is reported and
// is no error.
func (r *run) take(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer r.step(f)
	if _, ok := r.indexed[documentID(f.source.ID, f.path)]; r.down != nil && !ok {
		return nil // nobody reads it yet, and it waits for the embedder
	}
	data, err := readFile(f)
	if err != nil {
		return r.fail(ctx, r.blank(f), err)
	}
	version := hashOf(f.source, data)
	e := r.known[documentID(f.source.ID, f.path)]
	if r.isCurrent(e, f.source) && e.document.Version == version {
		e.size, e.modified = f.size, f.modified.UnixNano()
		return r.sameText(ctx, f, e)
	}
	return r.newText(ctx, f, version, data)
}

// sameText looks only at who reads the document.
func (r *run) sameText(ctx context.Context, f file, e entry) error {
	known := r.known[e.document.ID]
	readers, warnings := decideReaders(r.Policy, f.source.Readers, e.front)
	r.report.warn(f.source.ID, f.path, warnings)
	if readers.IsNobody() {
		r.report.Withheld++
		return r.withdraw(ctx, e, stateWithheld, strings.Join(warnings, "; "))
	}
	e.document.Readers = readers
	if readers.Equal(known.document.Readers) {
		r.report.Unchanged++
	} else {
		r.report.ReadersChanged++
	}
	if !readers.Equal(known.document.Readers) || e.size != known.size || e.modified != known.modified {
		r.changed = append(r.changed, e)
	}
	return nil
}

// newText reads the document and adds its passages to the batch.
func (r *run) newText(ctx context.Context, f file, version string, data []byte) error {
	e := r.blank(f)
	x, err := Extract(f.path, data)
	if err != nil {
		return r.fail(ctx, e, err)
	}
	if x.Language == "" {
		x.Language = f.source.Language
	}
	readers, warnings := decideReaders(r.Policy, f.source.Readers, x.Front)
	r.report.warn(f.source.ID, f.path, warnings)
	if readers.IsNobody() {
		r.report.Withheld++
		return r.withdraw(ctx, e, stateWithheld, strings.Join(warnings, "; "))
	}
	e.front = x.Front
	e.front.FromTime, e.front.UntilTime = storable(x.Front.FromTime), storable(x.Front.UntilTime)
	d := &e.document
	d.Title, d.Language, d.Updated, d.Version, d.Readers = x.Title, x.Language, x.Updated, version, readers
	e.state, e.extraction, e.markdown = stateExtracted, extraction(f.source), &x.Markdown
	pieces := r.maker.cut(e)
	e.passages, e.headings = len(pieces), headingsOf(pieces)
	return r.add(ctx, job{entry: e, passages: r.maker.passages(*d, pieces)})
}

// blank is the entry of a file that nothing is known of but its place.
func (r *run) blank(f file) entry {
	return entry{
		document: retrieval.Document{ID: documentID(f.source.ID, f.path), Source: f.source.ID, Path: f.path},
		size:     f.size, modified: f.modified.UnixNano(),
	}
}

// fail reports a document that cannot be read. Its readers cannot be decided
// either, since the document may narrow them, so what the index has of it
// leaves. A document without a text is no failure: there is nothing in it to
// find.
func (r *run) fail(ctx context.Context, e entry, cause error) error {
	if errors.Is(cause, ErrEmpty) {
		r.report.Withheld++
		r.report.warn(e.document.Source, e.document.Path, []string{cause.Error() + "; write something in it, or exclude it"})
		return r.withdraw(ctx, e, stateWithheld, cause.Error())
	}
	r.report.fail(e.document.Source, e.document.Path, cause)
	return r.withdraw(ctx, e, stateFailed, cause.Error())
}

// withdraw withholds a document, unless the ledger knew that it is withheld for
// the same reason when the run began.
func (r *run) withdraw(ctx context.Context, e entry, s state, reason string) error {
	known := r.known[e.document.ID]
	if known.state == s && known.reason == reason && known.size == e.size && known.modified == e.modified {
		return nil // reconcile has seen to the index
	}
	return r.withhold(ctx, e, s, reason)
}

// withhold takes a document out of the index and keeps its entry, without a
// text and read by nobody. The ledger is first: what it withholds no search
// returns.
func (r *run) withhold(ctx context.Context, e entry, s state, reason string) error {
	d := e.document
	empty := entry{
		document: retrieval.Document{ID: d.ID, Source: d.Source, Path: d.Path, Readers: access.Readers{}},
		state:    s, reason: reason, size: e.size, modified: e.modified, markdown: new(string),
	}
	if err := r.Ledger.put(ctx, []entry{empty}); err != nil {
		return err
	}
	return r.delete(ctx, []retrieval.DocumentID{d.ID})
}

// hashOf is the version of a document: of its file's content, and of the way
// its text is made of it.
func hashOf(source Source, data []byte) string {
	h := sha256.New()
	_, _ = h.Write(append([]byte(extraction(source)+"\x00"), data...)) // never fails
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// extraction names how the documents of a source are extracted.
func extraction(source Source) string { return ExtractionVersion + "/" + source.Language }
