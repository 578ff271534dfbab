package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrTooManyQuestions says that a person has as many questions waiting as one
// person may.
var ErrTooManyQuestions = errors.New("too many questions are waiting")

// A Queue lets a number of answers run at a time, the model's strength being
// shared by all, and makes the others wait in turn. People take turns, not
// questions: whoever asks ten times waits no less and delays nobody. One
// person has one answer running at a time. It is safe for concurrent use.
type Queue struct {
	waiting int // waiting questions of one person at most

	mu      sync.Mutex
	free    int             // answers that may begin now
	busy    map[string]bool // people with a running answer
	people  []string        // with a waiting question, next turn first; the busy ones behind the others
	tickets map[string][]*ticket
}

// A ticket is one waiting question.
type ticket struct {
	turn  chan struct{} // closed when its turn has come
	place chan int      // the latest place that was not read yet; one at most
	last  int           // place that was told last
}

// NewQueue returns a Queue that lets running answers run at a time, and lets
// each person have waiting questions wait besides the running one.
func NewQueue(running, waiting int) *Queue {
	return &Queue{
		waiting: waiting, free: running,
		busy: make(map[string]bool), tickets: make(map[string][]*ticket),
	}
}

// Enter waits for a turn of person and returns the function that ends it,
// which may be called more than once. While it waits it calls place, if that
// is not nil, with the place in line, 1 being next, whenever the place has
// changed; it is called on the caller's own goroutine. It returns
// [ErrTooManyQuestions] at once, and the cause of ctx's end when it ended.
func (q *Queue) Enter(ctx context.Context, person string, place func(int)) (leave func(), err error) {
	t, err := q.join(person)
	if err != nil {
		return nil, err
	}
	for {
		select {
		case <-t.turn:
			return sync.OnceFunc(func() { q.leave(person) }), nil
		case n := <-t.place:
			if place != nil {
				place(n)
			}
		case <-ctx.Done():
			q.forget(person, t)
			return nil, context.Cause(ctx)
		}
	}
}

// Waiting returns how many questions wait for their turn.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := 0
	for _, tickets := range q.tickets {
		waiting += len(tickets)
	}
	return waiting
}

// join takes a ticket for person.
func (q *Queue) join(person string) (*ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	room := q.waiting
	if !q.busy[person] {
		room++ // for the question that is to run
	}
	if len(q.tickets[person]) >= room {
		return nil, ErrTooManyQuestions
	}
	t := &ticket{turn: make(chan struct{}), place: make(chan int, 1)}
	if len(q.tickets[person]) == 0 {
		q.line(person)
	}
	q.tickets[person] = append(q.tickets[person], t)
	q.advance()
	return t, nil
}

// leave ends the running answer of person.
func (q *Queue) leave(person string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.end(person)
	q.advance()
}

// end frees the place of person, who lines up behind all who wait for a
// first turn.
func (q *Queue) end(person string) {
	delete(q.busy, person)
	q.free++
	if len(q.tickets[person]) > 0 {
		q.people = slices.DeleteFunc(q.people, func(p string) bool { return p == person })
		q.line(person)
	}
}

// line puts person at the end of the line: at its very end while an answer of
// theirs is running, else before all those people.
func (q *Queue) line(person string) {
	end := len(q.people)
	for !q.busy[person] && end > 0 && q.busy[q.people[end-1]] {
		end--
	}
	q.people = slices.Insert(q.people, end, person)
}

// forget gives a ticket back: it was waiting, or its turn came at the very
// moment that nobody wanted it any more.
func (q *Queue) forget(person string, t *ticket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.tickets[person], t)
	if i < 0 {
		q.end(person)
	} else {
		q.drop(person, i)
	}
	q.advance()
}

// drop takes the i-th ticket of person out.
func (q *Queue) drop(person string, i int) {
	q.tickets[person] = slices.Delete(q.tickets[person], i, i+1)
	if len(q.tickets[person]) == 0 {
		delete(q.tickets, person)
		q.people = slices.DeleteFunc(q.people, func(p string) bool { return p == person })
	}
}

// advance lets in whom there is room for and tells the others their places.
// The caller holds mu.
func (q *Queue) advance() {
	for q.free > 0 && len(q.people) > 0 && !q.busy[q.people[0]] {
		person := q.people[0]
		t := q.tickets[person][0]
		q.busy[person] = true
		q.free--
		q.people = append(q.people[1:], person) // to the end of the line
		q.drop(person, 0)
		close(t.turn)
	}
	q.tellPlaces()
}

// tellPlaces gives each waiting question its place: in every round each
// person has one turn.
func (q *Queue) tellPlaces() {
	place := 0
	for round := 0; ; round++ {
		before := place
		for _, person := range q.people {
			if tickets := q.tickets[person]; round < len(tickets) {
				place++
				tickets[round].tell(place)
			}
		}
		if place == before {
			return
		}
	}
}

// tell puts a place where Enter finds it, in place of one it did not read.
func (t *ticket) tell(place int) {
	if place == t.last {
		return
	}
	t.last = place
	select {
	case <-t.place:
	default:
	}
	t.place <- place
}
