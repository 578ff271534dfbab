package identity

import (
	"sync"
	"time"
)

// How many wrong passwords are taken: at once, and then one in a while. Those
// of one address are more, for many people may share one.
var (
	perName    = budget{burst: 5, every: time.Minute}
	perAddress = budget{burst: 50, every: 6 * time.Second}
)

// maxTried is how many names and addresses are remembered.
const maxTried = 10_000

// A budget is a number of tries that grows back.
type budget struct {
	burst float64
	every time.Duration // until one try is given back
}

// A spent is how much of a budget was spent, and when that was counted.
type spent struct {
	n  float64
	at time.Time
}

// tries counts wrong passwords. They live in memory: a restart takes longer
// than a try.
type tries struct {
	mu sync.Mutex
	by map[string]spent
}

// take spends a try of a name and of an address, or returns false when either
// has none left. giveBack undoes it, for a password that was right.
func (t *tries) take(name, address string, now time.Time) (giveBack func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil {
		t.by = map[string]spent{}
	}
	t.makeRoom(now)
	keys := map[string]budget{"name " + name: perName, "address " + address: perAddress}
	for key, b := range keys {
		if t.left(key, b, now) < 1 {
			return nil, false
		}
	}
	for key, b := range keys {
		t.by[key] = spent{b.burst - t.left(key, b, now) + 1, now}
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for key := range keys {
			s := t.by[key]
			t.by[key] = spent{max(0, s.n-1), s.at}
		}
	}, true
}

// left returns the tries that a key has.
func (t *tries) left(key string, b budget, now time.Time) float64 {
	s := t.by[key]
	back := float64(now.Sub(s.at)) / float64(b.every)
	return min(b.burst, b.burst-s.n+max(0, back))
}

// makeRoom forgets what counts no more. Where there is still no room, it
// forgets all: to count anew is better than to shut everybody out.
func (t *tries) makeRoom(now time.Time) {
	if len(t.by) < maxTried {
		return
	}
	for key, s := range t.by {
		if now.Sub(s.at) > time.Duration(perAddress.burst)*perName.every {
			delete(t.by, key)
		}
	}
	if len(t.by) >= maxTried {
		clear(t.by)
	}
}
