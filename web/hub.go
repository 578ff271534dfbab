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

// A hub counts the visits, tells them news, ends those of a session that signs
// out, and drains at shutdown. Answers do not go through it.
type hub struct {
	mu     sync.Mutex
	open   map[*visit]struct{}
	closed bool
	health health // as the visits have been told
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

// turn tells every visit of a health that is another than before.
func (h *hub) turn(now health) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.health == now {
		return
	}
	h.health = now
	for v := range h.open {
		v.conn.news.turn(now)
	}
}

// now returns the health. Whatever it is after this, the visits are told.
func (h *hub) now() health {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.health
}

// changed tells the visits of a person, and no other, that a conversation of
// theirs has changed, but for those that know.
func (h *hub) changed(person string, c changed, knows func(*visit) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.open {
		if v.person == person && !knows(v) {
			v.conn.news.add(c)
		}
	}
}

// nobody knows of what was done by the HTTP door: it does not say from where.
func nobody(*visit) bool { return false }

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
		if v.session != "" {
			ids[v.session] = struct{}{}
		}
	}
	return slices.Collect(maps.Keys(ids))
}

// introduce makes a visit that of a session.
func (h *hub) introduce(v *visit, session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v.session = session
}

// sessionOf returns the session of a visit, "" while it has none.
func (h *hub) sessionOf(v *visit) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return v.session
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
