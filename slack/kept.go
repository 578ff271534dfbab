package slack

import (
	"slices"
	"sync"
	"time"
)

// Bounds of the answers that buttons are about.
const (
	mostKept = 5000
	keptFor  = 8 * time.Hour
)

// A keptQuestion is what an answer was given to, and where.
type keptQuestion struct {
	question question
	at       time.Time
	done     map[string]bool // actions that were taken
}

// A kept is the questions whose answers have buttons, by the answer, for a
// while. An answer belongs to its asker: for anybody else there is none of its
// id. What it says is kept with the desk.
type kept struct {
	mu     sync.Mutex
	byID   map[string]*keptQuestion
	oldest []string
}

// put keeps the question of an answer.
func (k *kept) put(answer string, q question, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		k.byID = map[string]*keptQuestion{}
	}
	for len(k.oldest) > 0 && (len(k.oldest) >= mostKept || now.Sub(k.byID[k.oldest[0]].at) >= keptFor) {
		delete(k.byID, k.oldest[0])
		k.oldest = k.oldest[1:]
	}
	if _, ok := k.byID[answer]; !ok {
		k.oldest = append(k.oldest, answer)
	}
	k.byID[answer] = &keptQuestion{question: q, at: now, done: map[string]bool{}}
}

// get returns the question of an answer, if an account has asked it.
func (k *kept) get(answer, user string, now time.Time) (question, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.byID[answer]
	if !ok || found.question.user != user || now.Sub(found.at) >= keptFor {
		return question{}, false
	}
	return found.question, true
}

// once reports whether an action of an answer is taken for the first time, and
// notes it.
func (k *kept) once(answer, action string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.byID[answer]
	if !ok || found.done[action] {
		return false
	}
	found.done[action] = true
	return true
}

// again lets an action be taken again that came to nothing.
func (k *kept) again(answer, action string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if found, ok := k.byID[answer]; ok {
		delete(found.done, action)
	}
}

// questions returns the last different questions of an account, the newest first.
func (k *kept) questions(user string, most int) []question {
	k.mu.Lock()
	defer k.mu.Unlock()
	var last []question
	for _, id := range slices.Backward(k.oldest) {
		q := k.byID[id].question
		again := slices.ContainsFunc(last, func(l question) bool { return l.text == q.text })
		if q.user == user && !again && len(last) < most {
			last = append(last, q)
		}
	}
	return last
}
