package chat

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// Conversations keep the earlier turns of people's conversations in memory,
// for a while and up to a number. A conversation belongs to one person: the
// same id of somebody else is another conversation. They are safe for
// concurrent use.
type Conversations struct {
	limits ConversationLimits
	ledger retrieval.Ledger

	mu     sync.Mutex
	byKey  map[conversationKey]*list.Element
	counts map[string]int // conversations of each person
	recent *list.List     // of *conversation, the last used first
}

// ConversationLimits bound what is kept.
type ConversationLimits struct {
	Turns     int           // of one conversation; the oldest are forgotten
	PerPerson int           // conversations; the one unused for longest is forgotten
	Age       time.Duration // since a conversation was last used
}

type conversationKey struct{ person, id string }

type conversation struct {
	key   conversationKey
	turns []Turn
	used  time.Time
}

// NewConversations returns an empty memory. ledger is asked about the sources
// of a turn each time the turn is used.
func NewConversations(limits ConversationLimits, ledger retrieval.Ledger) *Conversations {
	return &Conversations{
		limits: limits, ledger: ledger,
		byKey: make(map[conversationKey]*list.Element), counts: make(map[string]int), recent: list.New(),
	}
}

// Add notes a turn of a person's conversation.
func (c *Conversations) Add(person, id string, t Turn, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire(now)
	key := conversationKey{person, id}
	element, ok := c.byKey[key]
	if !ok {
		if n := c.counts[person]; n > 0 && n >= c.limits.PerPerson {
			c.remove(c.oldestOf(person))
		}
		element = c.recent.PushFront(&conversation{key: key})
		c.byKey[key] = element
		c.counts[person]++
	}
	c.recent.MoveToFront(element)
	kept := element.Value.(*conversation)
	kept.used = now
	kept.turns = append(kept.turns, t)
	if extra := len(kept.turns) - c.limits.Turns; extra > 0 {
		kept.turns = append([]Turn(nil), kept.turns[extra:]...)
	}
}

// Earlier returns the turns of a person's conversation, oldest first, without
// those that rest on a document which scope does not read any more: what has
// been taken away is in no prompt, no search and no history. scope must be
// that of the person, and as of now.
func (c *Conversations) Earlier(ctx context.Context, scope access.Scope, person, id string) ([]Turn, error) {
	turns := c.turns(person, id, scope.At())
	var ids []retrieval.DocumentID
	for _, t := range turns {
		ids = append(ids, t.Sources...)
	}
	if len(ids) == 0 {
		return turns, nil
	}
	readers, err := c.ledger.Readers(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read who may read the sources of a conversation: %w", err)
	}
	var allowed []Turn
	for _, t := range turns {
		if readsAll(scope, readers, t.Sources) {
			allowed = append(allowed, t)
		}
	}
	return allowed, nil
}

// Forget forgets a person's conversation.
func (c *Conversations) Forget(person, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byKey[conversationKey{person, id}]; ok {
		c.remove(element)
	}
}

// turns returns the turns of a conversation that is not too old.
func (c *Conversations) turns(person, id string, now time.Time) []Turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expire(now)
	element, ok := c.byKey[conversationKey{person, id}]
	if !ok {
		return nil
	}
	return append([]Turn(nil), element.Value.(*conversation).turns...)
}

// readsAll reports whether scope reads every one of the documents.
func readsAll(scope access.Scope, readers map[retrieval.DocumentID]access.Readers, ids []retrieval.DocumentID) bool {
	for _, id := range ids {
		if r, ok := readers[id]; !ok || !scope.Allows(r) {
			return false
		}
	}
	return true
}

// expire removes the conversations that are too old.
func (c *Conversations) expire(now time.Time) {
	for last := c.recent.Back(); last != nil; last = c.recent.Back() {
		if now.Sub(last.Value.(*conversation).used) < c.limits.Age {
			return
		}
		c.remove(last)
	}
}

// oldestOf returns the conversation of person that was unused for longest.
// The person has one.
func (c *Conversations) oldestOf(person string) *list.Element {
	element := c.recent.Back()
	for element.Value.(*conversation).key.person != person {
		element = element.Prev()
	}
	return element
}

// remove removes a conversation.
func (c *Conversations) remove(element *list.Element) {
	key := c.recent.Remove(element).(*conversation).key
	delete(c.byKey, key)
	if c.counts[key.person]--; c.counts[key.person] == 0 {
		delete(c.counts, key.person)
	}
}
