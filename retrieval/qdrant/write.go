package qdrant

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/retrieval"
)

const (
	// upsertPoints is how many points are written with one call, and
	// upsertStreams how many calls are under way. More gives the server a queue
	// that revocations would wait in.
	upsertPoints  = 256
	upsertStreams = 2
)

// Replace puts the passages of one document in place of all it had; see
// [retrieval.Writer].
func (x *Index) Replace(ctx context.Context, d retrieval.Document, passages []retrieval.Embedded) error {
	return x.ReplaceAll(ctx, []retrieval.Replacement{{Document: d, Passages: passages}})
}

// ReplaceAll replaces many documents in one step: their points are written as
// new editions, which no search finds until the register names them. It waits
// for a server that is away, as long as its patience.
func (x *Index) ReplaceAll(ctx context.Context, batch []retrieval.Replacement) error {
	if len(batch) == 0 {
		return nil
	}
	if err := x.replaceAll(ctx, lastOfEach(batch)); err != nil {
		return fmt.Errorf("replace documents: %w", err)
	}
	return nil
}

func (x *Index) replaceAll(ctx context.Context, batch []retrieval.Replacement) error {
	assumed, err := x.settle(ctx, batch)
	if err != nil {
		return err
	}
	if err := x.refuseForeign(ctx, batch); err != nil {
		return err
	}
	editions, counts := make([]string, len(batch)), make([]counted, len(batch))
	var points []*client.PointStruct
	for i, r := range batch {
		editions[i], counts[i] = newEdition(r.Document.ID), countOf(r.Passages)
		for _, p := range r.Passages {
			points = append(points, pointOf(editions[i], r.Document.Readers, p, assumed))
		}
	}
	if err := x.register.begin(ctx, editions); err != nil {
		return err
	}
	if err := x.upsert(ctx, points); err != nil {
		return err
	}
	old, err := x.register.commit(ctx, func(c *committing) error {
		for i, r := range batch {
			if err := c.put(r.Document, editions[i], counts[i]); err != nil {
				return fmt.Errorf("%s/%s: %w", r.Document.Source, r.Document.Path, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	// The batch holds. What it replaced is found by nobody, so that a server that
	// has gone by now is no failure: Settle clears it away.
	if err := x.clear(ctx, old); ctx.Err() == nil && !errors.Is(err, retrieval.ErrUnavailable) {
		return err
	}
	return nil
}

// lastOfEach returns the batch with one replacement for each document, the last.
func lastOfEach(batch []retrieval.Replacement) []retrieval.Replacement {
	last := make(map[retrieval.DocumentID]int, len(batch))
	for i, r := range batch {
		last[r.Document.ID] = i
	}
	var kept []retrieval.Replacement
	for i, r := range batch {
		if last[r.Document.ID] == i {
			kept = append(kept, r)
		}
	}
	return kept
}

// settle holds the batch against the shape of the index, which the first
// passages decide, and sees to it that the collection is there.
func (x *Index) settle(ctx context.Context, batch []retrieval.Replacement) (assumed retrieval.Statistics, err error) {
	dimensions, length, withWords := 0, 0, 0
	passages := 0
	for _, r := range batch {
		for _, p := range r.Passages {
			passages++
			dimensions = max(dimensions, len(p.Vector))
			if n := retrieval.Length(p.Terms); n > 0 {
				length += n
				withWords++
			}
		}
	}
	g, err := x.register.generation(ctx)
	if err != nil {
		return assumed, err
	}
	switch {
	case g.Embedder == "":
		dimensions = 0
	case g.Dimensions != 0:
		dimensions = g.Dimensions
	}
	for _, r := range batch {
		if err := checkReplacement(r, g.Embedder, dimensions); err != nil {
			return assumed, err
		}
	}
	if passages == 0 {
		return assumed, nil
	}
	// Rounded up, and 1 where there is no word yet: a passage has a length.
	shape, err := x.register.settle(ctx, dimensions, max(1, (length+withWords-1)/max(1, withWords)))
	if err != nil {
		return assumed, err
	}
	return shape.assumed, x.prepare(ctx, shape.generation.Dimensions)
}

// checkReplacement reports passages that the index cannot have.
func checkReplacement(r retrieval.Replacement, embedder string, dimensions int) error {
	d := r.Document
	if d.ID == "" {
		return fmt.Errorf("%s/%s has no id", d.Source, d.Path)
	}
	for _, p := range r.Passages {
		if p.Passage.Document != d.ID {
			return fmt.Errorf("%s/%s: passage %s belongs to document %s", d.Source, d.Path, p.Passage.ID, p.Passage.Document)
		}
		if embedder != "" && len(p.Vector) == 0 {
			return fmt.Errorf("passage %d of %s/%s has no vector", p.Passage.Ordinal, d.Source, d.Path)
		}
		if err := retrieval.CheckVector(p.Vector, dimensions); err != nil {
			return fmt.Errorf("passage %d of %s/%s: %w", p.Passage.Ordinal, d.Source, d.Path, err)
		}
	}
	return nil
}

// ownerFields say which document a passage belongs to, and nothing of its text.
var ownerFields = client.NewWithPayloadInclude(fieldEdition, fieldPassage)

// refuseForeign reports a passage that another document has already.
func (x *Index) refuseForeign(ctx context.Context, batch []retrieval.Replacement) error {
	owner := map[string]retrieval.DocumentID{}
	var ids []string
	for _, r := range batch {
		for _, p := range r.Passages {
			if other, taken := owner[p.Passage.ID]; taken {
				return fmt.Errorf("passage %s stands twice, in document %s and in %s", p.Passage.ID, other, r.Document.ID)
			}
			owner[p.Passage.ID] = r.Document.ID
			ids = append(ids, p.Passage.ID)
		}
	}
	for some := range slices.Chunk(ids, page) {
		points, err := x.scroll(ctx, &client.Filter{Must: []*client.Condition{client.NewMatchKeywords(fieldPassage, some...)}}, ownerFields, x.server.deadlines.Patience)
		if err != nil {
			return err
		}
		for _, p := range points {
			passage, edition := p.GetPayload()[fieldPassage].GetStringValue(), p.GetPayload()[fieldEdition].GetStringValue()
			other := documentOf(edition)
			if other == owner[passage] {
				continue
			}
			rows, err := x.register.rows(ctx, []retrieval.DocumentID{other})
			if err != nil {
				return err
			}
			if rows[other].edition == edition {
				return fmt.Errorf("passage %s of document %s belongs to document %s", passage, owner[passage], other)
			}
		}
	}
	return nil
}

// begin notes editions whose points are about to be written.
func (r *register) begin(ctx context.Context, editions []string) error {
	err := r.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO leftovers (edition) SELECT value FROM json_each($1)", jsonTexts(editions))
		return err
	})
	if err != nil {
		return fmt.Errorf("note what is about to be written: %w", err)
	}
	return nil
}

// upsert writes points, each of which is there when it returns nil.
func (x *Index) upsert(ctx context.Context, points []*client.PointStruct) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := make(chan []*client.PointStruct)
	var streams sync.WaitGroup
	for range upsertStreams {
		streams.Go(func() {
			for batch := range batches {
				if err := x.upsertBatch(ctx, batch); err != nil {
					cancel(err)
				}
			}
		})
	}
	for batch := range slices.Chunk(points, upsertPoints) {
		select {
		case batches <- batch:
		case <-ctx.Done():
		}
	}
	close(batches)
	streams.Wait()
	return context.Cause(ctx)
}

func (x *Index) upsertBatch(ctx context.Context, points []*client.PointStruct) error {
	d := x.server.deadlines
	result, err := repeated(ctx, x.server, "write passages to collection "+x.collection, d.Write, d.Patience,
		func(ctx context.Context) (*client.UpdateResult, error) {
			return x.server.writes.Upsert(ctx, &client.UpsertPoints{
				CollectionName: x.collection, Wait: client.PtrOf(true), Ordering: strong, Points: points,
			})
		})
	return completed("write passages", result, err)
}
