package chat

import (
	"cmp"
	"context"
	"crypto/rand"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// An Author answers a question from what scope reads. The order of its events
// is that of [Event]; after an error it yields nothing more, and it ends when
// ctx does. [Answerer] is one.
type Author interface {
	Answer(ctx context.Context, scope access.Scope, q Question) iter.Seq2[Event, error]
}

// A Desk takes questions and has them answered. An answer belongs to the desk
// and not to whoever waits for it: it is written to its end, read from any
// place by the person who asked, and by nobody else. It is safe for concurrent
// use.
type Desk struct {
	config DeskConfig
	outage outage
	unkept *backlog

	mu        sync.Mutex
	answers   map[string]*answer       // those that are written, by id
	watch     func(Change)             // nil for nobody
	beginning map[string]chan struct{} // by person, while a question of theirs is written down
	closed    bool                     // no question is taken
	ending    bool                     // what begins is interrupted
	wg        sync.WaitGroup           // of questions that are written down, and of answers
}

// A DeskConfig is what a desk is made of. All of it is required, but for what
// has another value in its comment.
type DeskConfig struct {
	Author Author
	Queue  *Queue
	Record Record
	Ledger retrieval.Ledger // who may read a document now
	// Audit is told of each answer. Without one no question is taken.
	Audit Audit
	// PerPerson is how many questions of one person may be under way; 4. The
	// Queue should have room for them.
	PerPerson int
	// Grace is how long answers may go on when the desk is closed; 0 ends them
	// at once.
	Grace time.Duration
	Now   func() time.Time // time.Now
	Log   *slog.Logger     // slog.Default()
}

// NewDesk returns a desk that takes questions until it is closed.
func NewDesk(config DeskConfig) *Desk {
	config.PerPerson = cmp.Or(config.PerPerson, 4)
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &Desk{
		config: config, unkept: newBacklog(config.Record, config.Log),
		answers: make(map[string]*answer), beginning: make(map[string]chan struct{}),
	}
}

// An Ask is a question as it comes to a desk.
type Ask struct {
	// ID is the asker's own: the same one again is the same question, and is
	// answered once. "" is a question that never comes again.
	ID           string
	Conversation string  // "" begins one
	After        *string // the answer that the question follows, "" for none; nil means the newest one
	Text         string
	Language     string // of the page, as in [Question]
}

// Begin takes a question and returns the id of its answer, which may be
// running or have ended. When it returns, the question is written down. The
// answer is the same one for every Ask of the person with this ID, unless it
// failed: then another is begun. Errors are those of a question that is not
// searched, [retrieval.ErrNoScope], [ErrTooManyQuestions], [ErrNoAnswer] for an
// After that the conversation does not have, [ErrClosed], and what the Record
// failed with.
func (d *Desk) Begin(ctx context.Context, who Asker, ask Ask) (answer string, err error) {
	if d.config.Audit == nil || who.By.Door == "" {
		return "", errNoDoor
	}
	text, err := checkQuestion(ask.Text)
	if err != nil {
		return "", err
	}
	if _, err := who.reads(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, beginWait)
	defer cancel()
	done, err := d.alone(ctx, who.Person)
	if err != nil {
		return "", err
	}
	defer done()
	if known := d.asked(who.Person, ask.ID); known != "" {
		return known, nil
	}
	if len(d.Running(who.Person)) >= d.config.PerPerson {
		return "", ErrTooManyQuestions
	}
	turn := Beginning{
		Answer: rand.Text(), Person: who.Person, Asked: ask.ID, Conversation: cmp.Or(ask.Conversation, rand.Text()),
		Newest: ask.After == nil, Question: text, At: d.config.Now(),
	}
	if ask.After != nil {
		turn.After = *ask.After
	}
	written, err := d.config.Record.Begin(ctx, turn)
	if err != nil {
		return "", err
	}
	if written.Answer == turn.Answer {
		d.start(who, written, ask.Language)
	}
	return written.Answer, nil
}

// beginWait is how long it may take to write a question down, those that the
// person asked before it included.
const beginWait = 20 * time.Second

// alone waits until no other question of person is being written down: one that
// comes twice is begun once, and nobody has more of them than a person may. The
// people do not wait for each other. done must be called at the end.
func (d *Desk) alone(ctx context.Context, person string) (done func(), err error) {
	for {
		d.mu.Lock()
		if d.closed {
			d.mu.Unlock()
			return nil, ErrClosed
		}
		before, busy := d.beginning[person]
		if !busy {
			ended := make(chan struct{})
			d.beginning[person] = ended
			d.wg.Add(1)
			d.mu.Unlock()
			return func() { d.begun(person); close(ended); d.wg.Done() }, nil
		}
		d.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (d *Desk) begun(person string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.beginning, person)
}

// asked returns the running answer to a question of person, or "".
func (d *Desk) asked(person, id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.answers {
		if id != "" && a.turn.Person == person && a.turn.Asked == id {
			return a.turn.Answer
		}
	}
	return ""
}

// start begins to answer a question that was written down.
func (d *Desk) start(who Asker, turn Beginning, language string) {
	ctx, end := context.WithCancelCause(context.Background())
	a := &answer{
		desk: d, who: who, turn: turn, language: language, log: newLog(), end: end,
		account: newAccount(d.config.Audit, who, turn),
	}
	d.mu.Lock()
	d.answers[turn.Answer] = a
	if d.ending {
		end(ErrInterrupted)
	}
	d.mu.Unlock()
	d.changed(turn)
	d.wg.Go(func() {
		defer end(nil)
		a.run(ctx)
	})
}

// remove takes out an answer that is written: from now on it is in the Record
// alone.
func (d *Desk) remove(answer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.answers, answer)
}

// running returns an answer of person that is being written, or nil.
func (d *Desk) running(person, id string) *answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.answers[id]; a != nil && a.turn.Person == person {
		return a
	}
	return nil
}

