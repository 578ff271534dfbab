package main

import (
	"context"
	"sync"
	"time"

	"bureau/ingest"
)

// fetchPoll is how often a watch looks which sources are due.
const fetchPoll = time.Second

// A fetching fetches sources by their schedule, beside the runs of a watch: each
// by itself, so that none waits for a slow one.
type fetching struct {
	news   chan struct{} // has a value when the next run has something to take in or to report
	config chan *config  // the one to go by from now on; only the newest counts
	say    func(error)
}

func newFetching(say func(error)) *fetching {
	return &fetching{news: make(chan struct{}, 1), config: make(chan *config, 1), say: say}
}

// follow goes by another configuration: the one before may name an origin that
// this one does not.
func (f *fetching) follow(c *config) {
	select {
	case <-f.config: // nobody has taken it
	default:
	}
	f.config <- c
}

// run fetches by a configuration, and those that follow, until ctx ends.
func (f *fetching) run(ctx context.Context, c *config) {
	for c != nil {
		c = f.goBy(ctx, c)
	}
}

// goBy fetches by one configuration until there is another, which it returns,
// or ctx ends. What is under way by then is broken off.
func (f *fetching) goBy(ctx context.Context, c *config) (next *config) {
	inner, end := context.WithCancel(ctx)
	var under sync.WaitGroup
	defer under.Wait()
	defer end()
	f.begin(inner, &under, c)
	select {
	case <-ctx.Done():
		return nil
	case next = <-f.config:
		return next
	}
}

// begin looks after each source of a configuration until ctx ends.
func (f *fetching) begin(ctx context.Context, under *sync.WaitGroup, c *config) {
	mirrors, places := &ingest.Mirrors{Folder: mirrorsIn(c.data)}, make(chan struct{}, ingest.FetchesAtOnce)
	for _, source := range c.sources {
		if source.Origin != nil {
			under.Go(func() { f.tend(ctx, mirrors, source, places) })
		}
	}
}

// tend fetches one source whenever it is due.
func (f *fetching) tend(ctx context.Context, mirrors *ingest.Mirrors, source ingest.Source, places chan struct{}) {
	look := time.NewTicker(fetchPoll)
	defer look.Stop()
	said := ""
	for ctx.Err() == nil {
		if list := []ingest.Source{source}; mirrors.Due(list) {
			if err := f.fetch(ctx, mirrors, list, places); err != nil && ctx.Err() == nil && err.Error() != said {
				said = err.Error()
				f.say(err)
			}
		}
		select {
		case <-ctx.Done():
		case <-look.C:
		}
	}
}

// fetch fetches once there is a place free, and tells the watch of news.
func (f *fetching) fetch(ctx context.Context, mirrors *ingest.Mirrors, sources []ingest.Source, places chan struct{}) error {
	select {
	case <-ctx.Done():
		return nil
	case places <- struct{}{}:
	}
	defer func() { <-places }()
	news, err := mirrors.Fetch(ctx, sources, false)
	if news == 0 {
		return err
	}
	select {
	case f.news <- struct{}{}:
	default: // the watch knows
	}
	return err
}
