package chat_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/audit/audittest"
	"bureau/chat"
	"bureau/chat/history"
	"bureau/retrieval"
	"bureau/store"
)

// everybody is a ledger in which everybody reads everything.
type everybody struct{}

func (everybody) Readers(_ context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers := make(map[retrieval.DocumentID]access.Readers)
	for _, id := range ids {
		readers[id] = access.Readers{Departments: []access.Department{access.Everyone}}
	}
	return readers, nil
}

// A writer is an author that writes what it is told to.
type writer func(ctx context.Context, q chat.Question, yield func(chat.Event, error) bool)

func (w writer) Answer(ctx context.Context, _ access.Scope, q chat.Question) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) { w(ctx, q, yield) }
}

// A notebook is what the operator is told. Whatever writes it may still do so
// when a test reads it.
type notebook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

func (n *notebook) Len() int { return len(n.String()) }

func (n *notebook) Reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text.Reset()
}

// An office is a desk with what it is made of.
type office struct {
	*chat.Desk
	t      *testing.T
	config chat.DeskConfig
	record *history.History
	store  *store.DB
	log    *notebook
	policy atomic.Pointer[access.Policy]
	audit  audittest.Audit
}

const company = `
departments: [{id: hr, name: Human Resources}]
people: [{id: hanna, name: Hanna, departments: [hr]}, {id: felix, name: Felix, departments: [hr]}]
`

// newOffice opens a desk whose answers are what write writes.
func newOffice(t *testing.T, write writer, change func(*chat.DeskConfig)) *office {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, store: db, log: new(notebook), audit: audittest.Open(t)}
	if o.record, err = history.Open(t.Context(), db, everybody{}); err != nil {
		t.Fatal(err)
	}
	o.setPolicy(company)
	o.config = chat.DeskConfig{
		Author: write, Queue: chat.NewQueue(2, 3), Record: o.record, Ledger: everybody{}, PerPerson: 4, Audit: o.audit,
		Log: slog.New(slog.NewTextHandler(o.log, nil)),
	}
	if change != nil {
		change(&o.config)
	}
	o.Desk = chat.NewDesk(o.config)
	t.Cleanup(func() {
		if err := errors.Join(o.Close(context.Background()), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *office) setPolicy(document string) {
	policy, err := access.Parse("company.yaml", []byte(document))
	if err != nil {
		o.t.Fatal(err)
	}
	o.policy.Store(policy)
}

// as returns a person as an asker.
func (o *office) as(person string) chat.Asker {
	return chat.Asker{
		Person: person, By: audit.By{Door: audit.Browser, SignIn: "password", Session: "s"},
		Scope: func() (access.Scope, error) { return o.policy.Load().Scope(person, time.Now()) },
	}
}

// begin asks as a person.
func (o *office) begin(person, id, question string) string {
	o.t.Helper()
	answer, err := o.Begin(o.t.Context(), o.as(person), chat.Ask{ID: id, Conversation: "c", Text: question})
	if err != nil {
		o.t.Fatal(err)
	}
	return answer
}

// end follows an answer of a person to its end.
func (o *office) end(person, answer string) (chat.Event, error) {
	var last chat.Event
	for events, err := range o.Follow(o.t.Context(), o.as(person), answer) {
		if err != nil {
			return last, err
		}
		last = events[len(events)-1]
	}
	return last, nil
}

// reason returns why an answer failed, or "".
func reason(e chat.Event) chat.Reason {
	failed, _ := e.(chat.Failed)
	return failed.Reason
}

// silent writes nothing until its answer is ended.
func silent(ctx context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
	if yield(chat.Delta{Text: "So far."}, nil) {
		<-ctx.Done()
		yield(nil, context.Cause(ctx))
	}
}

// yes answers at once.
func yes(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
	_ = yield(chat.Delta{Text: "Yes."}, nil) && yield(chat.Done{Mode: chat.ByModel, Text: "Yes."}, nil)
}

func TestStopEndsTheAuthor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := false
		o := newOffice(t, func(ctx context.Context, q chat.Question, yield func(chat.Event, error) bool) {
			silent(ctx, q, yield)
			stopped = true
		}, nil)
		answer := o.begin("hanna", "1", "x")
		synctest.Wait()
		if err := o.Stop("felix", answer); !errors.Is(err, chat.ErrNoAnswer) {
			t.Errorf("felix stops it: %v", err)
		}
		if err := o.Stop("hanna", answer); err != nil {
			t.Fatal(err)
		}
		last, err := o.end("hanna", answer)
		done, _ := last.(chat.Done)
		if err != nil || !done.Stopped || done.Text != "So far." || !stopped {
			t.Errorf("%+v, %v; the author has ended: %t", last, err, stopped)
		}
		if err := o.Stop("hanna", answer); !errors.Is(err, chat.ErrNoAnswer) {
			t.Errorf("stopped again: %v", err)
		}
	})
}

func TestAWaitingQuestionCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, silent, nil)
		first, second := o.begin("hanna", "1", "x"), o.begin("hanna", "2", "y")
		synctest.Wait()
		for _, answer := range []string{second, first} {
			if err := o.Stop("hanna", answer); err != nil {
				t.Fatal(err)
			}
			if last, err := o.end("hanna", answer); err != nil || !last.(chat.Done).Stopped {
				t.Errorf("%v, %v", last, err)
			}
		}
	})
}

// L14: nothing that was answered to one person is given to another, however
// alike the questions, their ids and their conversations are.
func TestL14_TheSameQuestionOfTwoPeopleIsAnsweredToEach(t *testing.T) {
	var asked atomic.Int64
	o := newOffice(t, func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
		text := fmt.Sprintf("Answer number %d.", asked.Add(1))
		_ = yield(chat.Delta{Text: text}, nil) && yield(chat.Done{Mode: chat.ByModel, Text: text}, nil)
	}, nil)
	texts := map[string]bool{}
	for _, person := range []string{"hanna", "felix", "hanna"} {
		last, err := o.end(person, o.begin(person, "the same id", "The same question?"))
		done, ok := last.(chat.Done)
		if err != nil || !ok {
			t.Fatalf("%s: %+v, %v", person, last, err)
		}
		texts[person+": "+done.Text] = true
	}
	if asked.Load() != 2 || len(texts) != 2 {
		t.Errorf("the author was asked %d times, and people were told %v", asked.Load(), texts)
	}
}

func TestPlacesInLineAreInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		o := newOffice(t, func(ctx context.Context, q chat.Question, yield func(chat.Event, error) bool) {
			<-goOn
			yes(ctx, q, yield)
		}, nil)
		var answers []string
		for i := range 3 {
			answers = append(answers, o.begin("hanna", fmt.Sprint(i), "x"))
			synctest.Wait()
		}
		go func() {
			for range answers {
				goOn <- struct{}{}
				synctest.Wait()
			}
		}()
		for i, want := range []string{"[0]", "[1 0]", "[2 1 0]"} {
			var places []int
			for events, err := range o.Follow(t.Context(), o.as("hanna"), answers[i]) {
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					if accepted, ok := e.(chat.Accepted); ok {
						places = append(places, accepted.Place)
					}
				}
			}
			if got := fmt.Sprint(places); got != want {
				t.Errorf("places of question %d: %s, want %s", i, got, want)
			}
		}
	})
}

func TestAPersonHasSoManyQuestionsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, silent, nil)
		first := o.begin("hanna", "0", "x")
		for i := 1; i < 4; i++ {
			o.begin("hanna", fmt.Sprint(i), "x")
		}
		_, err := o.Begin(t.Context(), o.as("hanna"), chat.Ask{ID: "4", Text: "x"})
		if !errors.Is(err, chat.ErrTooManyQuestions) {
			t.Errorf("the fifth: %v", err)
		}
		if again := o.begin("hanna", "0", "x"); again != first {
			t.Error("a question that comes again counts as another")
		}
		o.begin("felix", "0", "x")
		if err := o.Stop("hanna", first); err != nil {
			t.Fatal(err)
		}
		if _, err := o.end("hanna", first); err != nil {
			t.Fatal(err)
		}
		o.begin("hanna", "4", "x") // it was not taken before
	})
}

func TestClosingLetsShortAnswersEndAndInterruptsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, func(ctx context.Context, q chat.Question, yield func(chat.Event, error) bool) {
			if q.Text == "long" {
				silent(ctx, q, yield)
				return
			}
			time.Sleep(3 * time.Second)
			yes(ctx, q, yield)
		}, func(c *chat.DeskConfig) { c.Grace = 5 * time.Second })
		short, long := o.begin("hanna", "1", "short"), o.begin("felix", "1", "long")
		synctest.Wait()
		start := time.Now()
		if err := o.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("closed after %v", d)
		}
		if last, err := o.end("hanna", short); err != nil || last.(chat.Done).Text != "Yes." {
			t.Errorf("the short one: %v, %v", last, err)
		}
		if last, err := o.end("felix", long); err != nil || reason(last) != chat.Interrupted {
			t.Errorf("the long one: %v, %v", last, err)
		}
		if _, err := o.Begin(t.Context(), o.as("hanna"), chat.Ask{Text: "x"}); !errors.Is(err, chat.ErrClosed) {
			t.Errorf("a question afterwards: %v", err)
		}
	})
}

