package ingest

import (
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"bureau/access"
)

// A Source is a folder of documents with who reads it.
type Source struct {
	ID      string // unlike that of every other source
	Path    string // absolute folder; that of its mirror where there is an Origin
	Readers access.Readers
	// Include and Exclude are globs over slash-separated paths inside the
	// folder, ** for any folders. Nothing included means everything; what is
	// excluded stays out whatever is included.
	Include, Exclude []string
	Language         string // of documents that do not tell, or ""
	// Export says where the documents are in the source's JSON and JSONL files;
	// nil leaves these files out.
	Export *Export
	// Origin is where the documents come from, nil where they are in Path
	// anyway. It is fetched when Every has passed since the last time, and may
	// take up to Timeout, 0 for an hour.
	Origin         Origin
	Every, Timeout time.Duration
}

// Check returns the first glob of s that is not one.
func (s Source) Check() error {
	if err := CheckGlobs(slices.Concat(s.Include, s.Exclude)); err != nil {
		return fmt.Errorf("source %s: %w", s.ID, err)
	}
	return nil
}

// CheckGlobs returns the first that is not one.
func CheckGlobs(globs []string) error {
	for _, glob := range globs {
		if !doublestar.ValidatePattern(glob) {
			return fmt.Errorf(`%q is not a glob such as **/*.md; \[ stands for a bracket`, glob)
		}
	}
	return nil
}

// takes reports whether the globs of s let a file in.
func (s Source) takes(name string) bool {
	return (len(s.Include) == 0 || matches(s.Include, name)) && !matches(s.Exclude, name)
}

// matches reports whether name is like one of the globs.
func matches(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool {
		return doublestar.MatchUnvalidated(path.Clean(glob), name)
	})
}
