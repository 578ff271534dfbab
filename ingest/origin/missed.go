package origin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Miss is a file that could not be brought, and why, in words that name the
// remedy.
type Miss struct {
	Name string // in the folder, or "." for what is about all of the origin
	Err  error
}

// ErrLink is why a link is missed.
var ErrLink = errors.New("it is a link, and links are not followed; put the document itself there")

// Missed is the error of a fetch that has brought all but some files. What
// else is in the folder is complete.
type Missed []Miss

// Error names the first files.
func (m Missed) Error() string {
	const named = 3
	var names []string
	for _, miss := range m[:min(named, len(m))] {
		names = append(names, fmt.Sprintf("%s: %v", miss.Name, miss.Err))
	}
	text := strings.Join(names, "; ")
	if len(m) > named {
		text += fmt.Sprintf("; and %d more", len(m)-named)
	}
	return text
}

// orNil returns what was missed in the order of its names, or no error.
func (m Missed) orNil() error {
	if len(m) == 0 {
		return nil
	}
	slices.SortStableFunc(m, func(a, b Miss) int { return strings.Compare(a.Name, b.Name) })
	return m
}
