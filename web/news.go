package web

import (
	"encoding/json"
	"sync"
)

// mostChanged is how many changed conversations are told one by one.
const mostChanged = 32

// A news is what a browser is told unasked: that a part is away or back, that a
// conversation has changed elsewhere. It is kept as what there is to tell and
// not as frames: a slow reader is owed one of a kind, and nobody waits for it.
type news struct {
	wake func() // is called, without mu, when there is something to tell

	mu      sync.Mutex
	open    bool // ready was sent, so that they may be told
	health  *health
	changed map[string]changed // by conversation
}

func newNews(wake func()) *news { return &news{wake: wake} }

// begin lets the news be told to a browser, whose ready has told it of now.
func (n *news) begin(now health) {
	n.note(func() {
		n.open = true
		if n.health != nil && *n.health == now {
			n.health = nil
		}
	})
}

// turn notes the health as it is from now on.
func (n *news) turn(now health) { n.note(func() { n.health = &now }) }

// add notes that a conversation has changed.
func (n *news) add(c changed) { n.note(func() { n.merge(c) }) }

// note notes something, and wakes whoever tells the news.
func (n *news) note(something func()) {
	n.mu.Lock()
	something()
	due := n.open && (n.health != nil || len(n.changed) > 0)
	n.mu.Unlock()
	if due {
		n.wake()
	}
}

// merge adds what has changed to what has not been told yet.
func (n *news) merge(c changed) {
	before, known := n.changed[c.Conversation]
	switch {
	case known && before.Answer != c.Answer:
		c = changed{Conversation: c.Conversation, Deleted: before.Deleted || c.Deleted}
	case known:
		c.Deleted = before.Deleted || c.Deleted
	case len(n.changed) >= mostChanged:
		c = changed{}
		n.changed = nil
	}
	if n.changed == nil {
		n.changed = make(map[string]changed)
	}
	n.changed[c.Conversation] = c
}

// take returns the frames of what there is to tell, which is then told.
func (n *news) take() (frames [][]byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.open {
		return nil
	}
	if n.health != nil {
		now := *n.health
		now.Type = "health"
		frames = append(frames, encoded(now))
	}
	for _, c := range n.changed {
		c.Type = "changed"
		frames = append(frames, encoded(c))
	}
	n.health, n.changed = nil, nil
	return frames
}

// encoded returns a frame of texts and booleans, which always encode.
func encoded(frame any) []byte {
	data, err := json.Marshal(frame)
	if err != nil {
		panic(err)
	}
	return data
}
