package qdrant

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/access"
	"bureau/retrieval"
)

// page is how many passages are loaded with one call.
const page = 256

// Load returns the passages with these ids that scope reads; see
// [retrieval.Index].
func (x *Index) Load(ctx context.Context, scope access.Scope, ids []string) ([]retrieval.Found, error) {
	if scope.IsZero() {
		return nil, retrieval.ErrNoScope
	}
	byID, err := x.loadAll(ctx, scope, ids)
	if err != nil {
		return nil, fmt.Errorf("load passages: %w", err)
	}
	var found []retrieval.Found
	for _, id := range ids {
		if f, ok := byID[id]; ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// loadAll loads passages as they are at one moment, and begins anew when they
// change meanwhile. What stays in motion is left out.
func (x *Index) loadAll(ctx context.Context, scope access.Scope, ids []string) (map[string]retrieval.Found, error) {
	for attempt := 1; ; attempt++ {
		v, err := x.register.view(ctx, scope, nil)
		if err != nil || v.statistics.Passages == 0 {
			return nil, err
		}
		byID := make(map[string]retrieval.Found, len(ids))
		moved := false
		for some := range slices.Chunk(ids, page) {
			loaded, err := x.loadAt(ctx, scope, v.version, some)
			if err != nil && !errors.Is(err, errMoved) {
				return nil, err
			}
			moved = moved || err != nil
			maps.Copy(byID, loaded)
		}
		if !moved || attempt == attempts {
			return byID, nil
		}
	}
}

// loadAt loads passages as they were at a version of the register. It is errMoved,
// beside those that have not changed since, when some have.
func (x *Index) loadAt(ctx context.Context, scope access.Scope, version int64, ids []string) (map[string]retrieval.Found, error) {
	points, err := x.scroll(ctx, and(within(scope), client.NewMatchKeywords(fieldPassage, ids...)), client.NewWithPayload(true), readPatience)
	if err != nil {
		return nil, err
	}
	passages := make([]retrieval.Passage, len(points))
	editions := make([]string, len(points))
	for i, p := range points {
		if passages[i], editions[i], err = passageOf(p.GetPayload()); err != nil {
			return nil, fmt.Errorf("collection %s: %w", x.collection, err)
		}
	}
	rows, err := x.register.held(ctx, editions, version)
	if err != nil && !errors.Is(err, errMoved) {
		return nil, err
	}
	byID := make(map[string]retrieval.Found, len(passages))
	for i, p := range passages {
		if r, ok := rows[editions[i]]; ok && scope.Allows(r.document.Readers) {
			byID[p.ID] = retrieval.Found{Passage: p, Document: r.document}
		}
	}
	return byID, err
}

// scroll returns all points that a filter lets through, with these fields.
func (x *Index) scroll(ctx context.Context, filter *client.Filter, fields *client.WithPayloadSelector, patience time.Duration) ([]*client.RetrievedPoint, error) {
	type answer struct {
		points []*client.RetrievedPoint
		next   *client.PointId
	}
	var all []*client.RetrievedPoint
	for offset := (*client.PointId)(nil); ; {
		a, err := repeated(ctx, x.server, "read collection "+x.collection, x.server.deadlines.Query, patience, func(ctx context.Context) (a answer, err error) {
			a.points, a.next, err = x.server.reads.ScrollAndOffset(ctx, &client.ScrollPoints{
				CollectionName: x.collection, Filter: filter, Offset: offset, Limit: client.PtrOf(uint32(2 * page)),
				WithPayload: fields, ReadConsistency: consistencies[x.settings.ReadConsistency],
			})
			return a, err
		})
		if err != nil {
			return nil, err
		}
		if all = append(all, a.points...); a.next == nil {
			return all, nil
		}
		offset = a.next
	}
}
