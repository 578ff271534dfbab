package chat

import (
	"bureau/access"
	"bureau/audit"
	"bureau/retrieval"
)

// An Asker is who asks or reads on, through whichever door.
type Asker struct {
	Person string // whose the answers are
	// Scope returns what the asker may read at this moment. It is called again
	// for every step of an answer, and must not remember.
	Scope func() (access.Scope, error)
	// By says how they came in, for the audit. Whoever asks must have come by a
	// door; who reads on need not say.
	By audit.By
}

// reads returns what the asker reads now. To read nothing is
// [retrieval.ErrNoScope].
func (a Asker) reads() (access.Scope, error) {
	scope, err := a.Scope()
	if err == nil && scope.IsZero() {
		err = retrieval.ErrNoScope
	}
	return scope, err
}

// StillReads returns [ErrRevoked] when the asker has lost a right that before
// had. An asker about whom nothing is known has lost them all. A zero before is
// of an answer that has not begun: it is enough to read anything.
func (a Asker) StillReads(before access.Scope) error {
	now, err := a.reads()
	if err != nil || !now.Covers(before) {
		return ErrRevoked
	}
	return nil
}
