package origin

import (
	"fmt"
	"strings"
)

// A Miss is a file that could not be brought, and why, in words that name the
// remedy.
type Miss struct {
	Name string // in the folder, or "." for what is about all of the origin
	Err  error
}

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
