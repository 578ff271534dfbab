package qdrant

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
)

// A view is what the register says about one search at its beginning.
type view struct {
	version int64
	classes map[int64]bool // that the scope reads
	// statistics of what the scope reads, over the terms of the question.
	statistics retrieval.Statistics
	assumed    retrieval.Statistics // of the weights in the collection
	longest    int                  // terms of the longest passage there ever was
}

// A counts is what the register counts by class of readers, at one version.
type counts struct {
	version int64
	classes []countedClass
	assumed retrieval.Statistics
	longest int
}

// A countedClass is the passages that the same people read.
type countedClass struct {
	id               int64
	readers          access.Readers
	passages, length int
}

// countsIn returns the counts of the version that tx sees. They are read once
// for each version.
func (r *register) countsIn(ctx context.Context, tx *sql.Tx) (*counts, error) {
	version, err := metaNumber(ctx, tx, "version")
	if err != nil {
		return nil, err
	}
	if kept := r.counts.Load(); kept != nil && kept.version == version {
		return kept, nil
	}
	c := &counts{version: version}
	shape, err := readShape(ctx, tx)
	if err != nil {
		return nil, err
	}
	longest, err := metaNumber(ctx, tx, "longest")
	if err != nil {
		return nil, err
	}
	c.assumed, c.longest = shape.assumed, int(longest)
	err = store.Each(ctx, tx, func(rows *sql.Rows) error {
		var one countedClass
		var encoded sql.RawBytes
		if err := rows.Scan(&one.id, &encoded, &one.passages, &one.length); err != nil {
			return err
		}
		if one.readers, err = decodeReaders(encoded); err != nil {
			return fmt.Errorf("class %d: %w", one.id, err)
		}
		c.classes = append(c.classes, one)
		return nil
	}, "SELECT id, readers, passages, length FROM classes WHERE passages > 0")
	if err != nil {
		return nil, err
	}
	r.counts.Store(c)
	return c, nil
}

// view reads what a search needs, at one moment. It is where the engine decides
// about rights, and it leaves the decision to the scope.
func (r *register) view(ctx context.Context, scope access.Scope, terms []retrieval.Term) (v view, err error) {
	v = view{classes: map[int64]bool{}, statistics: retrieval.Statistics{Frequency: map[string]int{}}}
	err = r.db.Read(ctx, func(tx *sql.Tx) error {
		counts, err := r.countsIn(ctx, tx)
		if err != nil {
			return err
		}
		v.version, v.assumed, v.longest = counts.version, counts.assumed, counts.longest
		length := 0
		for _, c := range counts.classes {
			if scope.Allows(c.readers) {
				v.classes[c.id] = true
				v.statistics.Passages += c.passages
				length += c.length
			}
		}
		if v.statistics.Passages == 0 {
			return nil
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
	frequency := make(map[int64]int, len(terms))
	for _, t := range terms {
		frequency[int64(termID(t.Text))] = 0
	}
	var keys []int64
	for class := range v.classes {
		for term := range frequency {
			keys = append(keys, class<<32|term)
		}
	}
	slices.Sort(keys) // in the order of the table
	err := store.Each(ctx, tx, func(rows *sql.Rows) error {
		var term int64
		var n int
		err := rows.Scan(&term, &n)
		frequency[term] += n
		return err
	}, "SELECT key & 0xffffffff, passages FROM frequencies WHERE key IN (SELECT value FROM json_each($1))", jsonNumbers(keys))
	for _, t := range terms {
		v.statistics.Frequency[t.Text] = frequency[int64(termID(t.Text))]
	}
	return err
}
