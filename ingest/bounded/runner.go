package bounded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A Runner asks children of this program to do what may take too much. Set its
// fields before the first Do. It may be used by many goroutines at once.
type Runner struct {
	// Command is the program of a child and its arguments; the program "" is
	// this one. On it the program calls [Serve].
	Command []string
	// Time is how long a request may take once a child has it; 0 is no limit.
	Time time.Duration
	// Memory is how much a child may have, in bytes, what its runtime needs
	// for itself included; 0 is no limit. Its garbage is kept within that, and
	// it is ended a quarter and 64 MiB above, since Go's heap grows in steps.
	Memory int64
	// Workers is how many children there are at most; 0 is one.
	Workers int
	// Known are the errors of handlers that keep their identity, beside those
	// of [format]. The child lists the same.
	Known []error

	once   sync.Once
	slots  chan struct{} // one for each request that has or gets a child
	mu     sync.Mutex
	idle   []*child
	closed bool
}

// Do has a child answer a request. Requests wait while all the children are
// busy.
//
// Over the limits the child is killed and the error is [ErrTime] or
// [ErrMemory]; where it ends by itself, [ErrCrash]; when ctx ends, its error.
// The next request gets a new child.
func (r *Runner) Do(ctx context.Context, kind string, payload []byte) ([]byte, error) {
	r.once.Do(func() { r.slots = make(chan struct{}, max(r.Workers, 1)) })
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	c, err := r.take(ctx)
	if err != nil {
		return nil, err
	}
	return r.ask(ctx, c, kind, payload)
}

// ask has c answer a request under the limit of time, and keeps it for the
// next one where it has come through.
func (r *Runner) ask(ctx context.Context, c *child, kind string, payload []byte) ([]byte, error) {
	bounded := ctx
	if r.Time > 0 {
		within, cancel := context.WithTimeoutCause(ctx, r.Time, fmt.Errorf("%w: over %v", ErrTime, r.Time))
		defer cancel()
		bounded = within
	}
	answer, body, err := c.ask(bounded, kind, payload)
	if err != nil || bounded.Err() != nil {
		c.kill()
	}
	switch {
	case err != nil && bounded.Err() != nil:
		return nil, context.Cause(bounded)
	case err != nil:
		return nil, r.explain(c)
	case bounded.Err() == nil:
		r.put(c)
	}
	if answer == kindError {
		return nil, decodeError(body, append(slices.Clone(sentinels), r.Known...))
	}
	return body, nil
}

// explain returns why a child ended, with the limit where that is why.
func (r *Runner) explain(c *child) error {
	err := c.explain()
	if errors.Is(err, ErrMemory) {
		return fmt.Errorf("%w: over %d MiB", err, r.Memory>>20)
	}
	return err
}

// take returns an idle child or a new one.
func (r *Runner) take(ctx context.Context) (*child, error) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil, ErrClosed
	}
	if last := len(r.idle) - 1; last >= 0 {
		c := r.idle[last]
		r.idle = r.idle[:last]
		r.mu.Unlock()
		return c, nil
	}
	r.mu.Unlock()
	c, err := startChild(ctx, r.Command, r.Memory)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return c, err
}

// put keeps a child for the next request.
func (r *Runner) put(c *child) {
	r.mu.Lock()
	if !r.closed {
		r.idle = append(r.idle, c)
		r.mu.Unlock()
		return
	}
	r.mu.Unlock()
	c.kill()
}

// Close ends the idle children, and each busy one when its request is over. It
// always returns nil.
func (r *Runner) Close() error {
	r.mu.Lock()
	idle := r.idle
	r.idle, r.closed = nil, true
	r.mu.Unlock()
	for _, c := range idle {
		c.kill()
	}
	return nil
}
