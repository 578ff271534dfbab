package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
)

// take brings one file's document up to date, or adds it to the batch that is
// embedded next. What is wrong with the document is reported and is no error.
func (r *run) take(ctx context.Context, f file) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer r.step(f)
	r.report.Seen++
	id := documentID(f.source.ID, f.path)
	r.kept[id] = true
	e, known := r.known[id]
	if f.problem != nil {
		return r.fail(ctx, r.blank(f), f.problem)
	}
	if known && e.state == stateIndexed && e.generation == r.generation() && e.size == f.size && e.modified == f.modified.UnixNano() {
		return r.sameText(ctx, f, e)
	}
	data, err := readFile(f)
	if err != nil {
		return r.fail(ctx, r.blank(f), err)
	}
	version := hashOf(data)
	if known && e.state == stateIndexed && e.generation == r.generation() && e.document.Version == version {
		e.size, e.modified = f.size, f.modified.UnixNano()
		if err := r.Ledger.put(ctx, []entry{e}, keepText); err != nil {
			return err
		}
		return r.sameText(ctx, f, e)
	}
	return r.newText(ctx, f, version, data)
}

// sameText looks only at who reads the document.
func (r *run) sameText(ctx context.Context, f file, e entry) error {
	readers, warnings := decideReaders(r.Policy, f.source.Readers, e.front)
	r.report.warn(f.source.ID, f.path, warnings)
	if readers.Equal(e.document.Readers) {
		r.report.Unchanged++
		return nil
	}
	r.report.ReadersChanged++
	e.document.Readers = readers
	if readers.IsNobody() {
		e.state = stateFailed
		return r.withdraw(ctx, e)
	}
	if err := r.Ledger.put(ctx, []entry{e}, keepText); err != nil {
		return err
	}
	return r.setReaders(ctx, e)
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
	e.front = x.Front
	d := &e.document
	d.Title, d.Language, d.Updated, d.Version, d.Readers = x.Title, x.Language, x.Updated, version, readers
	if readers.IsNobody() {
		e.state, e.reason = stateFailed, warnings[len(warnings)-1]
		return r.withdraw(ctx, e)
	}
	pieces := Cut(x, r.Limit)
	e.state, e.generation, e.passages, e.headings = stateExtracted, r.generation(), len(pieces), headingsOf(pieces)
	return r.add(ctx, job{entry: e, markdown: x.Markdown, passages: r.passages(e.document, pieces)})
}

// blank is the entry of a file that nothing is known of but its place. The
// attempts count on.
func (r *run) blank(f file) entry {
	return entry{
		document: retrieval.Document{ID: documentID(f.source.ID, f.path), Source: f.source.ID, Path: f.path},
		size:     f.size, modified: f.modified.UnixNano(), attempts: r.known[documentID(f.source.ID, f.path)].attempts,
	}
}

// fail reports a document that cannot be read. Its readers cannot be decided
// either, since the document may narrow them, so what the index has of it
// leaves.
func (r *run) fail(ctx context.Context, e entry, cause error) error {
	r.report.fail(e.document.Source, e.document.Path, cause)
	e.state, e.reason = stateFailed, cause.Error()
	e.attempts++
	return r.withdraw(ctx, e)
}

// withdraw takes a document out of the index and keeps its entry, read by
// nobody. The ledger is first: what it withholds no search returns.
func (r *run) withdraw(ctx context.Context, e entry) error {
	e.document.Readers = access.Readers{}
	empty := ""
	if err := r.Ledger.put(ctx, []entry{e}, func(entry) *string { return &empty }); err != nil {
		return err
	}
	if r.known[e.document.ID].state == "" {
		return nil
	}
	if err := r.Index.Delete(ctx, e.document.ID); err != nil {
		return fmt.Errorf("delete from the index: %w", err)
	}
	return nil
}

func (r *run) setReaders(ctx context.Context, e entry) error {
	if err := r.Index.SetReaders(ctx, map[retrieval.DocumentID]access.Readers{e.document.ID: e.document.Readers}); err != nil {
		return fmt.Errorf("change who reads %s/%s in the index: %w", e.document.Source, e.document.Path, err)
	}
	return nil
}

// hashOf is the version of a file's content.
func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// mostHeadings bounds what the ledger keeps of a document's outline.
const mostHeadings = 12

// headingsOf returns the innermost headings of a document, each once, in order.
func headingsOf(pieces []Piece) []string {
	seen := map[string]bool{}
	headings := []string{}
	for _, p := range pieces {
		if len(p.Headings) == 0 || len(headings) == mostHeadings {
			continue
		}
		if last := p.Headings[len(p.Headings)-1]; !seen[last] {
			seen[last] = true
			headings = append(headings, last)
		}
	}
	return headings
}

// generation names the run's generation in the ledger.
func (r *run) generation() string {
	g := r.Generation
	return fmt.Sprintf("%s/%d/%s", g.Embedder, g.Dimensions, g.Cutting)
}
