package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/retrieval"
)

// An Audit keeps who was answered from which passages. When Append returns nil
// the entries outlive a crash, and whoever changes them later is found.
type Audit interface {
	Append(ctx context.Context, entries ...audit.Entry) error
}

// auditWait is how long a line of the audit may take.
const auditWait = 15 * time.Second

// errNoDoor says that a question would be answered without a line in the audit.
// It is a mistake in a door, and none of the asker's.
var errNoDoor = errors.New("the question comes by no door, or there is no audit")

// An account is what the audit is told of one answer: from which passages it
// is made, before anybody sees them, and how it ended, before anybody is told.
type account struct {
	audit    Audit
	by       audit.By
	question string
	asked    time.Time
	answer   audit.Answer
	begun    bool // a line is written
	tally    audit.AnswerEnded
}

// newAccount returns the account of a question that was written down.
func newAccount(log Audit, who Asker, turn Beginning) *account {
	by := who.By
	by.Person = who.Person
	return &account{
		audit: log, by: by, question: turn.Question, asked: turn.At,
		answer: audit.Answer{Answer: turn.Answer, Conversation: turn.Conversation},
	}
}

// within notes the scope that the answer is written with.
func (a *account) within(scope access.Scope) { a.answer.Scope = AuditScope(scope) }

// before writes the line of an event that is about to be shown, if it needs one.
func (a *account) before(ctx context.Context, e Event) error {
	sent := audit.SourcesSent{Answer: a.answer, Sources: []audit.Passage{}}
	switch e := e.(type) {
	case Sources:
		sent.Sources, sent.Withheld, sent.Generation = AuditSources(e.Sources), idsOf(e.trail.withheld), e.trail.generation
	case Refusal:
		sent.Sources, sent.Withheld, sent.Generation, sent.Refusal = AuditSources(e.Nearest), idsOf(e.trail.withheld), e.trail.generation, true
	case Sentence:
		a.count(e)
		return nil
	case Delta:
		if a.begun {
			return nil
		}
	default:
		return nil
	}
	if err := a.write(ctx, sent); err != nil {
		return err
	}
	a.begun = true
	return nil
}

// count counts a sentence by what carries it.
func (a *account) count(s Sentence) {
	a.tally.Sentences++
	if s.Support == None {
		a.tally.Unsupported++
	}
	if len(s.Unverified) > 0 {
		a.tally.Unverified++
	}
}

// ended writes the line of the answer's end.
func (a *account) ended(ctx context.Context, last Event) error {
	end := a.tally
	end.Answer, end.Asked = a.answer, a.asked.UTC()
	switch last := last.(type) {
	case Done:
		end.Verdict, end.Model, end.Cited, end.Partial, end.Cut = verdictOf(last), last.Model, last.Cited, last.Partial, last.Cut
	case Failed:
		end.Verdict, end.Reason = audit.Failed, string(last.Reason)
		if last.Reason == Revoked || last.Reason == NoAccess {
			end.Verdict = audit.Revoked
		}
	}
	return a.write(context.WithoutCancel(ctx), end)
}

// verdictOf returns how an answer ended that was done.
func verdictOf(d Done) audit.Verdict {
	switch {
	case d.Stopped:
		return audit.Stopped
	case d.Mode == Refused:
		return audit.Refused
	case d.Mode == ByQuotes:
		return audit.ByQuotes
	}
	return audit.ByModel
}

// write writes a line.
func (a *account) write(ctx context.Context, e audit.Event) error {
	ctx, cancel := context.WithTimeout(ctx, auditWait)
	defer cancel()
	if err := a.audit.Append(ctx, audit.Entry{By: a.by, Question: a.question, Event: e}); err != nil {
		return fmt.Errorf("%w: %w", ErrUnaudited, err)
	}
	return nil
}

// AuditSources returns sources as the audit names them.
func AuditSources(sources []Source) []audit.Passage {
	passages := make([]audit.Passage, len(sources))
	for i, s := range sources {
		passages[i] = audit.Passage{N: s.N, Passage: s.Passage, Document: string(s.Document), Version: s.Version}
		for _, c := range s.Also {
			passages[i].Also = append(passages[i].Also, string(c.Document))
		}
	}
	return passages
}

// AuditScope returns a scope as the audit names it.
func AuditScope(s access.Scope) *audit.Scope {
	return &audit.Scope{Departments: idsOf(s.Departments()), Clearances: idsOf(s.Clearances()), At: s.At().UTC(), Key: s.Key()}
}

// AuditPassages returns what a search found as the audit names it.
func AuditPassages(found []retrieval.Match) []audit.Passage {
	passages := make([]audit.Passage, len(found))
	for i, m := range found {
		passages[i] = audit.Passage{N: i + 1, Passage: m.Passage.ID, Document: string(m.Document.ID), Version: m.Document.Version}
		for _, also := range m.Also {
			passages[i].Also = append(passages[i].Also, string(also.Document.ID))
		}
	}
	return passages
}

// AuditDocuments returns documents as the audit names them.
func AuditDocuments(documents []retrieval.DocumentID) []string { return idsOf(documents) }

func idsOf[T ~string](names []T) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return all
}

// Audited yields what author answers, as a desk would have it: with a line in
// the audit before the sources and before the end. It is for a question that
// belongs to no conversation.
func Audited(ctx context.Context, log Audit, who Asker, author Author, q Question) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		scope, err := who.reads()
		if err == nil && who.By.Door == "" {
			err = errNoDoor
		}
		if err == nil {
			_, err = checkQuestion(q.Text)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		a := newAccount(log, who, Beginning{Answer: rand.Text(), Person: who.Person, Question: q.Text, At: time.Now()})
		a.within(scope)
		last, err := a.pass(ctx, author.Answer(ctx, scope, q), yield)
		unwritten := a.ended(ctx, last)
		done, ok := last.(Done)
		switch {
		case ok && done.Stopped: // nobody takes anything any more
		case err != nil || unwritten != nil:
			yield(nil, errors.Join(err, unwritten))
		default:
			yield(done, nil)
		}
	}
}

// pass yields events up to the end, which it returns.
func (a *account) pass(ctx context.Context, events iter.Seq2[Event, error], yield func(Event, error) bool) (last Event, err error) {
	for e, err := range events {
		if err == nil {
			err = a.before(ctx, e)
		}
		if err != nil {
			return Failed{Reason: reasonOf(err), Err: err}, err
		}
		if done, ok := e.(Done); ok {
			return done, nil
		}
		if !yield(e, nil) {
			return Done{Stopped: true}, nil
		}
	}
	return Failed{Reason: Internal, Err: errUnfinished}, errUnfinished
}
