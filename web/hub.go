package web

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// farewell is how long a socket may take at shutdown to be sent what it
// follows, which has ended by then.
const farewell = 2 * time.Second

// A hub counts the visits, tells them news, ends those of a session that signs
// out, and drains at shutdown. Answers do not go through it.
type hub struct {
	mu     sync.Mutex
	open   map[*visit]struct{}
	guests map[string]*guest // by person
	closed bool
	health health // as the visits have been told
	wg     sync.WaitGroup
}

// What one person may take of a server, with however many sockets. Few people
// have so many tabs, and a program needs one socket.
const (
	maxSockets      = 50
	guestsPerSecond = 3 * framesPerSecond // frames of all of them; as many at once as there are sockets, and more
	guestsAtOnce    = 4 * maxSockets
)

// A guest is a person with a socket.
type guest struct {
	sockets int
	pace    *rate.Limiter
}

// enter registers a visit and gives it the pace of its person. Unless it returns
// an error, [errShutdown] or [errCrowded], leave must be called when the visit
// has ended.
func (h *hub) enter(v *visit) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errShutdown
	}
	if h.open == nil {
		h.open, h.guests = make(map[*visit]struct{}), make(map[string]*guest)
	}
	if err := h.join(v, v.person); err != nil {
		return err
	}
	h.open[v] = struct{}{}
	h.wg.Add(1)
	return nil
}

// join counts a visit with the others of a person, "" for nobody in particular,
// and gives it their pace. The caller holds mu.
func (h *hub) join(v *visit, person string) error {
	if person == "" {
		v.pace = rate.NewLimiter(framesPerSecond, 2*framesPerSecond)
		return nil
	}
	g := h.guests[person]
	if g == nil {
		g = &guest{pace: rate.NewLimiter(guestsPerSecond, guestsAtOnce)}
		h.guests[person] = g
	}
	if g.sockets >= maxSockets {
		return errCrowded
	}
	g.sockets++
	v.pace = g.pace
	return nil
}

// leave takes a visit out.
func (h *hub) leave(v *visit) {
	h.mu.Lock()
	delete(h.open, v)
	switch g := h.guests[v.person]; {
	case g == nil: // a page that has not said whose it was
	case g.sockets == 1:
		delete(h.guests, v.person)
	default:
		g.sockets--
	}
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

// Sockets returns how many are open.
func (s *Server) Sockets() int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return len(s.hub.open)
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
		if v.session != "" {
			ids[v.session] = struct{}{}
		}
	}
	return slices.Collect(maps.Keys(ids))
}

// introduce makes a visit that of a person and a session. It returns errCrowded
// where the person has too many, and errHelloTwice where the visit is of another
// session.
func (h *hub) introduce(v *visit, person, session string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v.session == session { // a hello that comes again, for the first was not answered
		return nil
	}
	if v.session != "" {
		return errHelloTwice
	}
	if err := h.join(v, person); err != nil {
		return err
	}
	v.person, v.session = person, session
	return nil
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
