package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"bureau/ingest/origin"
)

// FetchesAtOnce is how many origins are asked at a time.
const FetchesAtOnce = 4

// Fetch fetches the sources that are due, or all that have an origin where now
// is true. It returns how many have news for the next run: other files than
// before, or something that went wrong, or does no more. That is remembered, and
// reported by the runs and by Status. An error says that it could not even be
// written down.
func (m *Mirrors) Fetch(ctx context.Context, sources []Source, now bool) (news int, err error) {
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(FetchesAtOnce)
	for _, source := range sources {
		if source.Origin == nil {
			continue
		}
		group.Go(func() error {
			ok, err := m.fetch(ctx, source, now)
			if ok {
				done.Add(1)
			}
			return err
		})
	}
	err = group.Wait()
	return int(done.Load()), cmp.Or(ctx.Err(), err)
}

// fetch fetches one source, unless it is not due or another process does.
func (m *Mirrors) fetch(ctx context.Context, source Source, now bool) (news bool, err error) {
	f := m.of(source.ID)
	if err := os.MkdirAll(filepath.Dir(f.lock), 0o700); err != nil {
		return false, fmt.Errorf("make the folder of source %s: %w", source.ID, err)
	}
	lock, err := TryLock(f.lock)
	if errors.Is(err, ErrRunning) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	before := f.about(source)
	if !now && !f.isDue(source, before, m.now()) {
		return false, nil
	}
	r, err := f.begin(source, before, m.now())
	if err != nil {
		return false, err
	}
	changed, missed, err := f.bring(ctx, source)
	if ctx.Err() != nil { // it was broken off, which is no fault of the origin
		before.Begun = true
		return changed, f.write(before)
	}
	r.Tried = m.now().UTC()
	if err != nil {
		r.Problem = err.Error()
		return true, f.write(r)
	}
	r.Fetched, r.Attempts, r.Problem = r.Tried, 0, ""
	r.remember(missed)
	news = before.Problem != "" || len(before.Missed) > 0
	return news || changed || len(missed) > 0, f.write(r)
}

// begin writes down a fetch that is about to ask the origin as one that failed:
// where the process is killed, or how it went cannot be written down, the next
// one waits as after any failure. It returns the record with it.
func (m mirror) begin(source Source, before fetchRecord, now time.Time) (fetchRecord, error) {
	if !before.Begun { // what is there is of no origin, or of another one
		if err := os.RemoveAll(m.work); err != nil {
			return before, err
		}
	}
	r := before
	r.Begun, r.Tried, r.Selection, r.Attempts = true, now.UTC(), source.selection(), before.Attempts+1
	return r, m.write(r)
}

// bring has the origin bring what it has, and makes that ready where it is
// something else than before.
func (m mirror) bring(ctx context.Context, source Source) (changed bool, missed origin.Missed, err error) {
	if err := source.Check(); err != nil {
		return false, nil, err // nobody knows what it takes
	}
	limit := cmp.Or(source.Timeout, fetchLimit)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = source.Origin.Fetch(ctx, m.work)
	if ctx.Err() != nil {
		return false, nil, fmt.Errorf("it took longer than %s; give the source a longer timeout", limit)
	}
	missed, isMissed := err.(origin.Missed) //nolint:errorlint // with another error beside it the rest is not complete
	if err != nil && !isMissed {
		return false, nil, err
	}
	changed, links, err := m.stage(ctx, source)
	if err != nil {
		return false, nil, fmt.Errorf("stage what was fetched: %w", err)
	}
	missed = append(missed, links...)
	for _, miss := range missed {
		if _, isRule := subjectOf(miss.Name); isRule {
			return false, nil, fmt.Errorf("%s says who may read, and could not be brought, so nothing was: %w", miss.Name, miss.Err)
		}
	}
	if changed {
		err = m.promote()
	}
	return changed, missed, err
}
