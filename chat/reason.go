package chat

import (
	"context"
	"errors"

	"bureau/retrieval"
)

// Errors of a [Desk].
var (
	// ErrNoAnswer says that the person has no such answer. It is the same for
	// one that another person has, for one that never was and, where it is to
	// be stopped, for one that has ended.
	ErrNoAnswer = errors.New("no such answer")
	// ErrRevoked says that an answer rests on what its asker may not read now.
	ErrRevoked = errors.New("a right that the answer rests on is gone")
	// ErrInterrupted says that the server ended while the answer was written.
	ErrInterrupted = errors.New("the server ended while the answer was written")
	// ErrUnaudited says that the audit cannot be written, so that nothing is
	// answered.
	ErrUnaudited = errors.New("the audit cannot be written")
	// ErrClosed says that the server is ending and takes no questions.
	ErrClosed = errors.New("no more questions are taken")

	errAskerStop  = errors.New("the asker stopped the answer")
	errUnfinished = errors.New("the answer ended without being done")
	errEndless    = errors.New("the answer does not end")
)

// A Reason is why an answer ended without being done. It is kept with the
// answer, so that its text must not change.
type Reason string

// The reasons.
const (
	Revoked     Reason = "revoked"
	NoAccess    Reason = "no_access" // the asker reads nothing any more
	Interrupted Reason = "interrupted"
	Busy        Reason = "busy" // the line has no room for another question of the person
	BrokenOff   Reason = "answer_cut"
	TooSlow     Reason = "too_slow"
	SearchAway  Reason = "search_away"
	Unaudited   Reason = "unaudited" // the audit could not be written
	Internal    Reason = "internal"  // a fault of ours
)

// Reasons are all there are.
var Reasons = []Reason{Revoked, NoAccess, Interrupted, Busy, BrokenOff, TooSlow, SearchAway, Unaudited, Internal}

// reasons are the errors with a reason of their own. The first that matches
// counts.
var reasons = []struct {
	err    error
	reason Reason
}{
	{ErrRevoked, Revoked},
	{retrieval.ErrNoScope, NoAccess},
	{ErrInterrupted, Interrupted},
	{ErrTooManyQuestions, Busy},
	{ErrUnaudited, Unaudited}, // before the deadline that it may have failed by
	{ErrAnswerCut, BrokenOff},
	{errEndless, BrokenOff},
	{retrieval.ErrUnavailable, SearchAway},
	{context.DeadlineExceeded, TooSlow},
}

// reasonOf returns why an answer ended with err.
func reasonOf(err error) Reason {
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.reason
		}
	}
	return Internal
}
