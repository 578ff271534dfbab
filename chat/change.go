package chat

// A Change says that an answer of a person begins or ends. Asked is the
// person's own id of the question.
type Change struct{ Person, Conversation, Answer, Asked string }

// Watch has changed called with every change from now on, in place of whoever
// watched before. It is called just before those who follow the answer are told
// the same, and while they wait, so it must not.
func (d *Desk) Watch(changed func(Change)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watch = changed
}

// changed tells who watches that the answer to a question begins or ends.
func (d *Desk) changed(turn Beginning) {
	d.mu.Lock()
	watch := d.watch
	d.mu.Unlock()
	if watch != nil {
		watch(Change{turn.Person, turn.Conversation, turn.Answer, turn.Asked})
	}
}
