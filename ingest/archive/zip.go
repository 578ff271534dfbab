package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"bureau/ingest/format"
)

// Zip yields the files in a zip archive, and in the zip archives in it, in
// their order. The paths of the latter begin with that of their archive.
//
// A member that cannot be read comes with its path and its error, and the next
// ones follow: it may be [format.ErrEncrypted], [format.ErrDamaged] or, where
// it unpacks to far more than its size, [format.ErrLimit]. An error without a
// path is that of the whole archive and ends it. An archive without a directory
// is damaged as a whole, and nothing of it is read, since half of an archive
// would look as if the other half had been deleted.
//
// Directories, hidden files and what the Mac adds are left out; a link is a member
// that cannot be read. The
// limits of members, of depth and of unpacked bytes hold for all the archives
// together.
func Zip(data []byte, limits format.Limits) iter.Seq2[format.Member, error] {
	return func(yield func(format.Member, error) bool) {
		w := walker{box: box{limits: limits, left: limits.Unpacked}, yield: yield}
		if err := w.walk(data, "", 1); err != nil && !errors.Is(err, errStopped) {
			yield(format.Member{}, err)
		}
	}
}

// errStopped ends a walk whose consumer wants no more.
var errStopped = errors.New("stopped")

// A walker walks through the members of an archive.
type walker struct {
	box
	yield func(format.Member, error) bool
	names format.Names
	count int
}

// walk yields the members of an archive under a prefix of their paths. Its
// error ends the whole walk.
func (w *walker) walk(data []byte, prefix string, depth int) error {
	files, err := w.open(data)
	if err != nil && prefix != "" && !errors.Is(err, errTotal) {
		return w.give(format.Member{Path: strings.TrimSuffix(prefix, "/")}, err)
	}
	if err != nil {
		return err
	}
	for number, f := range files {
		isLink := f.Mode()&fs.ModeSymlink != 0
		if !f.Mode().IsRegular() && !isLink {
			continue
		}
		w.count++
		if w.count > w.limits.Members {
			return w.tooMany()
		}
		m := format.Member{Stated: nameOf(f), Modified: f.Modified}
		name, ok := format.SafePath(m.Stated)
		if ok && isHidden(name) {
			continue
		}
		m.Path = w.names.Take(prefix + name)
		var err error
		switch {
		case !ok:
			m.Path = fmt.Sprintf("%smember %d", prefix, number+1)
			err = fmt.Errorf("%w: the name %.100q is not that of a file in an archive; pack it anew", format.ErrDamaged, f.Name)
		case m.Path != prefix+name:
			err = fmt.Errorf("%w: another file in the archive has the same name; pack it anew", format.ErrDamaged)
		case isLink:
			err = fmt.Errorf("%w: it is a link; pack the file itself", format.ErrUnsupported)
		}
		if err != nil {
			err = w.give(m, err)
		} else {
			err = w.member(file{f}, m, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// member yields one file, or the files in it where it is an archive.
func (w *walker) member(f file, m format.Member, depth int) error {
	data, err := w.unpack(f)
	switch {
	case errors.Is(err, errTotal):
		return err
	case err != nil:
		return w.give(m, err)
	case !strings.EqualFold(path.Ext(m.Path), ".zip"):
		m.Data = data
		return w.give(m, nil)
	case depth >= w.limits.Depth:
		return w.give(m, fmt.Errorf("%w: archives in archives, %d deep; unpack them", format.ErrLimit, depth+1))
	}
	return w.walk(data, m.Path+"/", depth+1)
}

// give yields a member or its error.
func (w *walker) give(m format.Member, err error) error {
	if !w.yield(m, err) {
		return errStopped
	}
	return nil
}

// isHidden reports whether a path is that of a file which is not shown, or one
// that the Mac adds.
func isHidden(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(element string) bool {
		return strings.HasPrefix(element, ".") || element == "__MACOSX"
	})
}
