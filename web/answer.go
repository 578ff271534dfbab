package web

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
)

// Times of a running answer.
const (
	flushPeriod = 50 * time.Millisecond // words are shown at most this often
	rightPeriod = time.Second           // while nothing comes, rights are asked this often
)

// errUnfinished says that an Answerer ended without Done or an error.
var errUnfinished = errors.New("the answer ended without being done")

// An answer is one question on its way. One goroutine owns it.
type answer struct {
	visit      *visit
	id         string
	question   ask
	seq        int
	scope      access.Scope
	transcript transcript
}

// run answers the question. Its end is a done or a failed frame, unless the
// socket is gone.
func (a *answer) run(ctx context.Context) {
	err := a.stream(ctx)
	switch {
	case err == nil || a.visit.conn.ctx.Err() != nil:
		return
	case errors.Is(context.Cause(ctx), errStopped):
		if err = a.stopped(ctx); err == nil {
			return
		}
	case unexpected(err):
		a.visit.server.config.Log.Error("answer", slog.Any("error", err))
	}
	f := a.visit.failure(a.question.ID, err)
	if f.Retry {
		a.visit.forget(a.question.ID)
	}
	a.seq++
	f.Answer, f.Seq = a.id, a.seq
	// When this fails the socket has ended, which is noted there.
	_ = a.visit.send(a.visit.conn.ctx, f)
}

// stream waits for the question's turn, asks, and sends what comes.
func (a *answer) stream(ctx context.Context) error {
	v, config := a.visit, a.visit.server.config
	leave, err := config.Queue.Enter(ctx, v.person, func(place int) {
		// A place that cannot be sent is a socket that ended, and with it ctx.
		_ = a.accepted(ctx, place)
	})
	if err != nil {
		return err
	}
	defer leave()
	if err := a.accepted(ctx, 0); err != nil {
		return err
	}
	if a.scope, err = v.server.narrowed(v.person, a.question.Departments); err != nil {
		return err
	}
	question := chat.Question{Text: a.question.Text, Language: v.language}
	if a.question.Conversation != "" {
		question.Earlier, err = config.Conversations.Earlier(ctx, a.scope, v.person, a.question.Conversation)
		if err != nil {
			return fmt.Errorf("earlier turns: %w", err)
		}
	}
	a.transcript = transcript{language: v.language}
	return a.pump(ctx, question)
}

// A step is what an Answerer yields.
type step struct {
	event chat.Event
	err   error
}

// pump asks, and sends the events as frames. The first words are shown at once, those
// after them at most every flushPeriod; rights are looked at before each
// event, and while none comes.
func (a *answer) pump(ctx context.Context, q chat.Question) error {
	ctx, end := context.WithCancel(ctx)
	steps := pull(ctx, a.visit.server.config.Answerer.Answer(ctx, a.scope, q))
	defer func() {
		end()
		for range steps { // the Answerer has ended when the turn is given on
		}
	}()
	pause := time.NewTimer(0)
	defer pause.Stop()
	rights := time.NewTicker(rightPeriod)
	defer rights.Stop()
	var paused <-chan time.Time // pause.C while words have to wait
	for {
		select {
		case s, ok := <-steps:
			if !ok {
				return cause(ctx, errUnfinished)
			}
			if err := errors.Join(s.err, a.stillReads()); err != nil {
				return cause(ctx, err)
			}
			if finished, err := a.take(ctx, s.event); finished || err != nil {
				return err
			}
		case <-paused:
			paused = nil
		case <-rights.C:
			if err := a.stillReads(); err != nil {
				return err
			}
		}
		if paused == nil && a.transcript.changed {
			if err := a.flush(ctx); err != nil {
				return err
			}
			pause.Reset(flushPeriod)
			paused = pause.C
		}
	}
}

