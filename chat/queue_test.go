package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// A line is a queue with people who wait in it.
type line struct {
	t      *testing.T
	q      *Queue
	mu     sync.Mutex
	order  []string // who was let in
	places map[string][]int
	leave  map[string]func()
}

// come has a question of a person wait for its turn, in the background.
func (l *line) come(ctx context.Context, person, question string) {
	go func() {
		leave, err := l.q.Enter(ctx, person, func(n int) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.places[question] = append(l.places[question], n)
		})
		l.mu.Lock()
		defer l.mu.Unlock()
		if err != nil {
			l.order = append(l.order, fmt.Sprintf("%s:%v", question, err))
			return
		}
		l.order = append(l.order, question)
		l.leave[question] = leave
	}()
	synctest.Wait()
}

// end ends a running answer.
func (l *line) end(question string) {
	l.t.Helper()
	if l.leave[question] == nil {
		l.t.Fatalf("%s is not running; so far %v", question, l.order)
	}
	l.leave[question]()
	synctest.Wait()
}

// inLine runs test in a bubble with a queue.
func inLine(t *testing.T, running, waiting int, test func(t *testing.T, l *line)) {
	synctest.Test(t, func(t *testing.T) {
		test(t, &line{t: t, q: NewQueue(running, waiting), places: make(map[string][]int), leave: make(map[string]func())})
	})
}

func TestPeopleTakeTurns(t *testing.T) {
	inLine(t, 1, 3, func(t *testing.T, l *line) {
		for _, question := range []string{"a1", "a2", "a3", "b1", "b2", "c1"} {
			l.come(t.Context(), question[:1], question)
		}
		want := []string{"a1", "b1", "c1", "a2", "b2", "a3"}
		for _, question := range want {
			l.end(question)
		}
		if !slices.Equal(l.order, want) {
			t.Errorf("order %v, want %v", l.order, want)
		}
	})
}

func TestPlacesAreToldAsTheyChange(t *testing.T) {
	inLine(t, 1, 3, func(t *testing.T, l *line) {
		for _, question := range []string{"a1", "b1", "b2", "c1"} {
			l.come(t.Context(), question[:1], question)
		}
		l.end("a1")
		l.end("b1")
		l.end("c1")
		l.end("b2")
		for question, want := range map[string][]int{"a1": nil, "b1": {1}, "b2": {2, 3, 2, 1}, "c1": {2, 1}} {
			if got := l.places[question]; !slices.Equal(got, want) {
				t.Errorf("%s was told %v, want %v", question, got, want)
			}
		}
	})
}

func TestOnePersonRunsOneAnswerAtATime(t *testing.T) {
	inLine(t, 2, 3, func(t *testing.T, l *line) {
		l.come(t.Context(), "a", "a1")
		l.come(t.Context(), "a", "a2")
		if !slices.Equal(l.order, []string{"a1"}) {
			t.Errorf("running %v with a place free", l.order)
		}
		l.come(t.Context(), "b", "b1") // the free place is somebody else's
		if !slices.Equal(l.order, []string{"a1", "b1"}) {
			t.Errorf("running %v", l.order)
		}
		l.come(t.Context(), "b", "b2")
		l.end("b1") // and a, whose turn is first, has a1 running
		if !slices.Equal(l.order, []string{"a1", "b1", "b2"}) {
			t.Errorf("running %v", l.order)
		}
		l.end("b2")
		l.end("a1")
		l.end("a2")
	})
}

func TestTooManyQuestionsAreRefusedAtOnce(t *testing.T) {
	inLine(t, 1, 2, func(t *testing.T, l *line) {
		for i := range 3 {
			l.come(t.Context(), "a", fmt.Sprintf("a%d", i))
		}
		if _, err := l.q.Enter(t.Context(), "a", nil); !errors.Is(err, ErrTooManyQuestions) {
			t.Errorf("the fourth: %v", err)
		}
		l.come(t.Context(), "b", "b0") // others are not refused
		for _, question := range []string{"a0", "b0", "a1", "a2"} {
			l.end(question)
		}
	})
}

func TestWhoeverGivesUpMakesRoom(t *testing.T) {
	inLine(t, 1, 2, func(t *testing.T, l *line) {
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		l.come(t.Context(), "a", "a1")
		l.come(ctx, "b", "b1")
		l.come(t.Context(), "c", "c1")
		cancel(gone)
		synctest.Wait()
		l.end("a1")
		l.end("c1")
		if want := []string{"a1", "b1:gone", "c1"}; !slices.Equal(l.order, want) {
			t.Errorf("order %v, want %v", l.order, want)
		}
	})
}

func TestLeavingTwiceFreesOnePlace(t *testing.T) {
	inLine(t, 1, 2, func(t *testing.T, l *line) {
		l.come(t.Context(), "a", "a1")
		l.end("a1")
		l.end("a1")
		l.come(t.Context(), "b", "b1")
		l.come(t.Context(), "c", "c1")
		if !slices.Equal(l.order, []string{"a1", "b1"}) {
			t.Errorf("running %v", l.order)
		}
		l.end("b1")
		l.end("c1")
		if l.q.free != 1 || len(l.q.busy) > 0 || len(l.q.people) > 0 || len(l.q.tickets) > 0 {
			t.Errorf("the empty queue keeps %+v", l.q)
		}
	})
}

// An Enter whose ctx has ended may win the place or lose it, but never keeps it.
func TestEndedContextNeverKeepsAPlace(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		q := NewQueue(1, 1)
		if leave, err := q.Enter(ctx, "a", nil); err == nil {
			leave()
		}
		if q.free != 1 || len(q.busy) > 0 {
			t.Fatalf("place lost: %+v", q)
		}
	}
}
