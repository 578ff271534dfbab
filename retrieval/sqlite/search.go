package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
)

// mostHits is the largest K of a query.
const mostHits = 1000

// Search ranks the passages that scope reads; see [retrieval.Index].
func (x *Index) Search(ctx context.Context, scope access.Scope, q retrieval.Query) (retrieval.Rankings, error) {
	if scope.IsZero() {
		return retrieval.Rankings{}, retrieval.ErrNoScope
	}
	if q.K < 1 || q.K > mostHits {
		return retrieval.Rankings{}, fmt.Errorf("search: K is %d, and must be from 1 to %d", q.K, mostHits)
	}
	for {
		rankings, err := x.search(ctx, scope, q)
		// The memory only runs ahead while somebody writes; each new
		// transaction begins at what is newest.
		switch {
		case err == nil:
			return rankings, nil
		case !errors.Is(err, errAhead):
			return retrieval.Rankings{}, err // not what half of the search has found
		}
	}
}

// search runs a query at one moment of the index.
func (x *Index) search(ctx context.Context, scope access.Scope, q retrieval.Query) (rankings retrieval.Rankings, err error) {
	err = x.db.Read(ctx, func(tx *sql.Tx) error {
		g, err := readGeneration(ctx, tx)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if q.Vector != nil && g.Dimensions != 0 {
			if err := retrieval.CheckVector(q.Vector, g.Dimensions); err != nil {
				return fmt.Errorf("search: the question cannot be compared: %w", err)
			}
		}
		release, err := x.memory.hold(ctx, tx, g.Dimensions)
		if err != nil {
			return err
		}
		defer release()
		classes, err := allowed(ctx, tx, scope)
		if err != nil || len(classes) == 0 {
			return err
		}
		s := searching{ctx: ctx, tx: tx, memory: &x.memory, classes: classes, k: q.K, exact: q.Exact}
		for _, c := range classes {
			rankings.Passages += c.passages
		}
		if q.Vector != nil {
			if rankings.Dense, err = s.dense(q.Vector); err != nil {
				return fmt.Errorf("rank by meaning: %w", err)
			}
			rankings.Estimated = rankings.Passages > s.rescored()
			if n := len(rankings.Dense); n > 0 {
				rankings.DenseFloor = rankings.Dense[n-1].Score
			}
		}
		if rankings.Lexical, err = s.lexical(q.Terms); err != nil {
			return fmt.Errorf("rank by words: %w", err)
		}
		return nil
	})
	return rankings, err
}

// A searching is one query at one moment, inside the classes that its scope
// allows.
type searching struct {
	ctx     context.Context
	tx      *sql.Tx
	memory  *memory // held
	classes map[int64]class
	k       int
	exact   bool // by meaning, every passage is scored
}

// classIDs returns the allowed classes, sorted.
func (s searching) classIDs() []int64 { return slices.Sorted(maps.Keys(s.classes)) }

// best returns the k best as hits, ties by passage id.
func (s searching) best(candidates []scored) ([]retrieval.Hit, error) {
	list := newShortlist(s.k)
	for _, c := range candidates {
		list.offer(c)
	}
	hits, err := s.hits(list.best())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, func(a, b retrieval.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Passage, b.Passage))
	})
	return hits[:min(s.k, len(hits))], nil
}

// hits gives passages their ids.
func (s searching) hits(candidates []scored) ([]retrieval.Hit, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	scores := make(map[int]float64, len(candidates))
	for _, c := range candidates {
		scores[c.number] = c.score
	}
	hits := make([]retrieval.Hit, 0, len(candidates))
	err := store.Each(s.ctx, s.tx, func(rows *sql.Rows) error {
		var (
			number int
			hit    retrieval.Hit
		)
		if err := rows.Scan(&number, &hit.Passage, &hit.Document, &hit.Language); err != nil {
			return err
		}
		hit.Score = scores[number]
		hits = append(hits, hit)
		return nil
	}, "SELECT number, id, document, language FROM passages WHERE number IN (SELECT value FROM json_each($1))", numbers(candidates))
	return hits, err
}

// numbers returns the passages' numbers as a JSON list, for queries.
func numbers(candidates []scored) string {
	list := make([]int64, len(candidates))
	for i, c := range candidates {
		list[i] = int64(c.number)
	}
	return jsonList(list)
}

// jsonList returns numbers as a JSON list, for queries.
func jsonList(list []int64) string {
	text := []byte{'['}
	for i, n := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(append(text, ']'))
}
