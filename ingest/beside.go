package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"bureau/retrieval"
)

// An Other is a generation beside the one in use: one that is being built, or
// one that is kept to go back to. New texts are not written to it, which is
// what a reindex does. But what is deleted, changed or revoked leaves it in the
// same run, so that no text outlives its document on any disk, and nothing
// comes back with a switch.
type Other struct {
	Number int
	Index  retrieval.Writer
}

// A Behind is a generation that did not take in what a run took away. Nobody
// is answered from it, and a switch to it takes that in first.
type Behind struct {
	Generation int    `json:"generation"`
	Reason     string `json:"reason"`
}

// A beside writes to the other generations. It may be used at once by those
// who read documents and those who write them.
type beside struct {
	mu     sync.Mutex
	others []Other
	behind []Behind
}

// do makes a change to every other generation. One in which it fails is
// behind, and is not written any more in this run.
func (b *beside) do(ctx context.Context, change func(Other) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.others = slices.DeleteFunc(b.others, func(o Other) bool {
		err := change(o)
		if err == nil || ctx.Err() != nil || errors.Is(err, retrieval.ErrUnsettled) {
			return false // where the run ends, or only a server has not heard of it, the next one tells it
		}
		b.behind = append(b.behind, Behind{o.Number, err.Error()})
		return true
	})
}

// alignOthers makes the other generations what the ledger says of their
// documents.
func (r *run) alignOthers(ctx context.Context) {
	r.beside.do(ctx, func(o Other) error {
		documents, err := documentsOf(ctx, o.Index)
		if err != nil {
			return err
		}
		return differ(r.known, documents).mendAside(ctx, o.Index)
	})
}

// String says what is behind, in words that name the remedy.
func (b Behind) String() string {
	return fmt.Sprintf("generation %d did not take in what was taken away: %s; nobody is answered from it, and the next run tries again", b.Generation, b.Reason)
}
