package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"strings"

	"bureau/ingest/archive"
	"bureau/ingest/format"
	"bureau/ingest/mail"
)

const (
	// maxHolder is the size of the largest archive, mailbox or export, in bytes.
	maxHolder = 128 << 20
	// deepest is how many files may be inside one another: a document in an
	// archive, attached to a mail, in a mailbox, in an archive.
	deepest = 4
)

// isDocument reports whether a file of this name has a text.
func (f file) isDocument() bool {
	_, err := formatOf(f.path)
	return err == nil
}

// holds reports whether documents are inside a file of this name: an archive,
// a mailbox, a mail with what is attached to it, or an export of the source.
func (f file) holds() bool {
	switch f.extension() {
	case ".zip", ".mbox", ".eml":
		return true
	case ".json", ".jsonl":
		return f.source.Export != nil
	}
	return false
}

// IsHolder reports whether the name of a file promises documents inside it and
// no text of its own.
func IsHolder(name string) bool {
	f := file{path: name, source: Source{Export: &Export{}}}
	return f.holds() && !f.isDocument()
}

func (f file) extension() string { return strings.ToLower(path.Ext(f.path)) }

// most is the size of the largest file of this name, in bytes.
func (f file) most() int64 {
	if f.isDocument() {
		return MaxBytes
	}
	return maxHolder
}

// holding returns the file at a path inside f.
func (f file) holding(inside string) file {
	in := file{source: f.source, path: f.path + "/" + inside, holder: f.holder, size: f.size, modified: f.modified}
	if in.holder == "" {
		in.holder = f.path
	}
	return in
}

// isInside reports whether name is below holder.
func isInside(name, holder string) bool { return strings.HasPrefix(name, holder+"/") }

// An opening goes through all that is inside one file of a source.
type opening struct {
	reader Extractor
	// visit is handed each file with the rules about it; one that cannot be read
	// comes with its problem and without content.
	visit func(file, []byte) error
	left  int64 // bytes that may still be unpacked
	names *format.Names
}

// maxOpened is how much may be inside one file and what is inside that, in bytes.
const maxOpened = 1 << 30

// open visits everything inside a file, and what is inside that. What the source
// excludes and what is hidden is left out. An error is that of visit, which ends
// it, or says why the file itself cannot be opened; then nothing was visited.
func (o *opening) open(ctx context.Context, f file, data []byte, depth int) error {
	book, err := o.survey(ctx, f, data)
	if err != nil {
		return err
	}
	for m, err := range o.members(ctx, f, data) {
		if m.Path == "" && err != nil {
			return err
		}
		in := f.holding(m.Path)
		if _, isRule := subjectOf(in.path); isRule || matches(f.source.Exclude, in.path) {
			continue
		}
		in.problem = err
		if free := o.names.Take(in.path); free != in.path {
			in.path, in.problem = free, fmt.Errorf("%w: two files in %s have this name; pack it anew", format.ErrDamaged, in.holder)
		}
		in.rule(book)
		if o.left -= int64(len(m.Data)); o.left < 0 {
			in.problem = fmt.Errorf("%w: there is more than %d MiB inside %s, and this and the rest is not read; split it", format.ErrLimit, maxOpened>>20, in.holder)
			return o.visit(in, nil)
		}
		if err := o.member(ctx, in, m.Data, depth); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// member visits one file inside another one, and what is inside it. Its error
// is that of visit, or says that ctx has ended.
func (o *opening) member(ctx context.Context, in file, data []byte, depth int) error {
	if in.problem != nil || !in.holds() {
		return o.visit(in, data)
	}
	if in.isDocument() {
		if err := o.visit(in, data); err != nil {
			return err
		}
	}
	if depth == deepest {
		in.problem = fmt.Errorf("%w: files in files, more than %d deep; unpack them", format.ErrLimit, deepest)
		return o.unlessDocument(in)
	}
	var stopped error
	inner := opening{o.reader, func(in file, data []byte) error {
		stopped = o.visit(in, data)
		return stopped
	}, o.left, o.names}
	in.problem = inner.open(ctx, in, data, depth+1)
	o.left = inner.left
	switch {
	case stopped != nil:
		return stopped
	case ctx.Err() != nil:
		return ctx.Err()
	case in.problem != nil:
		return o.unlessDocument(in)
	}
	return nil
}

// unlessDocument visits a file that cannot be opened, unless it was visited for
// its own text.
func (o *opening) unlessDocument(in file) error {
	if in.isDocument() {
		return nil
	}
	return o.visit(in, nil)
}

// survey returns the rules about what is inside a file. They are looked for
// before anything is read, since they may stand behind what they are about; and
// that the file can be read to its end is known by then.
func (o *opening) survey(ctx context.Context, f file, data []byte) (ruleBook, error) {
	if f.extension() == ".eml" || o.left <= 0 {
		return f.book, nil
	}
	found, there := ruleBook{}, nameSet{}
	there.add(f.path)
	for m, err := range o.members(ctx, f, data) {
		if m.Path == "" && err != nil {
			return nil, err
		}
		there.add(f.path + "/" + m.Path)
		_, wasRule := subjectOf(m.Stated)
		switch _, isRule := subjectOf(m.Path); {
		case f.extension() != ".zip":
		case isRule:
			found.add(f.path+"/"+m.Path, m.Data, err)
		case wasRule: // under this name nobody can tell what it is about
			return nil, fmt.Errorf("%w: the rules %.100q in it cannot be read under this name (%w)", errRule, m.Stated, cmp.Or(err, errNoRule))
		}
	}
	for _, rule := range found.pointless(there) {
		in := f.holding(strings.TrimPrefix(rule, f.path+"/"))
		in.problem = errPointless
		if err := o.visit(in, nil); err != nil {
			return nil, err
		}
	}
	return f.book.with(found), nil
}

var errNoRule = errors.New("it is too long; choose a shorter one")

// members yields the files inside a file, in their order. One that cannot be
// read comes with its path and its error; an error without a path is that of
// the whole file and ends it.
func (o *opening) members(ctx context.Context, f file, data []byte) iter.Seq2[format.Member, error] {
	switch f.extension() {
	case ".zip":
		return archive.Zip(data, format.Default)
	case ".mbox":
		return mail.EachMBOX(data, format.Default)
	case ".eml":
		return func(yield func(format.Member, error) bool) {
			attached, err := o.reader.Attachments(ctx, f.path, data)
			if err != nil {
				yield(format.Member{}, err)
				return
			}
			for _, m := range attached {
				if !yield(m, nil) {
					return
				}
			}
		}
	case ".json", ".jsonl":
		return f.source.Export.members(f.extension() == ".jsonl", data)
	}
	return func(yield func(format.Member, error) bool) {
		yield(format.Member{}, errors.ErrUnsupported) // unreachable: the file holds nothing
	}
}
