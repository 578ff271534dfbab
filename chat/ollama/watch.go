package ollama

import (
	"context"
	"fmt"
	"time"
)

// A watch ends a stream that is silent for too long. It is used by the one
// goroutine that reads the stream.
type watch struct {
	timer  *time.Timer
	cancel context.CancelCauseFunc
	idle   time.Duration
	limit  time.Duration // the one that runs now
}

// newWatch returns a context that ends when nothing is heard for first, and
// after the first sign of life for idle. It is released by close.
func newWatch(ctx context.Context, first, idle time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{cancel: cancel, idle: idle, limit: first}
	w.timer = time.AfterFunc(first, func() { cancel(ErrIdle) })
	return ctx, w
}

// heard takes a sign of life, and does not count the time that act takes: a
// caller who pauses a stream is not Ollama falling silent.
func (w *watch) heard(act func() error) error {
	w.timer.Stop()
	err := act()
	w.limit = w.idle
	w.timer.Reset(w.idle)
	return err
}

func (w *watch) close() {
	w.timer.Stop()
	w.cancel(nil)
}

func idle(op string, after time.Duration) error {
	return &Error{Op: op, Kind: ErrIdle, Err: fmt.Errorf("nothing for %v", after),
		Remedy: "choose a smaller model, ask with less text, or allow more time"}
}
