package slack

import (
	"slices"
	"sync"
	"time"
)

// memory is how long a delivery is known again. Slack repeats one at once, after
// one minute and after five; a socket may be away for a while in between.
const memory = time.Hour

// A seen knows what was taken already, for memory.
type seen struct {
	mu     sync.Mutex
	when   map[string]time.Time
	oldest []string // ids in the order of their time
}

// first reports whether an id is new, and remembers it.
func (s *seen) first(id string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.oldest) > 0 && now.Sub(s.when[s.oldest[0]]) >= memory {
		delete(s.when, s.oldest[0])
		s.oldest = s.oldest[1:]
	}
	if _, known := s.when[id]; known {
		return false
	}
	if s.when == nil {
		s.when = make(map[string]time.Time)
	}
	s.when[id] = now
	s.oldest = append(s.oldest, id)
	return true
}

// undo forgets an id whose delivery was not taken after all.
func (s *seen) undo(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.when, id)
	s.oldest = slices.DeleteFunc(s.oldest, func(one string) bool { return one == id })
}
