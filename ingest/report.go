package ingest

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// A Report says what one run did to the index.
type Report struct {
	Seen           int            `json:"seen"`           // documents in the folders: the sum of the next four and of the failed
	Unchanged      int            `json:"unchanged"`      // left as they were
	Indexed        int            `json:"indexed"`        // new or changed
	ReadersChanged int            `json:"readersChanged"` // read by others than before, not embedded again
	Withheld       int            `json:"withheld"`       // not in the index on purpose: read by nobody, or without a text; the warnings say why
	Deleted        int            `json:"deleted"`        // gone from the folders, and so from the index
	Passages       int            `json:"passages"`       // written
	Embedded       int            `json:"embedded"`       // texts that the embedder was asked for
	Failed         []Finding      `json:"failed"`         // documents that are not in the index, and folders that were not seen
	Warnings       []Finding      `json:"warnings"`
	Ignored        map[string]int `json:"ignored,omitempty"` // files of kinds that are not read, by extension
	Behind         []Behind       `json:"behind,omitempty"`  // other generations that have yet to take in what left
	Seconds        float64        `json:"seconds"`
	Dimensions     int            `json:"-"` // of the vectors, 0 where none was needed
}

// A Finding is what is wrong with a document, or with a folder, the source's
// own where Path is ".", in words that name the remedy.
type Finding struct {
	Source string `json:"source"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// OK reports whether every document of every source is in the index as it is,
// and what has left is in no other generation either.
func (r *Report) OK() bool { return len(r.Failed) == 0 && len(r.Behind) == 0 }

func (r *Report) fail(source, path string, err error) {
	r.Failed = append(r.Failed, Finding{source, path, err.Error()})
}

func (r *Report) warn(source, path string, reasons []string) {
	for _, reason := range reasons {
		r.Warnings = append(r.Warnings, Finding{source, path, reason})
	}
}

// finish sorts the findings and notes how long the run took.
func (r *Report) finish(took time.Duration) {
	for _, findings := range [][]Finding{r.Failed, r.Warnings} {
		slices.SortStableFunc(findings, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Path, b.Path))
		})
	}
	r.Seconds = took.Seconds()
}

// WriteTo prints the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%d documents: %d indexed, %d unchanged, %d with other readers, %d withheld, %d deleted, %d failed; %d passages, %d embedded, %.1f s\n",
		r.Seen, r.Indexed, r.Unchanged, r.ReadersChanged, r.Withheld, r.Deleted, len(r.Failed), r.Passages, r.Embedded, r.Seconds)
	for _, extension := range slices.Sorted(maps.Keys(r.Ignored)) {
		fmt.Fprintf(&b, "  not read: %d files %s\n", r.Ignored[extension], cmp.Or(extension, "without an extension"))
	}
	for _, list := range []struct {
		label    string
		findings []Finding
	}{{"warning", r.Warnings}, {"failed", r.Failed}} {
		for _, f := range list.findings {
			fmt.Fprintf(&b, "  %s: %s: %s\n", list.label, path.Join(f.Source, f.Path), f.Reason)
		}
	}
	for _, behind := range r.Behind {
		fmt.Fprintf(&b, "  behind: %s\n", behind)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}