func TestWhoReadsNothingIsNotWrittenDown(t *testing.T) {
	o := newOffice(t, yes, nil)
	for _, person := range []string{"nobody", ""} {
		if answer, err := o.Begin(t.Context(), o.as(person), chat.Ask{ID: "1", Text: "x"}); err == nil || answer != "" {
			t.Errorf("%q: %q, %v", person, answer, err)
		}
	}
	for _, text := range []string{"", " ", "\u200b", strings.Repeat("x", chat.MaxQuestion+1)} {
		if _, err := o.Begin(t.Context(), o.as("hanna"), chat.Ask{ID: "1", Text: text}); err == nil {
			t.Errorf("%.10q was taken", text)
		}
	}
	if page, err := o.record.List(t.Context(), "hanna", 0); err != nil || len(page.Conversations) > 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestP6_EveryEndHasItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fails error
		o := newOffice(t, func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
			if fails != nil {
				yield(nil, fails)
			}
		}, nil)
		for i, c := range []struct {
			err    error
			want   chat.Reason
			logged bool
		}{
			{fmt.Errorf("%w: the line went dead", chat.ErrAnswerCut), chat.BrokenOff, true},
			{fmt.Errorf("search: %w", retrieval.ErrUnavailable), chat.SearchAway, true},
			{context.DeadlineExceeded, chat.TooSlow, false},
			{errors.New("a fault"), chat.Internal, true},
			{nil, chat.Internal, true}, // it ends without being done
		} {
			fails = c.err
			o.log.Reset()
			last, err := o.end("hanna", o.begin("hanna", fmt.Sprint(i), "x"))
			if err != nil || reason(last) != c.want || (o.log.Len() > 0) != c.logged {
				t.Errorf("%v: %v, %v, logged %q", c.err, last, err, o.log)
			}
		}
	})
}

func TestAModelWithoutEndIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		words := 0
		o := newOffice(t, func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
			for yield(chat.Delta{Text: "and "}, nil) {
				words++
			}
		}, nil)
		last, err := o.end("hanna", o.begin("hanna", "1", "x"))
		if err != nil || reason(last) != chat.BrokenOff || words > 20_000 {
			t.Errorf("%v, %v after %d words", last, err, words)
		}
	})
}

// A store that takes nothing costs the memory of an answer, and not the answer.
func TestAnAnswerThatCannotBeKeptIsShownAndSaysSo(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	o := newOffice(t, func(ctx context.Context, q chat.Question, yield func(chat.Event, error) bool) {
		close(begun)
		<-goOn
		yes(ctx, q, yield)
	}, nil)
	answer := o.begin("hanna", "1", "x")
	<-begun
	if err := o.store.Close(); err != nil {
		t.Fatal(err)
	}
	var last chat.Event
	for events, err := range o.Follow(t.Context(), o.as("hanna"), answer) {
		if err != nil {
			t.Fatal(err)
		}
		if last == nil {
			close(goOn)
		}
		last = events[len(events)-1]
	}
	if done, _ := last.(chat.Done); !done.Unkept || done.Text != "Yes." {
		t.Errorf("%+v", last)
	}
}

func TestWhatIsWrittenIsKeptWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, silent, nil)
		answer := o.begin("hanna", "1", "x")
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		scope, err := o.as("hanna").Scope()
		if err != nil {
			t.Fatal(err)
		}
		events, err := o.record.Events(t.Context(), scope, "hanna", answer)
		if text, _ := chat.Written(events); err != nil || text != "So far." {
			t.Errorf("kept %q, %v", text, err)
		}
	})
}

func TestADegradationIsLoggedOnceUntilItIsOver(t *testing.T) {
	missing := fmt.Errorf("%w: nothing answers", chat.ErrModelUnavailable)
	ends := map[string]chat.Done{
		"down": {Mode: chat.ByQuotes, Degraded: missing}, "refused": {Mode: chat.Refused}, "well": {Mode: chat.ByModel},
	}
	o := newOffice(t, func(_ context.Context, q chat.Question, yield func(chat.Event, error) bool) { yield(ends[q.Text], nil) }, nil)
	for i, question := range []string{"down", "refused", "down", "well", "well", "down"} {
		if _, err := o.end("hanna", o.begin("hanna", fmt.Sprint(i), question)); err != nil {
			t.Fatal(err)
		}
	}
	if warned, over := strings.Count(o.log.String(), "nothing answers"), strings.Count(o.log.String(), "in full"); warned != 2 || over != 1 {
		t.Errorf("warned %d times, want 2, and said %d times that it is over, want 1:\n%s", warned, over, o.log)
	}
}

