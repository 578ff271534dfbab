package ingest

import (
	"fmt"
	"path/filepath"
	"strings"
)

// settleClaims marks every file that more than one source takes: nobody can
// tell which readers were meant, so it is read under neither.
func settleClaims(walks []walk) {
	for _, w := range walks {
		for i := range w.files {
			var by []string
			for _, other := range walks {
				if other.claims(w.files[i].absolute) {
					by = append(by, other.source.ID)
				}
			}
			if len(by) > 1 {
				w.files[i].problem = fmt.Errorf("claimed by sources %s; exclude it in all of them but one", strings.Join(by, " and "))
			}
		}
	}
}

// claims reports whether w's source takes the file at a place. It asks the
// configuration and not the walk: a claim stands where a walk got stuck. A
// source whose globs cannot be understood claims all of its folder.
func (w *walk) claims(absolute string) bool {
	name, err := filepath.Rel(w.folder, absolute)
	if err != nil || !filepath.IsLocal(name) {
		return false
	}
	name = filepath.ToSlash(name)
	hidden := strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
	return !hidden && (w.source.Check() != nil || w.source.takes(name))
}
