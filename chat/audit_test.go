package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/retrieval"
)

// A gate is an audit that waits before it writes.
type gate struct {
	chat.Audit
	open chan struct{}
}

func (g gate) Append(ctx context.Context, entries ...audit.Entry) error {
	<-g.open
	return g.Audit.Append(ctx, entries...)
}

// A full is an audit that has no room for some kind of event.
type full[E audit.Event] struct{ chat.Audit }

func (f full[E]) Append(ctx context.Context, entries ...audit.Entry) error {
	for _, e := range entries {
		if _, ok := e.Event.(E); ok {
			return errors.New("no space left on device")
		}
	}
	return f.Audit.Append(ctx, entries...)
}

// A found is a search that finds two passages, and one that it keeps back.
type found struct{ enough bool }

func (f found) Search(context.Context, access.Scope, retrieval.Question) (retrieval.Result, error) {
	match := func(id string) retrieval.Match {
		return retrieval.Match{Found: retrieval.Found{
			Document: retrieval.Document{ID: retrieval.DocumentID(id), Version: "v-" + id, Title: id},
			Passage:  retrieval.Passage{ID: "p-" + id, Document: retrieval.DocumentID(id), Text: "There are 25 days of leave, says " + id + "."},
		}}
	}
	first := match("leave")
	first.Also = []retrieval.Found{match("copy").Found}
	return retrieval.Result{
		Hits: []retrieval.Match{first, match("holidays")}, Evidence: retrieval.Evidence{Enough: f.enough},
		Withheld: []retrieval.DocumentID{"salaries"}, Generation: 7,
	}, nil
}

// log returns the events of an answer of hanna so far.
func (o *office) soFar(answer string) (events []chat.Event) {
	ctx, cancel := context.WithCancel(o.t.Context())
	cancel()
	for piece := range o.Follow(ctx, o.as("hanna"), answer) {
		events = append(events, piece...)
	}
	return events
}

// is counts the events of a type.
func is[E chat.Event](events []chat.Event) (n int) {
	for _, e := range events {
		if _, ok := e.(E); ok {
			n++
		}
	}
	return n
}

func TestP9_TheLineComesBeforeWhatItIsAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{open: make(chan struct{})}
		o := newOffice(t, nil, func(c *chat.DeskConfig) {
			g.Audit = c.Audit
			c.Audit, c.Author = g, &chat.Answerer{Searcher: found{true}}
		})
		answer := o.begin("hanna", "1", "How many days?")
		synctest.Wait()
		if n := is[chat.Sources](o.soFar(answer)); n != 0 {
			t.Error("the sources are shown before their line is written")
		}
		g.open <- struct{}{}
		o.await(answer, func(events []chat.Event) bool { return is[chat.Sources](events) == 1 })
		synctest.Wait()
		if n := is[chat.Done](o.soFar(answer)); n != 0 {
			t.Error("the end is told before its line is written")
		}
		g.open <- struct{}{}
		if last, err := o.end("hanna", answer); err != nil || is[chat.Done]([]chat.Event{last}) != 1 {
			t.Errorf("the end is %v, %v", last, err)
		}
		if lines := o.audit.Lines(); len(lines) != 2 {
			t.Errorf("%d lines, want 2", len(lines))
		}
	})
}

// await follows an answer until its log is so.
func (o *office) await(answer string, so func([]chat.Event) bool) {
	o.t.Helper()
	var events []chat.Event
	for piece, err := range o.Follow(o.t.Context(), o.as("hanna"), answer) {
		if err != nil {
			o.t.Fatal(err)
		}
		if events = append(events, piece...); so(events) {
			return
		}
	}
	o.t.Fatalf("it has ended: %v", events)
}

