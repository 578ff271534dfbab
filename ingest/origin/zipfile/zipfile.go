// Package zipfile brings the files in a zip archive, which is a file of this
// machine or at an https address.
package zipfile

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/text/unicode/norm"

	"bureau/ingest/archive"
	"bureau/ingest/format"
	"bureau/ingest/origin"
)

// An Archive is a zip archive, at a place that is an absolute path or an https
// address.
type Archive struct {
	Place  string
	Wants  origin.Wants
	client *http.Client // nil for one that leaves the host for nobody
}

// maxArchive is the size of the largest archive, in bytes.
const maxArchive = 256 << 20

// limits are those of the members.
var limits = format.Limits{Members: 100_000, Depth: 4, Unpacked: 4 << 30, Member: 128 << 20}

// IsAddress reports whether a place is an address and no path.
func IsAddress(place string) bool { return strings.Contains(place, "://") }

// Check reports why an archive cannot be at its place, or nil.
func (a *Archive) Check() error {
	if !IsAddress(a.Place) {
		return nil
	}
	if u, err := url.Parse(a.Place); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return errors.New("is neither a path nor an address like https://www.example.com/documents.zip")
	}
	return nil
}

// String names the place, with a hash of its query, which may be a secret.
func (a *Archive) String() string {
	if !IsAddress(a.Place) {
		return "zip " + a.Place
	}
	return "zip " + origin.Address(a.Place)
}

// Fetch brings the files in the archive, unless it is the one that was brought
// last.
func (a *Archive) Fetch(ctx context.Context, folder string) error {
	data, version, err := a.get(ctx, markIn(folder))
	if errors.Is(err, errSame) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := origin.Empty(folder); err != nil {
		return err
	}
	err = origin.Bring(folder, func(f *origin.Folder) error { return a.unpack(ctx, data, f) })
	if err != nil || version == "" {
		return err // and what was missed is said again by the next fetch
	}
	return mark(folder, version)
}

// errName says that a file cannot have the name here that it has in the archive.
var errName = errors.New("its name is too long, or cannot be a file's; pack it under another")

// baseOf returns the last element of a name as an archive states it.
func baseOf(stated string) string {
	return norm.NFC.String(path.Base(strings.ReplaceAll(stated, `\`, "/")))
}

// unpack writes every file into the folder, whatever of it is read: the archive
// is not unpacked again when that changes.
func (a *Archive) unpack(ctx context.Context, data []byte, f *origin.Folder) error {
	for m, err := range archive.Zip(data, limits) {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case m.Path == "":
			return err
		case path.Base(m.Path) != baseOf(m.Stated):
			// Under another name a file of rules is none, and is about nothing.
			f.Miss(path.Join(path.Dir(m.Path), baseOf(m.Stated)), cmp.Or(err, errName))
			continue
		case err == nil:
			_, err = a.Wants(m.Path, int64(len(m.Data)))
		}
		if err == nil {
			err = f.Put(origin.File{Name: m.Path, Modified: m.Modified}, bytes.NewReader(m.Data))
			if err != nil && !errors.Is(err, syscall.ENOTDIR) && !errors.Is(err, syscall.EISDIR) && !errors.Is(err, syscall.EEXIST) {
				return err
			}
		}
		if err != nil {
			f.Miss(m.Path, err)
		}
	}
	return nil
}

var errSame = errors.New("the archive is the same as before")

// get returns the archive and what tells it apart from other versions, or
// errSame where that is version.
func (a *Archive) get(ctx context.Context, version string) (data []byte, now string, err error) {
	if IsAddress(a.Place) {
		return a.download(ctx, version)
	}
	info, err := os.Stat(a.Place)
	if err != nil {
		return nil, "", fmt.Errorf("%w; check its path, or that the share is mounted", err)
	}
	if now = fmt.Sprintf("%d %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)); now == version {
		return nil, now, errSame
	}
	in, err := os.Open(a.Place)
	if err != nil {
		return nil, "", err
	}
	defer in.Close()
	data, err = read(in)
	return data, now, err
}

// read reads an archive up to the limit.
func read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxArchive+1))
	if err == nil && len(data) > maxArchive {
		err = fmt.Errorf("%w: the archive has more than %d MiB; split it", format.ErrLimit, maxArchive>>20)
	}
	return data, err
}
