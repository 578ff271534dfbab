package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A file is one that a source takes.
type file struct {
	source   Source
	path     string // slash-separated, inside the source's folder
	absolute string // where it really is, to tell files apart across sources
	size     int64
	modified time.Time
	problem  error // why it cannot be read, nil for a file that can
}

// A walk is what was found in one source's folder.
type walk struct {
	source  Source
	files   []file
	ignored map[string]int // files of kinds that are not read, by extension
	// err says that the folder could not be walked to its end. Its documents
	// then stay as they are: a share that is not mounted is not an empty one.
	err error
}

// walkSource lists the files that a source takes, sorted. It never leaves the
// folder: a link that leads out is reported as a file with a problem, a link
// that stays inside is left to its target.
func walkSource(ctx context.Context, source Source) walk {
	w := walk{source: source, ignored: map[string]int{}}
	real, err := filepath.EvalSymlinks(source.Path)
	if err != nil {
		w.err = fmt.Errorf("source %s: folder %s: %w; check its path, or that the share is mounted", source.ID, source.Path, err)
		return w
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		w.err = fmt.Errorf("source %s: open folder: %w", source.ID, err)
		return w
	}
	defer root.Close()
	w.err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("source %s: walk %s: %w", source.ID, name, err)
		case name == ".":
			return nil
		case strings.HasPrefix(path.Base(name), "."):
			return skip(entry)
		case entry.IsDir():
			return nil
		}
		w.add(root, real, name, entry)
		return nil
	})
	return w
}

// skip leaves out a hidden file, or a hidden folder with all that is in it.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// add notes one entry of the folder.
func (w *walk) add(root *os.Root, real, name string, entry fs.DirEntry) {
	if !w.source.takes(name) {
		return
	}
	f := file{source: w.source, path: name, absolute: filepath.Join(real, filepath.FromSlash(name))}
	if entry.Type()&fs.ModeSymlink != 0 {
		if _, err := root.Stat(name); err == nil {
			return
		}
		f.problem = errors.New("the link leads nowhere, or out of the folder; put the document itself there")
		w.files = append(w.files, f)
		return
	}
	if !entry.Type().IsRegular() {
		return
	}
	if _, err := formatOf(name); err != nil {
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
		if f.size > MaxBytes {
			f.problem = fmt.Errorf("%w: %d MiB, the limit is %d MiB; split it", ErrTooLarge, f.size>>20, MaxBytes>>20)
		}
	}
	w.files = append(w.files, f)
}

// readFile reads a file that was walked, without leaving its folder meanwhile.
func readFile(f file) ([]byte, error) {
	root, err := os.OpenRoot(f.source.Path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(filepath.FromSlash(f.path))
}

// settleClaims marks every file that more than one source takes: nobody can
// tell which readers were meant, so it is read under neither.
func settleClaims(walks []walk) {
	claims := map[string][]string{}
	for _, w := range walks {
		for _, f := range w.files {
			claims[f.absolute] = append(claims[f.absolute], w.source.ID)
		}
	}
	for _, w := range walks {
		for i, f := range w.files {
			if by := claims[f.absolute]; len(by) > 1 {
				w.files[i].problem = fmt.Errorf("claimed by sources %s; exclude it in all of them but one", strings.Join(by, " and "))
			}
		}
	}
}