func TestP9_TheLineNamesThePassagesThatWereSent(t *testing.T) {
	for _, enough := range []bool{true, false} {
		o := newOffice(t, nil, func(c *chat.DeskConfig) { c.Author = &chat.Answerer{Searcher: found{enough}} })
		answer := o.begin("hanna", "1", "How many days?")
		if _, err := o.end("hanna", answer); err != nil {
			t.Fatal(err)
		}
		events, err := o.record.Events(t.Context(), must(o.as("hanna").Scope()), "hanna", answer)
		if err != nil {
			t.Fatal(err)
		}
		lines := o.audit.Lines()
		if len(lines) != 2 {
			t.Fatalf("%d lines, want 2", len(lines))
		}
		line, ok := audit.Decode[audit.SourcesSent](lines[0])
		sent := chat.SourcesOf(events)
		if !ok || len(line.Sources) != len(sent) || len(sent) != 2 || line.Refusal == enough {
			t.Fatalf("line %s, sent %v", lines[0].Event, sent)
		}
		for i, s := range sent {
			p := line.Sources[i]
			if p.N != s.N || p.Passage != s.Passage || p.Document != string(s.Document) || p.Version != s.Version || p.Version == "" || len(p.Also) != len(s.Also) {
				t.Errorf("passage %+v, sent %+v", p, s)
			}
		}
		if line.Answer.Answer != answer || line.Conversation != "c" || line.Generation != 7 || len(line.Withheld) != 1 || line.Withheld[0] != "salaries" {
			t.Errorf("line %s of answer %s", lines[0].Event, answer)
		}
		if scope := must(o.as("hanna").Scope()); line.Scope == nil || line.Scope.Key != scope.Key() || strings.Join(line.Scope.Departments, " ") != "everyone hr" {
			t.Errorf("scope %+v", line.Scope)
		}
		if by := lines[0].By; by != (audit.By{Door: audit.Browser, Person: "hanna", SignIn: "password", Session: "s"}) {
			t.Errorf("by %+v", by)
		}
		if q := lines[0].Question; q == nil || q.Hash == "" || q.Text != "" {
			t.Errorf("question %+v, want its hash alone", q)
		}
		if kept, err := chat.EncodeEvents(events); err != nil || strings.Contains(string(kept), "salaries") {
			t.Errorf("what was withheld is told beside the audit: %s, %v", kept, err)
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestP9_EveryEndHasItsVerdict(t *testing.T) {
	ended := func(e chat.Event) writer {
		return func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
			_ = yield(chat.Sentence{Support: chat.None, Unverified: []string{"26"}}, nil) && yield(chat.Sentence{Support: chat.Supported}, nil) && yield(e, nil)
		}
	}
	failing := func(err error) writer {
		return func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) { yield(nil, err) }
	}
	for _, c := range []struct {
		name   string
		author writer
		during func(o *office, answer string)
		want   audit.AnswerEnded
	}{
		{"model", ended(chat.Done{Mode: chat.ByModel, Model: "m", Cited: []int{1}}), nil, audit.AnswerEnded{Verdict: audit.ByModel, Model: "m", Sentences: 2, Unsupported: 1, Unverified: 1}},
		{"quotes", ended(chat.Done{Mode: chat.ByQuotes}), nil, audit.AnswerEnded{Verdict: audit.ByQuotes, Sentences: 2, Unsupported: 1, Unverified: 1}},
		{"refused", ended(chat.Done{Mode: chat.Refused}), nil, audit.AnswerEnded{Verdict: audit.Refused, Sentences: 2, Unsupported: 1, Unverified: 1}},
		{"stopped", silent, func(o *office, answer string) { _ = o.Stop("hanna", answer) }, audit.AnswerEnded{Verdict: audit.Stopped}},
		{"revoked", silent, func(o *office, _ string) {
			o.setPolicy(strings.ReplaceAll(company, "departments: [hr]", "departments: []"))
		}, audit.AnswerEnded{Verdict: audit.Revoked, Reason: "revoked"}},
		{"failed", failing(retrieval.ErrUnavailable), nil, audit.AnswerEnded{Verdict: audit.Failed, Reason: "search_away"}},
		{"interrupted", silent, func(o *office, _ string) { _ = o.Close(context.Background()) }, audit.AnswerEnded{Verdict: audit.Failed, Reason: "interrupted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, c.author, nil)
				answer := o.begin("hanna", "1", "x")
				if c.during != nil {
					o.await(answer, func(events []chat.Event) bool { return is[chat.Delta](events) > 0 })
					c.during(o, answer)
				}
				_, _ = o.end("hanna", answer) // what the asker is told is for other tests
				time.Sleep(2 * time.Second)   // a right that is gone is noticed within one
				lines := o.audit.Lines()
				got, ok := audit.Decode[audit.AnswerEnded](lines[len(lines)-1])
				if !ok || got.Verdict != c.want.Verdict || got.Reason != c.want.Reason || got.Model != c.want.Model ||
					got.Sentences != c.want.Sentences || got.Unsupported != c.want.Unsupported || got.Unverified != c.want.Unverified || got.Answer.Answer != answer {
					t.Errorf("line %s %s, want %+v", lines[len(lines)-1].Kind, lines[len(lines)-1].Event, c.want)
				}
			})
		})
	}
}

