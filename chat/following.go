package chat

import (
	"context"
	"fmt"
	"iter"

	"bureau/access"
	"bureau/retrieval"
)

// Follow yields an answer of the asker's own from its first event on: what
// there is, and then what comes, in pieces of one event or more, up to Done or
// Failed. A follower may take its time: it delays nobody, and is given what
// came meanwhile in one piece. Before each piece the asker's scope is taken
// anew. An error is the last thing it yields: [ErrNoAnswer], [ErrRevoked],
// the cause of ctx's end, or what the [Record] failed with.
func (d *Desk) Follow(ctx context.Context, who Asker, answer string) iter.Seq2[[]Event, error] {
	return func(yield func([]Event, error) bool) {
		if a := d.here(who.Person, answer); a != nil {
			if err := a.follow(ctx, who, yield); err != nil {
				yield(nil, err)
			}
			return
		}
		scope, err := who.reads()
		if err != nil {
			yield(nil, ErrRevoked)
			return
		}
		yield(d.config.Record.Events(ctx, scope, who.Person, answer))
	}
}

// here returns an answer of person that the record does not have whole, or nil.
func (d *Desk) here(person, id string) *answer {
	if a := d.running(person, id); a != nil {
		return a
	}
	return d.unkept.of(person, id)
}

// Knows returns nil for an answer that the asker may follow, and otherwise what
// Follow would yield.
func (d *Desk) Knows(ctx context.Context, who Asker, answer string) error {
	if d.here(who.Person, answer) != nil {
		return nil
	}
	for _, err := range d.Follow(ctx, who, answer) {
		return err
	}
	return nil
}

// follow yields the log until its end or the follower's. It returns why it
// ended early, or nil when the follower left.
func (a *answer) follow(ctx context.Context, who Asker, yield func([]Event, error) bool) error {
	for n := 0; ; {
		now := a.log.after(n)
		if err := who.StillReads(now.scope); err != nil {
			return err
		}
		shown, err := a.shown(ctx, who, now.events)
		if err != nil {
			return err
		}
		if len(shown) > 0 && !yield(shown, nil) {
			return nil
		}
		if n += len(now.events); now.ended {
			return nil
		}
		select {
		case <-now.grown:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// shown returns a piece of the log without what the asker does not read by the
// ledger, or [ErrRevoked] where that is a document which the answer rests on. It
// is in the piece with the sources, which a follower always is given first.
func (a *answer) shown(ctx context.Context, who Asker, piece []Event) ([]Event, error) {
	documents := NamedIn(piece)
	if len(documents) == 0 {
		return piece, nil
	}
	scope, err := who.reads()
	if err != nil {
		return nil, ErrRevoked
	}
	reads, err := Reading(ctx, a.desk.config.Ledger, scope, documents)
	if err != nil {
		return nil, err
	}
	shown, ok := Shown(piece, reads)
	if !ok {
		return nil, ErrRevoked
	}
	return shown, nil
}

// Reading returns what tells whether scope reads each of the documents now. Of
// any other document it says no.
func Reading(ctx context.Context, ledger retrieval.Ledger, scope access.Scope, documents []retrieval.DocumentID) (func(retrieval.DocumentID) bool, error) {
	if len(documents) == 0 {
		return func(retrieval.DocumentID) bool { return false }, nil
	}
	readers, err := ledger.Readers(ctx, documents)
	if err != nil {
		return nil, fmt.Errorf("read who may read the sources of an answer: %w", err)
	}
	return func(id retrieval.DocumentID) bool {
		r, ok := readers[id]
		return ok && scope.Allows(r)
	}, nil
}
