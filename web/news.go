package web

import "sync"

// mostChanged is how many changed conversations are told one by one.
const mostChanged = 32

// News are what a browser is told unasked: that a part is away or back, that a
// conversation has changed elsewhere. They are kept as what there is to tell and
// not as frames: a slow reader is owed one of a kind, and nobody waits for it.
type news struct {
	wake chan struct{} // holds one while there is something to tell

	mu      sync.Mutex
	open    bool // ready was sent, so that they may be told
	health  *health
	changed map[string]changed // by conversation
}

func newNews() *news { return &news{wake: make(chan struct{}, 1)} }

// begin lets the news be told to a browser, whose ready has told it of now.
func (n *news) begin(now health) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = true
	if n.health != nil && *n.health == now {
		n.health = nil
	}
	n.ring()
}

// turn notes the health as it is from now on.
func (n *news) turn(now health) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.health = &now
	n.ring()
}

// add notes that a conversation has changed.
func (n *news) add(c changed) {
	n.mu.Lock()
	defer n.mu.Unlock()
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
	n.ring()
}

// ring wakes whoever tells the news. The caller holds mu.
func (n *news) ring() {
	if !n.open || n.health == nil && len(n.changed) == 0 {
		return
	}
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// take returns the frames of what there is to tell, which is then told.
func (n *news) take() []any {
	n.mu.Lock()
	defer n.mu.Unlock()
	var frames []any
	if n.health != nil {
		now := *n.health
		now.Type = "health"
		frames = append(frames, now)
	}
	for _, c := range n.changed {
		c.Type = "changed"
		frames = append(frames, c)
	}
	n.health, n.changed = nil, nil
	return frames
}
