package web

import (
	"context"
	"sync"
)

// A hub counts the open sockets, ends those of a session that signs out, and
// drains at shutdown. It is no room: nothing is sent through it.
type hub struct {
	mu     sync.Mutex
	open   map[*conn]string // the session of each socket
	closed bool
	wg     sync.WaitGroup
}

// enter registers a socket of a session. It returns false when the hub is
// shut down; otherwise leave must be called when the socket has ended.
func (h *hub) enter(c *conn, session string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	if h.open == nil {
		h.open = make(map[*conn]string)
	}
	h.open[c] = session
	h.wg.Add(1)
	return true
}

// leave takes a socket out.
func (h *hub) leave(c *conn) {
	h.mu.Lock()
	delete(h.open, c)
	h.mu.Unlock()
	h.wg.Done()
}

// end ends every socket of a session.
func (h *hub) end(session string, cause error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c, s := range h.open {
		if s == session {
			c.end(cause)
		}
	}
}

// shutdown ends every socket and waits for the last one, or for ctx.
func (h *hub) shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true // under mu, so that no socket can enter after it
	for c := range h.open {
		c.end(errShutdown)
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
