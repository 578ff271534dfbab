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

// A Report says what one run did to the index, or a dry run would do. Seen is
// the sum of the next five, of SetAside and of the documents that failed.
type Report struct {
	DryRun         bool           `json:"dryRun,omitempty"`
	Seen           int            `json:"seen"`           // documents of the sources, as far as the run came
	Unchanged      int            `json:"unchanged"`      // left as they were
	Indexed        int            `json:"indexed"`        // new or changed
	ReadersChanged int            `json:"readersChanged"` // read by others than before, not embedded again
	Withheld       int            `json:"withheld"`       // not in the index on purpose: read by nobody, or without a text; the warnings say why
	Waiting        int            `json:"waiting"`        // for the embedder, which was not to be had
	New            int            `json:"new"`            // of the indexed: those that the index did not have
	SetAside       int            `json:"setAside"`       // failed too often, and were named when they did
	Deleted        int            `json:"deleted"`        // gone from the folders, and so from the index
	Passages       int            `json:"passages"`       // written
	Embedded       int            `json:"embedded"`       // texts that the embedder was asked for
	Failed         []Finding      `json:"failed"`         // documents that are not in the index, and folders that were not seen
	Warnings       []Finding      `json:"warnings"`
	Readers        []ReaderChange `json:"readers"`           // documents that others read than before, or were to
	Ignored        map[string]int `json:"ignored,omitempty"` // files of kinds that are not read, by extension
	Behind         []Behind       `json:"behind,omitempty"`  // other generations that have yet to take in what left
	Seconds        float64        `json:"seconds"`
	Dimensions     int            `json:"-"` // of the vectors, 0 where none was needed
}

func newReport() *Report {
	return &Report{Failed: []Finding{}, Warnings: []Finding{}, Readers: []ReaderChange{}, Ignored: map[string]int{}}
}

// A Finding is what is wrong with a document, or with a folder, the source's
// own where Path is ".", in words that name the remedy.
type Finding struct {
	Source string `json:"source"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// OK reports whether every document of every source is in the index as it is,
// or was named earlier, no change of readers was refused, and what has left is
// in no other generation either.
func (r *Report) OK() bool { return len(r.Failed) == 0 && len(r.Behind) == 0 && r.Refused() == 0 }

// Refused is how many texts were to be opened to more people, and were not.
func (r *Report) Refused() int {
	refused := 0
	for _, c := range r.Readers {
		if c.Asked != nil {
			refused++
		}
	}
	return refused
}

// say notes what a verdict says.
func (r *Report) say(v verdict) {
	r.warn(v.entry.document.Source, v.entry.document.Path, v.warnings)
	if v.change != nil {
		r.Readers = append(r.Readers, *v.change)
	}
}

// note notes a verdict on a document that was seen and counts it, but for a
// text that is taken: that one is counted when it is written.
func (r *Report) note(v verdict) {
	r.say(v)
	d := v.entry.document
	if v.kind <= waiting {
		r.Seen++
	}
	switch v.kind {
	case kept:
		if v.change != nil && !v.change.From.Equal(v.change.To) {
			r.ReadersChanged++
		} else {
			r.Unchanged++
		}
	case withheld:
		r.Withheld++
	case failed:
		r.Failed = append(r.Failed, Finding{d.Source, d.Path, v.entry.says()})
	case setAside:
		r.SetAside++
	case waiting:
		r.Waiting++
	case gone:
		if !v.isNew {
			r.Deleted++
		}
	case ignored:
		r.Ignored[strings.ToLower(path.Ext(d.Path))]++
	case taken, shut, opened:
	}
}

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
	slices.SortFunc(r.Readers, func(a, b ReaderChange) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Path, b.Path))
	})
	r.Seconds = took.Seconds()
}

// head returns the report with at most n of each list.
func (r *Report) head(n int) *Report {
	short := *r
	short.Failed = short.Failed[:min(n, len(short.Failed))]
	short.Warnings = short.Warnings[:min(n, len(short.Warnings))]
	short.Readers = short.Readers[:min(n, len(short.Readers))]
	return &short
}

// Summary is the report in one line.
func (r *Report) Summary() string {
	text := fmt.Sprintf("%d documents: %d indexed (%d new), %d unchanged, %d with other readers, %d withheld, %d deleted, %d failed",
		r.Seen, r.Indexed, r.New, r.Unchanged, r.ReadersChanged, r.Withheld, r.Deleted, len(r.Failed))
	for _, more := range []struct {
		n    int
		what string
	}{{r.SetAside, "set aside"}, {r.Waiting, "waiting"}, {r.Refused(), "not opened to more people"}} {
		if more.n > 0 {
			text += fmt.Sprintf(", %d %s", more.n, more.what)
		}
	}
	if r.DryRun {
		return "would be: " + text
	}
	return fmt.Sprintf("%s; %d passages, %d embedded, %.1f s", text, r.Passages, r.Embedded, r.Seconds)
}

// WriteTo prints the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	b.WriteString(r.Summary() + "\n")
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
	for _, c := range r.Readers {
		fmt.Fprintf(&b, "  readers: %s: %s\n", path.Join(c.Source, c.Path), &c)
	}
	if r.Refused() > 0 {
		fmt.Fprintf(&b, "  %s\n", howToWiden)
	}
	for _, behind := range r.Behind {
		fmt.Fprintf(&b, "  behind: %s\n", behind)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}
