package chat

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what waits to be kept.
const (
	keepAgain = 2 * time.Second // between two tries
	maxUnkept = 500             // answers; some 10 MB
)

// A backlog keeps the answers whose end the record did not take, and gives them
// to it until it does. Until then they are read from here.
type backlog struct {
	record Record
	log    *slog.Logger
	down   atomic.Bool // the record took nothing when it was last asked

	mu      sync.Mutex
	answers map[string]*answer
	trying  chan struct{} // closed when nothing is tried any more; nil while nothing is
	stopped chan struct{} // closed when nothing is to be tried
}

func newBacklog(record Record, log *slog.Logger) *backlog {
	return &backlog{record: record, log: log, answers: make(map[string]*answer), stopped: make(chan struct{})}
}

// keep writes events down. The operator is told once that the record takes
// nothing, and once that it does again.
func (b *backlog) keep(ctx context.Context, answer string, events []Event) error {
	err := b.record.Keep(ctx, answer, events)
	switch {
	case err == nil:
		if b.down.Swap(false) {
			b.log.Info("answers are written down again")
		}
	case ctx.Err() != nil: // nobody waits for it any more
	case !b.down.Swap(true):
		b.log.Error("answers are not written down; they are shown, and tried again", slog.Any("error", err))
	}
	return err
}

// add takes an answer whose end could not be written down. Where there are too
// many it is lost, and ends as interrupted at the next start.
func (b *backlog) add(a *answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.answers) >= maxUnkept {
		b.log.Error("an answer is not kept: too many wait to be", slog.Int("waiting", len(b.answers)))
		return
	}
	b.answers[a.turn.Answer] = a
	if b.trying == nil {
		b.trying = make(chan struct{})
		go b.try(b.trying)
	}
}

// of returns an answer of person that is not kept yet, or nil.
func (b *backlog) of(person, id string) *answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.answers[id]; a != nil && a.turn.Person == person {
		return a
	}
	return nil
}

// try gives the record what there is, now and then, until nothing is left or it
// is stopped.
func (b *backlog) try(done chan struct{}) {
	defer close(done)
	again := time.NewTicker(keepAgain)
	defer again.Stop()
	for {
		select {
		case <-again.C:
		case <-b.stopped:
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), keepWait)
		b.empty(ctx)
		cancel()
		b.mu.Lock()
		if len(b.answers) == 0 {
			b.trying = nil
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
	}
}

// empty gives the record the answers, up to the first that it does not take.
func (b *backlog) empty(ctx context.Context) {
	b.mu.Lock()
	waiting := make([]*answer, 0, len(b.answers))
	for _, a := range b.answers {
		waiting = append(waiting, a)
	}
	b.mu.Unlock()
	for _, a := range waiting {
		events, ended := a.whole()
		if !ended { // it is about to
			continue
		}
		if b.keep(ctx, a.turn.Answer, events) != nil {
			return
		}
		b.mu.Lock()
		delete(b.answers, a.turn.Answer)
		b.mu.Unlock()
	}
}

// close tries once more.
func (b *backlog) close(ctx context.Context) {
	close(b.stopped)
	b.mu.Lock()
	trying := b.trying
	b.mu.Unlock()
	if trying != nil {
		<-trying
	}
	b.empty(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	if lost := len(b.answers); lost > 0 {
		b.log.Error("answers were not kept; they end as interrupted", slog.Int("answers", lost))
	}
}

// whole returns all events of an answer as they are kept, and whether it has
// ended.
func (a *answer) whole() (events []Event, ended bool) {
	now := a.log.after(0)
	if !now.ended {
		return nil, false
	}
	last := len(now.events) - 1
	if done, ok := now.events[last].(Done); ok {
		done.Unkept = false
		return append(now.events[:last:last], done), true
	}
	return now.events, true
}
