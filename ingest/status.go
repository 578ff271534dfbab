package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// A Status is how far the documents have come, for those who keep them.
type Status struct {
	Sources  []SourceStatus `json:"sources"`  // by id
	Failed   []Unfinished   `json:"failed"`   // with those that are set aside
	Withheld []Unfinished   `json:"withheld"` // in no index on purpose
	Waiting  []Unfinished   `json:"waiting"`  // longest first
}

// A SourceStatus is how many documents of a source are in each state.
type SourceStatus struct {
	Source   string `json:"source"`
	Indexed  int    `json:"indexed"`
	Waiting  int    `json:"waiting"`
	Failed   int    `json:"failed"`
	Withheld int    `json:"withheld"`
	Passages int    `json:"passages"`
}

// An Unfinished is a document that is not in the index, and why.
type Unfinished struct {
	Source   string    `json:"source"`
	Path     string    `json:"path"`
	Reason   string    `json:"reason"`
	Remedy   string    `json:"remedy"`
	Since    time.Time `json:"since,omitzero"`
	Attempts int       `json:"attempts,omitempty"`
	Next     time.Time `json:"next,omitzero"` // when it is tried again by itself
}

// Status returns how far the documents have come.
func (l *Ledger) Status(ctx context.Context) (Status, error) {
	s := Status{Sources: []SourceStatus{}, Failed: []Unfinished{}, Withheld: []Unfinished{}, Waiting: []Unfinished{}}
	sources := map[string]*SourceStatus{}
	err := l.query(ctx, func(e entry) {
		of := sources[e.document.Source]
		if of == nil {
			of = &SourceStatus{Source: e.document.Source}
			sources[e.document.Source] = of
		}
		s.count(of, e)
	}, "SELECT "+entryColumns+" FROM documents ORDER BY source, path")
	if err != nil {
		return Status{}, fmt.Errorf("look at the ledger's documents: %w", err)
	}
	for _, of := range sources {
		s.Sources = append(s.Sources, *of)
	}
	slices.SortFunc(s.Sources, func(a, b SourceStatus) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortStableFunc(s.Waiting, func(a, b Unfinished) int { return a.Since.Compare(b.Since) })
	return s, nil
}

// count adds a document.
func (s *Status) count(of *SourceStatus, e entry) {
	r := e.record()
	u := Unfinished{
		Source: e.document.Source, Path: e.document.Path, Reason: r.Reason, Remedy: r.Remedy,
		Since: r.Since, Attempts: r.Attempts, Next: r.Next,
	}
	switch e.state {
	case stateOpened:
	case stateIndexed:
		of.Indexed++
		of.Passages += e.passages
	case stateFailed:
		of.Failed++
		s.Failed = append(s.Failed, u)
	case stateWithheld:
		of.Withheld++
		s.Withheld = append(s.Withheld, u)
	default:
		of.Waiting++
		s.Waiting = append(s.Waiting, u)
	}
}
