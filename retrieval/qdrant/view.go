package qdrant

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// A view is what the register says about one search at its beginning.
type view struct {
	version int64
	classes map[int64]bool // that the scope reads
	// statistics of what the scope reads, over the terms of the question.
	statistics retrieval.Statistics
	assumed    retrieval.Statistics // of the weights in the collection
}

// view reads what a search needs, at one moment. It is where the engine decides
// about rights, and it leaves the decision to the scope.
func (r *register) view(ctx context.Context, scope access.Scope, terms []retrieval.Term) (v view, err error) {
	v = view{classes: map[int64]bool{}, statistics: retrieval.Statistics{Frequency: map[string]int{}}}
	length := 0
	err = r.db.Read(ctx, func(tx *sql.Tx) error {
		if v.version, err = metaNumber(ctx, tx, "version"); err != nil {
			return err
		}
		assumed, err := metaNumber(ctx, tx, "length")
		if err != nil {
			return err
		}
		v.assumed.AverageLength = float64(assumed)
		err = each(ctx, tx, func(rows *sql.Rows) error {
			var (
				id              int64
				encoded         sql.RawBytes
				passages, terms int
			)
			if err := rows.Scan(&id, &encoded, &passages, &terms); err != nil {
				return err
			}
			readers, err := decodeReaders(encoded)
			if err != nil {
				return fmt.Errorf("class %d: %w", id, err)
			}
			if scope.Allows(readers) {
				v.classes[id] = true
				v.statistics.Passages += passages
				length += terms
			}
			return nil
		}, "SELECT id, readers, passages, length FROM classes WHERE passages > 0")
		if err != nil || v.statistics.Passages == 0 {
			return err
		}
		v.statistics.AverageLength = float64(length) / float64(v.statistics.Passages)
		return v.count(ctx, tx, terms)
	})
	if err != nil {
		return view{}, fmt.Errorf("read the register: %w", err)
	}
	return v, nil
}

// count fills in how many passages of the classes have each term.
func (v *view) count(ctx context.Context, tx *sql.Tx, terms []retrieval.Term) error {
	if len(terms) == 0 {
		return nil
	}
	ids := make([]uint32, len(terms))
	for i, t := range terms {
		ids[i] = termID(t.Text)
	}
	frequency := make(map[int64]int, len(terms))
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var term int64
		var n int
		err := rows.Scan(&term, &n)
		frequency[term] += n
		return err
	}, `SELECT term, passages FROM frequencies
		WHERE class IN (SELECT value FROM json_each($1)) AND term IN (SELECT value FROM json_each($2))`,
		jsonNumbers(slices.Sorted(maps.Keys(v.classes))), jsonNumbers(ids))
	for i, t := range terms {
		v.statistics.Frequency[t.Text] = frequency[int64(ids[i])]
	}
	return err
}
