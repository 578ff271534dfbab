package ingest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bureau/ingest/origin"
)

// A staging makes next of what an origin has brought.
type staging struct {
	mirror
	source Source
	base   string // the mirror as it was, or "" for none of this origin
	fresh  int    // files that base does not have
	files  int
	missed origin.Missed
}

// stage makes next of what the origin has brought: regular files that are not
// hidden. It shares the content of a file with the working folder, or, where
// that has not changed, with what the mirror had, so that the file is the same
// to a run, however often the origin wrote it. It returns the links, which are
// never followed, and whether anything has changed.
func (m mirror) stage(ctx context.Context, source Source) (changed bool, missed origin.Missed, err error) {
	name := source.Origin.String()
	if err := origin.Empty(m.next); err != nil {
		return false, nil, err
	}
	s := staging{mirror: m, source: source, base: m.ready}
	if originOf(s.base) != name {
		s.base = m.folder
	}
	if originOf(s.base) != name {
		s.base = ""
	}
	err = filepath.WalkDir(m.work, func(from string, entry fs.DirEntry, err error) error {
		if err := cmp.Or(ctx.Err(), err); err != nil {
			return err
		}
		return s.take(from, entry)
	})
	if err != nil {
		return false, nil, err
	}
	if s.base != "" && s.fresh == 0 {
		n, err := countFiles(s.base)
		if err != nil || n == s.files {
			return false, s.missed, err
		}
	}
	return true, s.missed, os.WriteFile(filepath.Join(m.next, originFile), []byte(name), 0o600)
}

// take stages what the origin has at one place.
func (s *staging) take(from string, entry fs.DirEntry) error {
	inside, err := filepath.Rel(s.work, from)
	switch {
	case err != nil || inside == ".":
		return err
	case strings.HasPrefix(entry.Name(), "."):
		return skip(entry)
	case entry.IsDir():
		return os.Mkdir(filepath.Join(s.next, inside), 0o700)
	case !entry.Type().IsRegular():
		if wanted, _ := s.source.Wants(filepath.ToSlash(inside), 0); wanted {
			s.missed = append(s.missed, origin.Miss{Name: filepath.ToSlash(inside), Err: origin.ErrLink})
		}
		return nil
	}
	s.files++
	to := filepath.Join(s.next, inside)
	if s.base == "" {
		s.fresh++
		return errors.Join(hardLink(from, to), persist(to))
	}
	same, err := carry(from, filepath.Join(s.base, inside), to)
	if !same {
		s.fresh++
	}
	return err
}

// countFiles counts the files of a mirror.
func countFiles(folder string) (n int, err error) {
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && entry.Name() != originFile {
			n++
		}
		return err
	})
	return n, err
}

// carry puts a file at to: that of the mirror, base, where from has the same
// content, or else from itself, on the disk for sure, and with another time
// where the size alone would not tell the two apart.
func carry(from, base, to string) (same bool, err error) {
	info, err := os.Lstat(from)
	if err != nil {
		return false, err
	}
	had, err := os.Lstat(base)
	if err != nil || had.Size() != info.Size() || !had.Mode().IsRegular() {
		return false, errors.Join(hardLink(from, to), persist(to))
	}
	same, err = isSame(from, base, info, had)
	switch {
	case err != nil:
		return false, err
	case same:
		return true, hardLink(base, to)
	}
	if err := errors.Join(hardLink(from, to), persist(to)); err != nil || !had.ModTime().Equal(info.ModTime()) {
		return false, err
	}
	now := time.Now()
	return false, os.Chtimes(to, now, now)
}

// isSame reports whether two files of one size have the same content.
func isSame(a, b string, infoA, infoB fs.FileInfo) (bool, error) {
	if os.SameFile(infoA, infoB) {
		return true, nil
	}
	one, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer one.Close()
	other, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer other.Close()
	var left, right [32 << 10]byte
	for {
		n, errA := io.ReadFull(one, left[:])
		k, errB := io.ReadFull(other, right[:])
		ended := errors.Is(errA, io.EOF) || errors.Is(errA, io.ErrUnexpectedEOF)
		switch {
		case !bytes.Equal(left[:n], right[:k]):
			return false, nil
		case errA != nil && !ended:
			return false, errA
		case ended:
			return true, nil
		case errB != nil:
			return false, errB
		}
	}
}

// hardLink gives a file a second name, or a copy where the file system has no such
// names.
func hardLink(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close(), os.Chtimes(to, info.ModTime(), info.ModTime()))
}

// persist brings a file to the disk: a mirror that is put in place holds after
// a power cut.
func persist(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
