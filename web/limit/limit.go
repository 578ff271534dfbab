// Package limit counts what each of many callers takes, in bounded memory.
//
// A [Budget] such as 60/m is what one caller may take: 60 at once, given back
// evenly over a minute. A [Limiter] keeps the budgets of all callers and forgets
// whoever has not come for the longest time when there are too many, so that no
// number of callers fills the memory.
package limit

import (
	"container/list"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Budget is how much one caller may take: N at once, given back evenly over
// a time. The zero Budget is no limit.
type Budget struct {
	N    int
	Over time.Duration
}

// units are the times that a budget may be over.
var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// UnmarshalText reads a budget as configurations have it: 60/m, with s, m or h,
// or off for no limit.
func (b *Budget) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*b = Budget{}
		return nil
	}
	number, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(number)
	over, ok := units[unit]
	if err != nil || !ok || n < 1 {
		return fmt.Errorf("%q is no limit such as 60/m, with s, m or h, or off", text)
	}
	*b = Budget{n, over}
	return nil
}

// every returns how long it takes until one is given back.
func (b Budget) every() time.Duration { return b.Over / time.Duration(b.N) }

// A Limiter keeps the budgets of up to a number of callers.
type Limiter struct {
	budget Budget
	keys   int
	mu     sync.Mutex
	by     map[string]*list.Element // of *spent
	recent list.List                // the caller who came last is in front
}

// A spent is the budget of one caller.
type spent struct {
	key    string
	bucket *rate.Limiter
}

// New returns a Limiter that remembers up to keys callers.
func New(budget Budget, keys int) *Limiter {
	return &Limiter{budget: budget, keys: keys, by: make(map[string]*list.Element)}
}

// Take takes one from the budget of a caller. It returns 0, or how long the
// caller must wait until there is one; then nothing was taken.
func (l *Limiter) Take(key string, now time.Time) (wait time.Duration) {
	if l.budget.N == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.of(key).ReserveN(now, 1)
	if wait = taken.DelayFrom(now); wait > 0 {
		taken.CancelAt(now)
	}
	return wait
}

// of returns the budget of a caller, a whole one for who is not remembered.
func (l *Limiter) of(key string) *rate.Limiter {
	if e, ok := l.by[key]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*spent).bucket
	}
	if l.recent.Len() >= l.keys {
		last := l.recent.Back()
		delete(l.by, l.recent.Remove(last).(*spent).key)
	}
	bucket := rate.NewLimiter(rate.Every(l.budget.every()), l.budget.N)
	l.by[key] = l.recent.PushFront(&spent{key, bucket})
	return bucket
}
