package chat

import (
	"slices"
	"sync"

	"bureau/access"
)

// A log is the events of one answer, numbered from 1, while it is written. One
// goroutine writes it; any number read, each at its own pace, and none of them
// is waited for.
type log struct {
	mu     sync.Mutex
	events []Event
	ended  bool
	grown  chan struct{} // closed when it grows or ends, and then another
	scope  access.Scope  // that the answer is written with; zero before its turn
}

// newLog returns an empty log.
func newLog() *log { return &log{grown: make(chan struct{})} }

// begin notes the scope that all further events are written with.
func (l *log) begin(scope access.Scope) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scope = scope
}

// append adds an event.
func (l *log) append(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	close(l.grown)
	l.grown = make(chan struct{})
}

// end adds the last event.
func (l *log) end(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	l.ended = true
	close(l.grown)
}

// A state is a log at one moment, from an event on.
type state struct {
	events []Event
	ended  bool
	scope  access.Scope
	grown  <-chan struct{} // closed once there is more
}

// after returns the log behind its first n events.
func (l *log) after(n int) state {
	l.mu.Lock()
	defer l.mu.Unlock()
	return state{slices.Clip(l.events[n:]), l.ended, l.scope, l.grown}
}
