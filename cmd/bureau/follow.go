package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"bureau/access"
	"bureau/ingest"
	"bureau/retrieval"
)

// A follower searches the generation that is in use at each question. Which
// one that is it asks the register every time, so that a switch counts from
// the next question on, in every process. A question has one generation, with
// its index, its embedder and its constants, from beginning to end; an index
// is closed when it is not in use and no question has it.
type follower struct {
	parts *parts

	mu      sync.Mutex
	current ingest.Build // what a question was given last
	open    map[int]*held
}

// A held is a generation with how many questions have it.
type held struct {
	users int
	get   func() (*generation, error) // opens it the first time
}

// follower returns a follower. It is to be closed.
func (p *parts) follower() *follower { return &follower{parts: p, open: map[int]*held{}} }

// openSearch loads the configuration and opens the parts, with documents to
// search. Both are to be closed, the follower first.
func (s *settings) openSearch(ctx context.Context) (*parts, *follower, error) {
	config, err := s.load()
	if err != nil {
		return nil, nil, err
	}
	return openSearch(ctx, config)
}

func openSearch(ctx context.Context, c *config) (*parts, *follower, error) {
	p, err := openParts(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	searcher := p.follower()
	if err := searcher.mustHaveDocuments(ctx); err != nil {
		return nil, nil, errors.Join(err, searcher.close(), p.close())
	}
	return p, searcher, nil
}

// Search searches the generation in use. Where that fails and another one is
// in use by then, it searches that one: the first may have been dropped since.
// While the server of the one in use is away, the one before it answers, if it
// can: it has lost what was deleted or revoked as well, and the result says so.
func (f *follower) Search(ctx context.Context, scope access.Scope, q retrieval.Question) (retrieval.Result, error) {
	used, err := f.parts.current(ctx)
	if err != nil {
		return retrieval.Result{}, err
	}
	result, err := f.searchIn(ctx, used, scope, q)
	if err == nil || ctx.Err() != nil || errors.Is(err, retrieval.ErrNoScope) {
		return result, err
	}
	if now, lookup := f.parts.current(ctx); lookup == nil && now.Number != used.Number {
		return f.searchIn(ctx, now, scope, q)
	}
	if errors.Is(err, retrieval.ErrUnavailable) {
		if before, lookup := f.parts.generations.Previous(ctx); lookup == nil && understood(before) == nil {
			if instead, failed := f.searchIn(ctx, before, scope, q); failed == nil {
				instead.Degraded = errors.Join(fmt.Errorf("%s was searched instead of %s: %w", before.Name(), used.Name(), err), instead.Degraded)
				return instead, nil
			}
		}
	}
	return result, err
}

func (f *follower) searchIn(ctx context.Context, b ingest.Build, scope access.Scope, q retrieval.Question) (_ retrieval.Result, err error) {
	g, release, err := f.hold(ctx, b)
	if err != nil {
		return retrieval.Result{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	result, err := g.searcher.Search(ctx, scope, q)
	result.Generation = b.Number
	return result, err
}

// take returns the generation in use, which stays open until release is
// called.
func (f *follower) take(ctx context.Context) (g *generation, release func() error, err error) {
	b, err := f.parts.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	return f.hold(ctx, b)
}

// hold returns a generation, which stays open until release is called.
func (f *follower) hold(ctx context.Context, b ingest.Build) (g *generation, release func() error, err error) {
	f.mu.Lock()
	if b.State == ingest.Current && b.Switched.After(f.current.Switched) { // and not one that a slower question has read before the switch
		if f.current.Number != 0 {
			slog.Info("questions go to another generation of the index", "generation", b.Number, "before", f.current.Number)
		}
		f.current = b
	}
	h := f.open[b.Number]
	if h == nil {
		// It outlives the question that was the first to want it.
		h = &held{get: sync.OnceValues(func() (*generation, error) { return f.parts.openGeneration(context.WithoutCancel(ctx), b) })}
		f.open[b.Number] = h
	}
	h.users++
	f.mu.Unlock()
	release = func() error { return f.release(b.Number, h) }
	if g, err = h.get(); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return g, release, nil
}

// release gives a generation back, and closes those that nobody needs.
func (f *follower) release(number int, h *held) error {
	f.mu.Lock()
	h.users--
	if _, err := h.get(); err != nil && f.open[number] == h {
		delete(f.open, number) // the next question tries again
	}
	var idle []*held
	for n, h := range f.open {
		if n != f.current.Number && h.users == 0 {
			delete(f.open, n)
			idle = append(idle, h)
		}
	}
	f.mu.Unlock()
	return closeAll(idle)
}

// close closes what is open. No question may be under way.
func (f *follower) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*held
	for _, h := range f.open {
		all = append(all, h)
	}
	f.open = nil
	return closeAll(all)
}

func closeAll(all []*held) error {
	var errs []error
	for _, h := range all {
		if g, err := h.get(); err == nil {
			errs = append(errs, g.index.Close())
		}
	}
	return errors.Join(errs...)
}

// mustHaveDocuments refuses an index that nothing is in.
func (f *follower) mustHaveDocuments(ctx context.Context) (err error) {
	g, release, err := f.take(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	counts, err := g.index.Counts(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", g.Name(), err)
	case counts.Documents == 0:
		return f.parts.emptyIndex()
	}
	return nil
}
