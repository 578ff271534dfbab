package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A file is one that a source takes, or one inside such a file.
type file struct {
	source   Source
	path     string // slash-separated, inside the source's folder
	holder   string // path of the file that this one is inside, or ""
	absolute string // where it really is, to tell files apart across sources
	size     int64  // of the holder, as is the time, for a file that is inside one
	modified time.Time
	book     ruleBook // of the rules about what is inside it
	rules    []Rule   // about it, outermost first
	problem  error    // why it cannot be read, nil for a file that can
}

// A walk is what was found in one source's folder.
type walk struct {
	source  Source
	folder  string // where the source's folder really is
	files   []file
	book    ruleBook
	names   nameSet        // of everything that was seen, read or not
	ignored map[string]int // files of kinds that are not read, by extension
	holes   []hole
}

// A hole is a folder that could not be looked into. Its documents stay as they
// are: a share that is not mounted is not an empty one.
type hole struct {
	path string // inside the source's folder, "." for all of it
	err  error
}

// covers reports whether the walk could not see if there is a file name.
func (w *walk) covers(name string) bool {
	return slices.ContainsFunc(w.holes, func(h hole) bool {
		return h.path == "." || strings.HasPrefix(name, h.path+"/")
	})
}

// mayHave reports whether the source takes the file of a document that the walk
// could not see. One whose globs cannot be understood takes any.
func (w *walk) mayHave(e entry) bool {
	name := cmp.Or(e.holder, e.document.Path)
	return w.covers(name) && (w.source.Check() != nil || w.source.takes(name))
}

// walkSource lists the files that a source takes, sorted. It never leaves the
// folder: a link that leads out is reported as a file with a problem, a link
// that stays inside is left to its target.
func walkSource(ctx context.Context, source Source) (walk, error) {
	w := walk{source: source, folder: filepath.Clean(source.Path), book: ruleBook{}, names: nameSet{}, ignored: map[string]int{}}
	root, err := w.open()
	if err != nil {
		w.holes = []hole{{".", err}}
		return w, ctx.Err()
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			w.miss(name, err)
		case name != "." && strings.HasPrefix(path.Base(name), "."):
			return skip(entry)
		case !entry.IsDir():
			w.add(root, name, entry)
		}
		w.names.add(name)
		return nil
	})
	// A folder whose list breaks off may have rules that were not seen.
	w.files = slices.DeleteFunc(w.files, func(f file) bool { return w.covers(f.path) })
	for i := range w.files {
		w.files[i].rule(w.book)
	}
	return w, err
}

// rule gives a file the rules about it. One whose rules cannot be read is not
// read itself.
func (f *file) rule(book ruleBook) {
	var err error
	f.book = book
	f.rules, err = book.of(f.path)
	f.problem = cmp.Or(f.problem, err)
}

// open opens the source's folder.
func (w *walk) open() (*os.Root, error) {
	if err := cmp.Or(w.source.Check(), w.source.isFetched()); err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(w.folder)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w; check its path, or that the share is mounted", w.folder, err)
	}
	w.folder = real
	root, err := os.OpenRoot(real)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	return root, nil
}

// skip leaves out a hidden file, or a hidden folder with all that is in it.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// miss notes a folder that cannot be listed, unless it is gone by now or none
// of its files were wanted.
func (w *walk) miss(name string, err error) {
	if name != "." && (errors.Is(err, fs.ErrNotExist) || matches(w.source.Exclude, name)) {
		return
	}
	w.holes = append(w.holes, hole{name, fmt.Errorf("list folder: %w; make it readable or exclude it", err)})
}

// add notes one entry of the folder.
func (w *walk) add(root *os.Root, name string, entry fs.DirEntry) {
	if _, isRule := subjectOf(name); isRule {
		data, err := readRule(root, name)
		w.book.add(name, data, err)
		return
	}
	if !w.source.takes(name) {
		return
	}
	f := file{source: w.source, path: name, absolute: filepath.Join(w.folder, filepath.FromSlash(name))}
	if entry.Type()&fs.ModeSymlink != 0 {
		if _, err := root.Stat(name); err != nil {
			f.problem = errors.New("the link leads nowhere, or out of the folder; put the document itself there")
			w.files = append(w.files, f)
		}
		return
	}
	if !entry.Type().IsRegular() {
		return
	}
	if !f.isDocument() && !f.holds() {
		w.ignored[strings.ToLower(path.Ext(name))]++
		return
	}
	info, err := entry.Info()
	switch {
	case errors.Is(err, fs.ErrNotExist): // gone since the folder was listed
		return
	case err != nil:
		f.problem = err
	default:
		f.size, f.modified = info.Size(), info.ModTime()
		if most := f.most(); f.size > most {
			f.problem = fmt.Errorf("%w: %d MiB, the limit is %d MiB; split it", ErrTooLarge, f.size>>20, most>>20)
		}
	}
	w.files = append(w.files, f)
}

// readFile reads a file that was walked. Whatever has been put in its place
// meanwhile, it does not leave the folder and reads no more than a byte over the
// limit.
func readFile(f file) ([]byte, error) {
	root, err := os.OpenRoot(f.source.Path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	opened, err := root.Open(filepath.FromSlash(f.path))
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return io.ReadAll(io.LimitReader(opened, f.most()+1))
}
