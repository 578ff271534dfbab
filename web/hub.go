package web

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// farewell is how long a socket may take at shutdown to be sent what it
// follows, which has ended by then.
const farewell = 2 * time.Second

// A hub counts the visits, ends those of a session that signs out, and drains
// at shutdown. It is no room: nothing is sent through it.
type hub struct {
	mu     sync.Mutex
	open   map[*visit]struct{}
	closed bool
	wg     sync.WaitGroup
}

// enter registers a visit. It returns false when the hub is shut down;
// otherwise leave must be called when the visit has ended.
func (h *hub) enter(v *visit) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	if h.open == nil {
		h.open = make(map[*visit]struct{})
	}
	h.open[v] = struct{}{}
	h.wg.Add(1)
	return true
}

// leave takes a visit out.
func (h *hub) leave(v *visit) {
	h.mu.Lock()
	delete(h.open, v)
	h.mu.Unlock()
	h.wg.Done()
}

// end ends every visit of a session.
func (h *hub) end(session string, cause error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.open {
		if v.session == session {
			v.conn.end(cause)
		}
	}
}

// sessions returns those that have a socket, each once.
func (h *hub) sessions() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := map[string]struct{}{}
	for v := range h.open {
		ids[v.session] = struct{}{}
	}
	return slices.Collect(maps.Keys(ids))
}

// shutdown ends every visit, once it has been sent what it follows, and waits
// for the last one, or for ctx.
func (h *hub) shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true // under mu, so that no visit can enter after it
	for v := range h.open {
		go v.drain()
	}
	h.mu.Unlock()
	done := make(chan struct{})
	go func() { h.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
