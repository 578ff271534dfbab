package slack

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// mostInThread is how many questions of one thread wait at most.
const mostInThread = 20

// Lines keep the questions of a thread in order: one is answered when those
// before it are, and of those that wait, the one that was written first.
type lines struct {
	mu      sync.Mutex
	threads map[string]*thread
}

// A thread is one conversation with a question under way.
type thread struct {
	waiting []*place // by when they were written
}

// A place is that of a question in its thread.
type place struct {
	written string // Slack's time of the message
	turn    chan struct{}
}

// enter waits until it is a question's turn in its thread, and returns what ends
// the turn.
func (l *lines) enter(ctx context.Context, key, written string) (leave func(), err error) {
	p, err := l.join(key, written)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.turn:
		return func() { l.leave(key) }, nil
	case <-ctx.Done():
		l.giveUp(key, p)
		return nil, context.Cause(ctx)
	}
}

func (l *lines) join(key, written string) (*place, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.threads == nil {
		l.threads = map[string]*thread{}
	}
	p := &place{written: written, turn: make(chan struct{})}
	t, ok := l.threads[key]
	if !ok {
		l.threads[key] = &thread{}
		close(p.turn)
		return p, nil
	}
	if len(t.waiting) >= mostInThread {
		return nil, errCrowded
	}
	at, _ := slices.BinarySearchFunc(t.waiting, p, func(a, b *place) int { return strings.Compare(a.written, b.written) })
	t.waiting = slices.Insert(t.waiting, at, p)
	return p, nil
}

// leave gives the turn to the next in the thread.
func (l *lines) leave(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.threads[key]
	if len(t.waiting) == 0 {
		delete(l.threads, key)
		return
	}
	close(t.waiting[0].turn)
	t.waiting = t.waiting[1:]
}

// giveUp takes a place back: it was waiting, or its turn came at that moment.
func (l *lines) giveUp(key string, p *place) {
	l.mu.Lock()
	if at := slices.Index(l.threads[key].waiting, p); at >= 0 {
		l.threads[key].waiting = slices.Delete(l.threads[key].waiting, at, at+1)
		l.mu.Unlock()
		return
	}
	l.mu.Unlock()
	l.leave(key)
}
