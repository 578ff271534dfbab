package chat

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"time"

	"bureau/access"
)

// Times of a running answer.
const (
	rightPeriod = time.Second      // while nothing comes, rights are asked this often
	keepPeriod  = time.Second      // what was written is kept this often
	keepWait    = 15 * time.Second // that the end may take to be written down
)

// longestAnswer is how many events an answer may have: far more than a model's
// own limit leaves, and what it may cost where a model knows none.
const longestAnswer = 20_000

// An answer is one question on its way. One goroutine owns it, and writes its
// log.
type answer struct {
	desk     *Desk
	who      Asker
	turn     Beginning
	language string
	log      *log
	end      context.CancelCauseFunc
	account  *account      // of the answer in the audit
	scope    access.Scope  // once its turn has come
	keeping  chan struct{} // closed when what is being kept is; nil before
}

// run answers the question. The end is in the audit and written down, and the
// answer out of the way of the person's next question, before anybody is told
// of it.
func (a *answer) run(ctx context.Context) {
	last := a.write(ctx)
	if a.keeping != nil {
		<-a.keeping // ends with the writing
	}
	if err := a.account.ended(ctx, last); err != nil {
		a.desk.config.Log.Error("the end of an answer is not in the audit", slog.Any("error", err))
		last = Failed{Reason: Unaudited, Err: err}
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWait)
	defer cancel()
	if err := a.desk.unkept.keep(keep, a.turn.Answer, append(a.log.after(0).events, last)); err != nil {
		if done, ok := last.(Done); ok {
			done.Unkept = true
			last = done
		}
		a.desk.unkept.add(a) // before it is removed: somewhere it is always found
	}
	a.desk.remove(a.turn.Answer)
	a.desk.changed(a.turn)
	a.log.end(last)
}

// write writes the answer and returns its last event, a Done or a Failed.
func (a *answer) write(ctx context.Context) Event {
	done, err := a.stream(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errAskerStop) {
		done, err = a.stopped()
	}
	if err == nil && !done.Stopped { // how it would have ended is not known of one that was stopped
		a.desk.outage.note(a.desk.config.Log, done)
	}
	if err == nil {
		return done
	}
	failed := Failed{Reason: reasonOf(err), Err: err}
	if failed.Reason == Internal || failed.Reason == BrokenOff || failed.Reason == SearchAway || failed.Reason == Unaudited {
		a.desk.config.Log.Error("answer", slog.String("reason", string(failed.Reason)), slog.Any("error", err))
	}
	return failed
}

// stream waits for the question's turn and writes what the author says.
func (a *answer) stream(ctx context.Context) (Done, error) {
	config := a.desk.config
	leave, err := config.Queue.Enter(ctx, a.turn.Person, a.accepted)
	if err != nil {
		return Done{}, err
	}
	defer leave()
	a.accepted(0)
	if a.scope, err = a.who.reads(); err != nil {
		return Done{}, ErrRevoked
	}
	a.log.begin(a.scope)
	a.account.within(a.scope)
	question := Question{Text: a.turn.Question, Language: a.language}
	if question.Earlier, err = config.Record.Earlier(ctx, a.scope, a.turn.Person, a.turn.Answer); err != nil {
		return Done{}, fmt.Errorf("earlier turns: %w", err)
	}
	return a.take(ctx, question)
}

// accepted notes the place in line.
func (a *answer) accepted(place int) {
	a.log.append(Accepted{Asked: a.turn.Asked, Conversation: a.turn.Conversation, After: a.turn.After, Place: place})
}

// A step is what an Author yields.
type step struct {
	event Event
	err   error
}

// take asks the author, and writes the events into the log, up to the last.
// Rights are looked at before each, and while none comes.
func (a *answer) take(ctx context.Context, q Question) (Done, error) {
	ctx, end := context.WithCancel(ctx)
	steps := pull(ctx, a.desk.config.Author.Answer(ctx, a.scope, q))
	defer func() {
		end()
		for range steps { // the author has ended when the turn is given on
		}
	}()
	rights, keep := time.NewTicker(rightPeriod), time.NewTicker(keepPeriod)
	defer rights.Stop()
	defer keep.Stop()
	for {
		select {
		case s, ok := <-steps:
			if !ok {
				return Done{}, cause(ctx, errUnfinished)
			}
			if err := errors.Join(s.err, a.who.StillReads(a.scope)); err != nil {
				return Done{}, cause(ctx, err)
			}
			if done, ok := s.event.(Done); ok {
				return done, nil
			}
			if err := a.add(ctx, s.event); err != nil {
				return Done{}, err
			}
		case <-rights.C:
			if err := a.stillMay(ctx); err != nil {
				return Done{}, cause(ctx, err)
			}
		case <-keep.C:
			a.keepSoFar(ctx)
		}
	}
}

// add writes an event into the log, where others read it: sources are in the
// audit by then.
func (a *answer) add(ctx context.Context, e Event) error {
	if err := a.account.before(ctx, e); err != nil {
		return cause(ctx, err)
	}
	if delta, ok := e.(Delta); ok { // what is kept is JSON, and must be what was shown
		e = Delta{strings.ToValidUTF8(delta.Text, "\uFFFD")}
	}
	a.log.append(e)
	if len(a.log.after(0).events) >= longestAnswer {
		return errEndless
	}
	return nil
}

// stillMay returns an error when the asker may no longer read what the answer
// was begun with, or one of the documents it is written from.
func (a *answer) stillMay(ctx context.Context) error {
	if err := a.who.StillReads(a.scope); err != nil {
		return err
	}
	_, err := a.shown(ctx, a.who, a.log.after(0).events)
	return err
}

// stopped ends an answer that its asker stopped: what is there stays, as long
// as the asker still reads it.
func (a *answer) stopped() (Done, error) {
	if !a.scope.IsZero() { // its turn had come
		if err := a.who.StillReads(a.scope); err != nil {
			return Done{}, err
		}
	}
	text, cited := Written(a.log.after(0).events)
	return Done{Mode: ByModel, Text: text, Cited: cited, Stopped: true}, nil
}

// keepSoFar begins to write down what there is, unless that is under way. It
// does not wait: a store that is locked holds up no answer.
func (a *answer) keepSoFar(ctx context.Context) {
	if a.keeping != nil {
		select {
		case <-a.keeping:
		default:
			return
		}
	}
	done, events := make(chan struct{}), a.log.after(0).events
	a.keeping = done
	go func() {
		defer close(done)
		_ = a.desk.unkept.keep(ctx, a.turn.Answer, events) // is logged, and tried again
	}()
}

// pull runs events in a goroutine that ends with them or with ctx; then the
// channel is closed.
func pull(ctx context.Context, events iter.Seq2[Event, error]) <-chan step {
	steps := make(chan step)
	go func() {
		defer close(steps)
		for event, err := range events {
			if ctx.Err() != nil { // whoever waits for the end below would go on taking events
				return
			}
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