// A RunningAnswer is an answer that is being written.
type RunningAnswer struct{ Answer, Conversation string }

// Running returns the answers of person that are being written, sorted by id.
func (d *Desk) Running(person string) []RunningAnswer {
	d.mu.Lock()
	defer d.mu.Unlock()
	var running []RunningAnswer
	for id, a := range d.answers {
		if a.turn.Person == person {
			running = append(running, RunningAnswer{id, a.turn.Conversation})
		}
	}
	slices.SortFunc(running, func(a, b RunningAnswer) int { return cmp.Compare(a.Answer, b.Answer) })
	return running
}

// Stop ends an answer of person and the model's work on it. What was written
// stays. One that is not running is ErrNoAnswer.
func (d *Desk) Stop(person, answer string) error {
	a := d.running(person, answer)
	if a == nil {
		return ErrNoAnswer
	}
	a.end(errAskerStop)
	return nil
}

// Close takes no more questions, lets answers go on for the time of grace, ends
// the others with the reason Interrupted, and waits for them, or for ctx.
func (d *Desk) Close(ctx context.Context) error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return d.settle(ctx)
	}
	d.closed = true // so that nothing is started behind the Wait below
	d.mu.Unlock()
	err := d.settle(ctx)
	d.unkept.close(ctx)
	return err
}

// settle waits for the answers, and interrupts them when the time of grace or
// ctx is over.
func (d *Desk) settle(ctx context.Context) error {
	done := make(chan struct{})
	go func() { d.wg.Wait(); close(done) }()
	grace := time.NewTimer(d.config.Grace)
	defer grace.Stop()
	select {
	case <-done:
		return nil
	case <-grace.C:
	case <-ctx.Done():
	}
	d.mu.Lock()
	d.ending = true
	for _, a := range d.answers {
		a.end(ErrInterrupted)
	}
	d.mu.Unlock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