// pull runs events in a goroutine that ends with them or with ctx; then the
// channel is closed.
func pull(ctx context.Context, events iter.Seq2[chat.Event, error]) <-chan step {
	steps := make(chan step)
	go func() {
		defer close(steps)
		for event, err := range events {
			select {
			case steps <- step{event, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return steps
}

// cause returns why ctx ended, or err while it has not.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// stillReads returns an error when the person may no longer read all that the
// answer was begun with.
func (a *answer) stillReads() error {
	now, err := a.visit.server.narrowed(a.visit.person, a.question.Departments)
	if err != nil || readsLess(now, a.scope) {
		return errRevoked
	}
	return nil
}

// take sends one event and reports whether it was the last.
func (a *answer) take(ctx context.Context, event chat.Event) (finished bool, err error) {
	switch e := event.(type) {
	case chat.Delta:
		a.transcript.grow(e.Text)
		return false, nil
	case chat.Sentence:
		a.transcript.attribute(e)
		return false, a.send(ctx, &citation{
			head: a.head("citation"), Sentence: e.Index, N: e.Source,
			Support: string(e.Support), Unverified: e.Unverified,
		})
	}
	if err := a.flush(ctx); err != nil {
		return false, err
	}
	switch e := event.(type) {
	case chat.Stage:
		return false, a.send(ctx, &stage{head: a.head("stage"), Stage: string(e.Name)})
	case chat.Sources:
		a.transcript.sources = e.Sources
		return false, a.send(ctx, &sources{
			head: a.head("sources"), Sources: a.sourceFrames(e.Sources), SearchedFor: e.SearchedFor,
		})
	case chat.Refusal:
		return false, a.send(ctx, a.refusal(e))
	case chat.Done:
		a.visit.server.outage.note(a.visit.server.config.Log, e)
		return true, a.finish(ctx, e)
	}
	return false, fmt.Errorf("unknown event %T", event)
}

// flush sends the blocks that changed.
func (a *answer) flush(ctx context.Context) error {
	for change := range a.transcript.changes() {
		change.head = a.head("delta")
		if err := a.send(ctx, &change); err != nil {
			return err
		}
	}
	return nil
}

// finish sends the end and remembers the turn.
func (a *answer) finish(ctx context.Context, end chat.Done) error {
	a.remember(end.Text)
	stopped := errors.Is(context.Cause(ctx), errStopped)
	return a.send(a.visit.conn.ctx, &done{
		head: a.head("done"), Mode: string(end.Mode), Cited: append([]int{}, end.Cited...),
		Markdown: a.transcript.markdown(end.Text), Stopped: stopped, Cut: end.Cut && !stopped, Partial: end.Partial,
	})
}

// stopped ends an answer that the person stopped: what is there stays, as long
// as the person still reads it.
func (a *answer) stopped(ctx context.Context) error {
	if !a.scope.IsZero() { // its turn had come
		if err := a.stillReads(); err != nil {
			return err
		}
	}
	if err := a.flush(a.visit.conn.ctx); err != nil {
		return err
	}
	return a.finish(ctx, chat.Done{Mode: chat.ByModel, Text: a.transcript.text, Cited: a.transcript.cited()})
}

// remember keeps the turn for the questions after it.
func (a *answer) remember(text string) {
	if a.question.Conversation == "" || text == "" {
		return
	}
	v, config := a.visit, a.visit.server.config
	turn := chat.Turn{Question: a.question.Text, Answer: text, Sources: a.transcript.documents()}
	config.Conversations.Add(v.person, a.question.Conversation, turn, config.Now())
}

// accepted says where in line the question is.
func (a *answer) accepted(ctx context.Context, place int) error {
	return a.send(ctx, &accepted{head: a.head("accepted"), ID: a.question.ID, Place: place})
}

// head returns the head of the answer's next frame.
func (a *answer) head(kind string) head {
	a.seq++
	return head{Type: kind, Answer: a.id, Seq: a.seq}
}

// send queues a frame of the answer. One that is not queued gives its number
// back.
func (a *answer) send(ctx context.Context, frame any) error {
	err := a.visit.send(ctx, frame)
	if err != nil {
		a.seq--
	}
	return err
}

// sourceFrames returns sources as they are sent.
func (a *answer) sourceFrames(found []chat.Source) []source {
	frames := make([]source, len(found))
	for i, s := range found {
		frames[i] = source{
			N: s.N, Title: s.Title, Path: append([]string{}, s.Headings...),
			Departments: a.visit.server.names(s.Departments, a.visit.language),
			Updated:     s.Updated, Language: s.Language,
			Quote: quoteHTML(s.Quote, s.Marks), URL: passageURL(s),
		}
	}
	return frames
}

// refusal returns a refusal as it is sent.
func (a *answer) refusal(r chat.Refusal) *refusal {
	a.transcript.sources = r.Nearest
	frame := &refusal{head: a.head("refusal"), Text: r.Text, Nearest: a.sourceFrames(r.Nearest), Ask: []contact{}}
	for _, c := range r.Ask {
		name := a.visit.server.config.Company.DepartmentName(c.Department, a.visit.language)
		frame.Ask = append(frame.Ask, contact{Department: name, Address: c.Address})
	}
	return frame
}

// passageURL returns the address of a source in its document's page.
func passageURL(s chat.Source) string {
	page := documentURL(s.Document)
	switch {
	case s.End > s.Start:
		return fmt.Sprintf("%s?passage=%d-%d#%s", page, s.Start, s.End, passageAnchor)
	case s.Anchor != "":
		return page + "#" + s.Anchor
	}
	return page
}

// documentURL returns the address of a document's page.
func documentURL(id retrieval.DocumentID) string { return "/documents/" + string(id) }
