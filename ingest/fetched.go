package ingest

import (
	"errors"
	"fmt"
	"path"
	"time"
)

// mirror puts what was fetched in its place, before anything is walked, and
// reports how the fetches went. What cannot be put in place stays as it was.
func (r *run) mirror() {
	if r.Mirrors == nil {
		return
	}
	if err := r.Mirrors.prune(r.Sources); err != nil {
		r.report.warn("", r.Mirrors.Folder, []string{fmt.Sprintf("remove what was fetched for sources that are not configured any more: %v", err)})
	}
	for _, source := range r.Sources {
		if source.Origin == nil {
			continue
		}
		f := r.Mirrors.of(source.ID)
		if err := f.place(source); err != nil {
			r.report.fail(source.ID, ".", err)
		}
		r.reportFetch(source, f.about(source))
	}
}

// foreseeFetches reports how the fetches went, and what a dry run leaves out:
// those that are due, and what they brought that waits to be put in place.
func (r *run) foreseeFetches() {
	if r.Mirrors == nil {
		return
	}
	for _, source := range r.Sources {
		if source.Origin == nil {
			continue
		}
		f := r.Mirrors.of(source.ID)
		record := f.about(source)
		r.reportFetch(source, record)
		if originOf(f.ready) == source.Origin.String() {
			r.report.warn(source.ID, ".", []string{fmt.Sprintf("what was fetched from %s waits for the next run, and a dry run does not put it in place: what was there before is looked at", source.Origin)})
		}
		if f.isDue(source, record, r.clock()) {
			r.report.warn(source.ID, ".", []string{fmt.Sprintf("a dry run fetches nothing, and %s is due: what was there before is looked at", source.Origin)})
		}
	}
}

func (r *run) reportFetch(source Source, record fetchRecord) {
	if record.Problem != "" {
		stays := "nothing is there yet"
		if !record.Fetched.IsZero() {
			stays = "what was there on " + record.Fetched.Format(time.RFC3339) + " stays"
		}
		r.report.fail(source.ID, ".", fmt.Errorf("fetch %s: %s; %s", source.Origin, record.Problem, stays))
	}
	for _, m := range record.Missed {
		r.report.fail(source.ID, path.Clean(m.Path), errors.New(m.Reason))
	}
	if record.More > 0 {
		r.report.fail(source.ID, ".", fmt.Errorf("%d more files could not be fetched", record.More))
	}
}

// Then returns one report of r's run and of the next one, which took in what
// was fetched in between. What is wrong is what the next one found.
func (r *Report) Then(next *Report) *Report {
	both := *next
	both.Indexed += r.Indexed
	both.New += r.New
	both.Deleted += r.Deleted
	both.ReadersChanged += r.ReadersChanged
	both.Unchanged = max(0, both.Unchanged-r.Indexed-r.ReadersChanged) // which they are to the next run
	both.Passages += r.Passages
	both.Embedded += r.Embedded
	both.Seconds += r.Seconds
	both.Dimensions = max(r.Dimensions, next.Dimensions)
	both.Readers = append([]ReaderChange{}, next.Readers...)
	for _, c := range r.Readers {
		if c.Asked == nil { // what is refused the next run refuses again
			both.Readers = append(both.Readers, c)
		}
	}
	return &both
}
