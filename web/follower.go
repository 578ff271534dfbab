package web

import (
	"context"
	"log/slog"
	"time"

	"bureau/access"
	"bureau/chat"
)

// flushPeriod is how often words are shown at most.
const flushPeriod = 50 * time.Millisecond

// A follower shows one answer to one browser: it makes frames of the events
// that the browser has not seen. One goroutine owns it.
type follower struct {
	server   *Server
	who      chat.Asker
	language string
	answer   string
	after    int // events that the browser has seen
	// send sends a frame. It may wait: nobody waits for the follower.
	send func(ctx context.Context, frame any) error

	scope      access.Scope // as the following began
	taken      int          // events that are in the transcript
	told       int          // events that the frames so far have told of
	transcript transcript
	citations  []*citation // that no frame has told of
	changed    bool        // the transcript has text or sentences that no frame has told of
}

// follow sends the answer up to its end, a done or a failed frame, or until
// ctx ends.
func (f *follower) follow(ctx context.Context) {
	err := f.show(ctx)
	if err == nil || ctx.Err() != nil {
		return
	}
	if unexpected(err) {
		f.server.config.Log.Error("follow an answer", slog.Any("error", err))
	}
	// When this fails the browser is gone, which is noted where it was served.
	_ = f.send(ctx, f.failed(explain(err)))
}

// show sends what comes. It returns why the answer cannot be shown.
func (f *follower) show(ctx context.Context) (err error) {
	f.transcript.language = f.language
	if f.scope, err = f.who.Scope(); err != nil {
		return chat.ErrRevoked
	}
	for events, err := range f.server.config.Desk.Follow(ctx, f.who, f.answer) {
		if err != nil {
			return err
		}
		if f.taken == 0 {
			events = f.skip(events)
		}
		for _, e := range events {
			if err := f.take(ctx, e); err != nil {
				return err
			}
		}
		if err := f.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// skip takes the events that the browser has seen without showing them, and
// returns the others. A browser that has seen more than there is begins anew;
// one that has seen all is shown the end again.
func (f *follower) skip(events []chat.Event) []chat.Event {
	switch n := len(events); {
	case f.after > n:
		f.after = 0
	case f.after == n && isLast(events[n-1]):
		f.after--
	}
	for _, e := range events[:f.after] {
		f.transcript.take(e)
	}
	f.transcript.changes() // are sent
	f.taken, f.told = f.after, f.after
	return events[f.after:]
}

// isLast reports whether an event ends its answer.
func isLast(e chat.Event) bool {
	switch e.(type) {
	case chat.Done, chat.Failed:
		return true
	}
	return false
}

// take shows one event. Words and what is known of them wait for the flush.
func (f *follower) take(ctx context.Context, event chat.Event) error {
	switch e := event.(type) {
	case chat.Delta:
		f.transcript.take(e)
		f.changed = true
		f.taken++
		return nil
	case chat.Sentence:
		f.transcript.take(e)
		f.citations = append(f.citations, newCitation(e))
		f.changed = true
		f.taken++
		return nil
	}
	if err := f.flushNow(ctx); err != nil {
		return err
	}
	f.transcript.take(event)
	f.taken++
	frame := f.frame(event)
	if end, ok := frame.(*done); ok {
		// With the scope that the frame is sent under: it goes if that is gone.
		end.Suggestions = f.server.followUps(ctx, f.scope, f.language, f.transcript.sources, event)
	}
	return f.tell(ctx, frame)
}

// frame returns the frame of an event that has one of its own.
func (f *follower) frame(event chat.Event) numbered {
	switch e := event.(type) {
	case chat.Accepted:
		return &accepted{head: head{Type: "accepted"}, ID: e.Asked, Conversation: e.Conversation, After: e.After, Place: e.Place}
	case chat.Stage:
		return &stage{head: head{Type: "stage"}, Stage: string(e.Name)}
	case chat.Sources:
		return &sources{head: head{Type: "sources"}, Sources: f.server.sourceFrames(e.Sources, f.scope, f.language), SearchedFor: e.SearchedFor}
	case chat.Refusal:
		return f.server.refusalFrame(e, f.scope, f.language)
	case chat.Done:
		return doneFrame(e, &f.transcript)
	case chat.Failed:
		return f.failed(failureOf(e.Reason))
	}
	return f.failed(ours) // unreachable: these are all the events
}

// flush sends the words that were gathered. Those after them wait a moment, so
// that a browser is not sent every word by itself.
func (f *follower) flush(ctx context.Context) error {
	if !f.changed {
		return nil
	}
	if err := f.flushNow(ctx); err != nil {
		return err
	}
	pause := time.NewTimer(flushPeriod)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// flushNow sends the citations and the blocks that have changed.
func (f *follower) flushNow(ctx context.Context) error {
	if !f.changed {
		return nil
	}
	var frames []numbered
	for _, c := range f.citations {
		frames = append(frames, c)
	}
	for _, d := range f.transcript.changes() {
		frames = append(frames, d)
	}
	f.citations, f.changed = nil, false
	return f.tell(ctx, frames...)
}

// tell sends frames that belong together. Only the last says that what was
// taken has been told: a browser that misses one is sent all of them again.
func (f *follower) tell(ctx context.Context, frames ...numbered) error {
	for i, frame := range frames {
		seq := f.told
		if i == len(frames)-1 {
			seq = f.taken
		}
		frame.number(f.answer, seq)
		if err := f.who.StillReads(f.scope); err != nil {
			return err
		}
		if err := f.send(ctx, frame); err != nil {
			return err
		}
		f.told = seq
	}
	return nil
}

// failed returns the frame of a failure.
func (f *follower) failed(why failure) *failed {
	return &failed{
		Type: "failed", Answer: f.answer, ID: f.transcript.asked,
		Code: why.code, Words: why.words.in(f.language), Retry: why.retry,
	}
}

// newCitation returns what is known of a sentence as it is sent.
func newCitation(s chat.Sentence) *citation {
	return &citation{head: head{Type: "citation"}, Sentence: s.Index, N: s.Source, Support: string(s.Support), Unverified: s.Unverified}
}

// doneFrame returns the end of an answer as it is sent.
func doneFrame(end chat.Done, t *transcript) *done {
	return &done{
		head: head{Type: "done"}, Mode: string(end.Mode), Cited: append([]int{}, end.Cited...), Markdown: t.markdown(end.Text),
		Stopped: end.Stopped, Cut: end.Cut, Partial: end.Partial, Unkept: end.Unkept,
	}
}
