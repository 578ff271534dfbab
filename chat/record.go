package chat

import (
	"context"
	"time"

	"bureau/access"
)

// A Beginning is a question as it is written down before it is answered: the
// turn of a conversation.
type Beginning struct {
	Answer       string // id of the answer, and so of the turn
	Person       string
	Asked        string // the person's own id of the question, "" for none
	Conversation string // begun if the person has none of this id
	// After is the answer that the question follows, "" for none. Newest asks
	// for the newest of the conversation instead.
	After    string
	Newest   bool
	Question string
	At       time.Time
}

// A Record keeps conversations: whatever it has returned without an error
// outlives a crash. Everything in it belongs to a person, and for another one
// does not exist.
type Record interface {
	// Begin writes a turn down, and returns it with After as it was chosen. A
	// question that the person asked before under the same Asked is not written
	// again: its own turn is returned. But one whose answer failed gives its
	// Asked away. An After that is not in the conversation is [ErrNoAnswer].
	Begin(ctx context.Context, t Beginning) (Beginning, error)
	// Keep writes all that there is of an answer, in place of what was written
	// before. A Done or Failed at its end ends the turn. A turn that was
	// deleted meanwhile stays deleted, which is no error.
	Keep(ctx context.Context, answer string, events []Event) error
	// Events returns an answer as scope, which must be the person's and as of
	// now, may see it: see [Shown]. It ends in Done or Failed. One of another
	// person is ErrNoAnswer, one that rests on what scope does not read
	// [ErrRevoked].
	Events(ctx context.Context, scope access.Scope, person, answer string) ([]Event, error)
	// Earlier returns the answered turns that the turn of an answer follows, in
	// their branch, oldest first, without those that rest on a document which
	// scope does not read any more.
	Earlier(ctx context.Context, scope access.Scope, person, answer string) ([]Turn, error)
}