// An answer is refused to whoever has lost a right before the first event.
func TestP3_ARightThatGoesInTheLineEndsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		o := newOffice(t, func(ctx context.Context, q chat.Question, yield func(chat.Event, error) bool) {
			asked++
			silent(ctx, q, yield)
		}, nil)
		first, second := o.begin("hanna", "1", "x"), o.begin("hanna", "2", "y")
		synctest.Wait()
		o.setPolicy("people: []")
		time.Sleep(2 * time.Second)
		for _, answer := range []string{first, second} {
			if _, err := o.end("hanna", answer); !errors.Is(err, chat.ErrRevoked) {
				t.Errorf("%v", err)
			}
		}
		if len(o.Running("hanna")) > 0 || asked != 1 {
			t.Errorf("running %v; the author was asked %d times", o.Running("hanna"), asked)
		}
	})
}

func TestP3_AFollowerIsLookedAtBeforeEachPiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, silent, nil)
		answer := o.begin("hanna", "1", "x")
		synctest.Wait()
		o.setPolicy("people: [{id: hanna, name: Hanna}]\n") // she has left her department, and no second has passed
		if last, err := o.end("hanna", answer); last != nil || !errors.Is(err, chat.ErrRevoked) {
			t.Errorf("%v, %v", last, err)
		}
		if len(o.Running("hanna")) != 1 {
			t.Error("the answer had ended by itself: nothing was tried")
		}
	})
}

// without is a ledger in which everybody reads everything but one document.
type without retrieval.DocumentID

func (w without) Readers(ctx context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers, err := everybody{}.Readers(ctx, ids)
	delete(readers, retrieval.DocumentID(w))
	return readers, err
}

func TestP3_ACopyThatIsReadNoMoreIsNotNamedToAFollower(t *testing.T) {
	o := newOffice(t, func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
		source := chat.Source{N: 1, Document: "d", Also: []chat.Copy{{Document: "kept"}, {Document: "taken"}}}
		_ = yield(chat.Sources{Sources: []chat.Source{source}}, nil) && yield(chat.Done{Mode: chat.ByQuotes, Text: "x"}, nil)
	}, func(c *chat.DeskConfig) { c.Ledger = without("taken") })
	answer, named := o.begin("hanna", "1", "x"), 0
	for events, err := range o.Follow(t.Context(), o.as("hanna"), answer) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range chat.SourcesOf(events) {
			for _, c := range s.Also {
				if named++; c.Document != "kept" {
					t.Errorf("the copy %s is named", c.Document)
				}
			}
		}
	}
	if named == 0 {
		t.Error("the copy that is read is not named")
	}
}

func TestP3_ARightThatGoesEndsTheAnswerAtItsNextEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pace = 100 * time.Millisecond
		ended := make(chan time.Time, 1)
		o := newOffice(t, func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
			for yield(chat.Delta{Text: "word "}, nil) {
				time.Sleep(pace)
			}
			ended <- time.Now()
		}, nil)
		answer := o.begin("hanna", "1", "x")
		time.Sleep(5*pace + pace/2)
		o.setPolicy("people: [{id: hanna, name: Hanna}]\n")
		gone := time.Now()
		for range o.Follow(t.Context(), o.as("hanna"), answer) {
		}
		time.Sleep(2 * pace)
		select {
		case at := <-ended:
			if d := at.Sub(gone); d > 2*pace || len(o.Running("hanna")) > 0 {
				t.Errorf("the author went on for %v", d)
			}
		default:
			t.Error("the author goes on")
		}
	})
}

func TestAThousandFollowersSeeTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const words = 200
		o := newOffice(t, func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
			for i := range words {
				time.Sleep(time.Millisecond)
				yield(chat.Delta{Text: fmt.Sprint(i, " ")}, nil)
			}
			yield(chat.Done{}, nil)
		}, nil)
		answer := o.begin("hanna", "1", "x")
		texts := make([]string, 1000)
		var all sync.WaitGroup
		for i := range texts {
			all.Go(func() {
				time.Sleep(time.Duration(i%300) * time.Millisecond) // some come late, some after the end
				for events, err := range o.Follow(t.Context(), o.as("hanna"), answer) {
					if err != nil {
						t.Error(err)
					}
					text, _ := chat.Written(events)
					texts[i] += text
					time.Sleep(time.Duration(i%7) * time.Millisecond) // some are slow
				}
			})
		}
		all.Wait()
		for i, text := range texts {
			if text != texts[0] || len(strings.Fields(text)) != words {
				t.Fatalf("follower %d read %d words", i, len(strings.Fields(text)))
			}
		}
	})
}
