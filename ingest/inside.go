package ingest

import (
	"context"
	"fmt"
	"path"

	"bureau/ingest/format"
	"bureau/retrieval"
)

// insideOf returns the documents that are inside files, by the file that holds
// them.
func insideOf(known map[retrieval.DocumentID]entry) map[retrieval.DocumentID][]entry {
	inside := map[retrieval.DocumentID][]entry{}
	for _, e := range known {
		if e.holder != "" {
			holder := documentID(e.document.Source, e.holder)
			inside[holder] = append(inside[holder], e)
		}
	}
	return inside
}

// unopened judges a file, with all that is inside it, without opening it, or
// reports that it has to be opened: for itself, or for any document in it.
func (j *judge) unopened(f file) (verdicts []verdict, ok bool) {
	v, ok := j.byStamp(f)
	switch {
	case !f.holds() && ok:
		return []verdict{v}, true
	case !f.holds():
		return nil, false
	}
	id := documentID(f.source.ID, f.path)
	known := j.known[id]
	isOpened := f.problem == nil && known.opened == j.opening(f) && isSameFile(known, f)
	switch {
	case ok && !isOpened && f.isDocument() && f.problem == nil && (v.kind == withheld || j.wasRefused(known, f)):
		return nil, false // it was read, and perhaps what is inside it was not
	case ok && !isOpened && (v.kind == failed || v.kind == setAside || v.kind == withheld):
		return append([]verdict{v}, j.shutIn(f)...), true
	case !isOpened || f.isDocument() && !ok:
		return nil, false
	case ok:
		verdicts = append(verdicts, v)
	}
	for _, e := range j.inside[id] {
		v, ok := j.byStamp(f.asKnown(e))
		if !ok {
			return nil, false
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, true
}

// shutIn returns the verdicts on what was inside a file that cannot be opened:
// nobody can tell who may read it, as with any file that cannot be read. Who
// read it is remembered.
func (j *judge) shutIn(f file) (verdicts []verdict) {
	for _, known := range j.inside[documentID(f.source.ID, f.path)] {
		e := j.blank(f.asKnown(known))
		e.state, e.reason = stateWithheld, fmt.Sprintf("it is inside %s, which cannot be read", path.Base(f.path))
		v := j.withoutText(shut, e)
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// goneFrom is the verdict on a document that is not inside its file any more.
func (j *judge) goneFrom(e entry) verdict {
	_, has := j.indexed[e.document.ID]
	return verdict{kind: gone, entry: e, isNew: !has}
}

// read judges a file by its content, with all that is inside it, and hands each
// verdict to take. An error is that of take, or says that ctx has ended.
func (j *judge) read(ctx context.Context, f file, take func(verdict) error) error {
	if j.waits(f) {
		return take(verdict{kind: waiting, entry: j.blank(f)})
	}
	data, err := readFile(f)
	if err != nil {
		return j.refuse(f, j.unreadable(f, err, constant), take)
	}
	if f.isDocument() {
		v, err := j.byContent(ctx, f, data)
		if err != nil {
			return err
		}
		if v.kind == failed || v.kind == setAside {
			return j.refuse(f, v, take)
		}
		if err := take(v); err != nil {
			return err
		}
	}
	if !f.holds() {
		return nil
	}
	return j.readInside(ctx, f, data, take)
}

// refuse hands on the verdict on a file that cannot be read, and those on what
// was inside it.
func (j *judge) refuse(f file, v verdict, take func(verdict) error) error {
	for _, v := range append([]verdict{v}, j.shutIn(f)...) {
		if err := take(v); err != nil {
			return err
		}
	}
	return nil
}

// readInside judges what is inside a file.
func (j *judge) readInside(ctx context.Context, f file, data []byte, take func(verdict) error) error {
	seen := map[retrieval.DocumentID]bool{}
	var taking error
	o := opening{reader: j.reader, left: maxOpened, names: &format.Names{}, visit: func(in file, data []byte) error {
		if !in.isDocument() && in.problem == nil {
			taking = take(verdict{kind: ignored, entry: j.blank(in)})
			return taking
		}
		seen[documentID(in.source.ID, in.path)] = true
		var v verdict
		if v, taking = j.insideVerdict(ctx, in, data); taking == nil {
			taking = take(v)
		}
		return taking
	}}
	err := o.open(ctx, f, data, 1)
	switch {
	case taking != nil:
		return taking
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && f.isDocument():
		return nil // its text could be read: what broke may not the next time
	case err != nil:
		return j.refuse(f, j.unreadable(f, err, mayPass(err)), take)
	}
	for _, e := range j.inside[documentID(f.source.ID, f.path)] {
		if !seen[e.document.ID] {
			if err := take(j.goneFrom(e)); err != nil {
				return err
			}
		}
	}
	e := j.blank(f)
	e.state, e.attempts, e.opened = stateOpened, 0, j.opening(f)
	return take(verdict{kind: opened, entry: e})
}

// insideVerdict judges a document inside a file.
func (j *judge) insideVerdict(ctx context.Context, in file, data []byte) (verdict, error) {
	switch {
	case j.waits(in):
		return verdict{kind: waiting, entry: j.blank(in)}, nil
	case in.problem != nil:
		return j.unreadable(in, in.problem, mayPass(in.problem)), nil //nolint:nilerr // the problem is in the verdict
	case len(data) > MaxBytes:
		return j.unreadable(in, fmt.Errorf("%w: %d MiB, the limit is %d MiB; split it", ErrTooLarge, len(data)>>20, MaxBytes>>20), final), nil
	}
	return j.byContent(ctx, in, data)
}

// waits reports whether nothing can be written and the index has nothing of a
// file whose readers may have changed.
func (j *judge) waits(f file) bool {
	if j.down == nil {
		return false
	}
	id := documentID(f.source.ID, f.path)
	if _, has := j.indexed[id]; has {
		return false
	}
	for _, e := range j.inside[id] {
		if _, has := j.indexed[e.document.ID]; has {
			return false
		}
	}
	return true
}

// asKnown returns a document inside f as it was when f was last opened.
func (f file) asKnown(e entry) file {
	in := f.holding(e.document.Path[len(f.path)+1:])
	in.rule(f.book)
	for _, rule := range e.rules {
		if isInside(rule.Path, f.path) {
			in.rules = append(in.rules, rule)
		}
	}
	return in
}
