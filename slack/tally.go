package slack

import "sync"

// A Tally counts questions by how they ended. Asked is the sum of the others
// and of those that are under way: a question that is in none was met with
// silence, which does not happen.
type Tally struct {
	Asked    int // questions that were taken, each once
	Answered int // with an answer from documents
	Refused  int // with a reason: nobody known, nothing to read, nothing found, too much at once
	Failed   int // with a reason: a fault of ours, of the model's or of Slack's
	// Undelivered are those of the other counts, but for Asked, whose end Slack did not take.
	Undelivered int
	Repeated    int // deliveries of what was taken before; in no other count
}

// Running returns how many questions are under way.
func (t Tally) Running() int { return t.Asked - t.Answered - t.Refused - t.Failed }

// A tally is a Tally that many count in.
type tally struct {
	mu    sync.Mutex
	count Tally
}

func (t *tally) note(change func(*Tally)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.count)
}

func (t *tally) read() Tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count
}
