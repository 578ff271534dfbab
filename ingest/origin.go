package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

// An Origin is where the documents of a source come from when that is not a
// folder of this machine.
type Origin interface {
	// Fetch makes folder hold what the origin has now and nothing else. The
	// folder is private to the origin and has what its last fetch left there, or
	// does not exist yet. Nobody else sees it before Fetch returns nil, so that it
	// may be half done when an error ends it: what could not be listed in full is
	// not gone. Files are replaced, never written in place. Names that begin with
	// a dot are the origin's own, and links are left out.
	//
	// Where only some files could not be brought the error is an origin.Missed,
	// and the others count.
	Fetch(ctx context.Context, folder string) error
	// String names the origin to people, without a secret in it, and differs
	// from that of every other origin: documents of one are not taken for those
	// of another.
	String() string
}

// fetchLimit is how long a fetch may take where the source does not say.
const fetchLimit = time.Hour

// Wants reports whether a file of this name and size, in bytes, is read at all.
// An error says why one that is wanted cannot be. Rules about who may read are
// always wanted: without them more people would read what they are about.
func (s Source) Wants(name string, size int64) (bool, error) {
	f := file{source: s, path: name}
	_, isRule := subjectOf(name)
	if !isRule && (!s.takes(name) || !f.isDocument() && !f.holds()) {
		return false, nil
	}
	if most := f.most(); size > most {
		return true, fmt.Errorf("%w: %d MiB, the limit is %d MiB; split it", ErrTooLarge, size>>20, most>>20)
	}
	return true, nil
}

// selection tells apart what the source takes of its origin: where it changes,
// a mirror lacks files.
func (s Source) selection() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %t %q", s.Include, s.Exclude, s.Export != nil, slices.Sorted(maps.Keys(formats))))
	return hex.EncodeToString(sum[:8])
}

// isFetched reports why a source that has an origin has no mirror of it, or nil.
func (s Source) isFetched() error {
	if s.Origin == nil || originOf(s.Path) == s.Origin.String() {
		return nil
	}
	return fmt.Errorf("nothing has been fetched yet from %s", s.Origin)
}
