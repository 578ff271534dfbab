package qdrant

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"

	"bureau/retrieval"
)

// TestCallThatArrivesAfterItWasGivenUpIsPutRight has one process give up telling
// the server of readers, another one change them again and tell it, and the
// first one's call arrive last.
func TestCallThatArrivesAfterItWasGivenUpIsPutRight(t *testing.T) {
	x, change := written(t, sample("moved", 2))
	var once sync.Once
	first := beside(t, x, func(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		if _, tells := request.(*client.SetPayloadPoints); !tells {
			return invoke(ctx, method, request, reply, cc, opts...)
		}
		once.Do(func() { change(x.SetReaders(t.Context(), everyoneAgain)) })
		return errors.Join(away, invoke(ctx, method, request, reply, cc, opts...))
	})
	if err := first.SetReaders(t.Context(), legalAlone); !errors.Is(err, retrieval.ErrUnsettled) {
		t.Errorf("a call that was given up gave %v", err)
	}
	change(x.Settle(t.Context()))
	wantTold(t, x, 2)
}

func TestManyPagesAreLoadedAsOfOneMoment(t *testing.T) {
	const passages = page + 44
	x, change := written(t, sample("a", passages))
	var ids []string
	for i := range passages {
		ids = append(ids, fmt.Sprintf("a#%d", i))
	}
	texts := loaded(t, x, ids, func() {}, func() {
		change(x.ReplaceAll(t.Context(), []retrieval.Replacement{edition("a", "2", passages)}))
	})
	versions := map[string]int{}
	for _, text := range texts {
		versions[text[len(text)-1:]]++
	}
	if len(versions) != 1 || len(texts) != passages {
		t.Errorf("loaded %d passages, by version %v", len(texts), versions)
	}
}
