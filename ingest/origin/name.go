package origin

import (
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"

	"bureau/ingest/format"
)

var errName = errors.New("its name cannot be that of a file here; rename it, without .., characters that nobody sees, and parts of more than 200 bytes")

// clean returns the name that a file is kept under. A name is taken as it is,
// in one Unicode form, or not at all: where it were changed, the rules that
// stand in NAME.readers.yaml could lose the file that they are about.
func clean(stated string) (string, error) {
	name := norm.NFC.String(stated)
	if safe, ok := format.SafePath(name); !ok || safe != name {
		return "", errName
	}
	return name, nil
}

// isHidden reports whether some part of a name is hidden. Nothing hidden is
// ever read.
func isHidden(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(element, ".") && element != "." && element != ".." {
			return true
		}
	}
	return false
}