func TestP9_NoAnswerWithoutItsLine(t *testing.T) {
	for _, c := range []struct {
		name    string
		audit   func(chat.Audit) chat.Audit
		sources int
	}{
		{"OfTheSources", func(a chat.Audit) chat.Audit { return full[audit.SourcesSent]{a} }, 0},
		{"OfTheEnd", func(a chat.Audit) chat.Audit { return full[audit.AnswerEnded]{a} }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, nil, func(d *chat.DeskConfig) {
				d.Audit, d.Author = c.audit(d.Audit), &chat.Answerer{Searcher: found{true}}
			})
			answer := o.begin("hanna", "1", "How many days?")
			var events []chat.Event
			for piece, err := range o.Follow(t.Context(), o.as("hanna"), answer) {
				if err != nil {
					t.Fatal(err)
				}
				events = append(events, piece...)
			}
			if last := events[len(events)-1]; reason(last) != chat.Unaudited || is[chat.Sources](events) != c.sources {
				t.Errorf("the end is %v after %d sources, want that it is not in the audit", last, is[chat.Sources](events))
			}
		})
	}
}

func TestP9_ADeskTakesNoQuestionThatTheAuditWouldMiss(t *testing.T) {
	o := newOffice(t, yes, func(c *chat.DeskConfig) { c.Audit = nil })
	if _, err := o.Begin(t.Context(), o.as("hanna"), chat.Ask{Text: "x"}); err == nil {
		t.Error("a desk without an audit takes a question")
	}
	o = newOffice(t, yes, nil)
	nowhere := o.as("hanna")
	nowhere.By.Door = ""
	if _, err := o.Begin(t.Context(), nowhere, chat.Ask{Text: "x"}); err == nil {
		t.Error("a question is taken that came by no door")
	}
}

// A question of the command line belongs to no desk.
func TestP9_AnAnswerWithoutADeskHasItsLinesToo(t *testing.T) {
	o := newOffice(t, yes, nil)
	who := o.as("hanna")
	who.By = audit.By{Door: audit.CommandLine}
	for e, err := range chat.Audited(t.Context(), o.audit, who, &chat.Answerer{Searcher: found{true}}, chat.Question{Text: "How many days?"}) {
		if err != nil {
			t.Fatal(err)
		}
		lines := o.audit.Lines()
		switch e.(type) {
		case chat.Sources:
			if len(lines) != 1 {
				t.Errorf("%d lines before the sources", len(lines))
			}
		case chat.Done:
			if len(lines) != 2 {
				t.Errorf("%d lines before the end", len(lines))
			}
		}
	}
	for range chat.Audited(t.Context(), o.audit, who, &chat.Answerer{Searcher: found{true}}, chat.Question{Text: "How many days?"}) {
		break
	}
	for e, err := range chat.Audited(t.Context(), full[audit.SourcesSent]{o.audit}, who, &chat.Answerer{Searcher: found{true}}, chat.Question{Text: "x"}) {
		if is[chat.Sources]([]chat.Event{e}) > 0 || err != nil && !errors.Is(err, chat.ErrUnaudited) {
			t.Errorf("%v, %v though the audit is full", e, err)
		}
	}
	var verdicts []string
	for _, l := range o.audit.Lines() {
		if end, ok := audit.Decode[audit.AnswerEnded](l); ok {
			verdicts = append(verdicts, string(end.Verdict))
		}
	}
	if got := strings.Join(verdicts, " "); got != "quotes stopped failed" {
		t.Errorf("the ends are %q", got)
	}
}
