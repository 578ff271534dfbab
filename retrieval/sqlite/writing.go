package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"bureau/retrieval"
	"bureau/store"
)

// A writing is one new version of the index on its way.
type writing struct {
	ctx        context.Context
	tx         *sql.Tx
	generation retrieval.Generation // its dimensions are settled before anything is written
	version    int64
	statements map[string]*sql.Stmt // by their text; they end with tx
	postings   postingChanges
	touched    map[int64]bool      // classes whose passages changed
	centres    map[int64][]float32 // of classes, nil for one that has none yet
	numbers    []int               // free ones; see number
}

// prepare prepares a statement once in the transaction, which ends it.
func (w *writing) prepare(query string) error {
	if w.statements[query] != nil {
		return nil
	}
	statement, err := w.tx.PrepareContext(w.ctx, query) //nolint:sqlclosecheck // the transaction closes it
	if err == nil {
		w.statements[query] = statement
	}
	return err
}

func (w *writing) exec(query string, args ...any) error {
	err := w.prepare(query)
	if err == nil {
		_, err = w.statements[query].ExecContext(w.ctx, args...)
	}
	return err
}

// get reads the one row that a query gives; sql.ErrNoRows where there is none.
func (w *writing) get(into any, query string, args ...any) error {
	if err := w.prepare(query); err != nil {
		return err
	}
	return w.statements[query].QueryRowContext(w.ctx, args...).Scan(into)
}

// number returns a number for a passage: a free one, so that an index that is
// rewritten for years does not grow, or the next.
func (w *writing) number() (int, error) {
	if w.numbers == nil {
		if err := w.readNumbers(); err != nil {
			return 0, fmt.Errorf("read free numbers: %w", err)
		}
	}
	last := len(w.numbers) - 1
	number := w.numbers[last]
	if last == 0 {
		w.numbers[0]++ // the next that was never given
		return number, nil
	}
	w.numbers = w.numbers[:last]
	return number, nil
}

// readNumbers fills numbers: first the next number that was never given, then
// the free ones.
func (w *writing) readNumbers() error {
	return store.Each(w.ctx, w.tx, func(rows *sql.Rows) error {
		var number int
		if err := rows.Scan(&number); err != nil {
			return err
		}
		w.numbers = append(w.numbers, number)
		return nil
	}, `SELECT coalesce(max(number) + 1, 0) FROM slots
		UNION ALL SELECT number FROM slots WHERE class = 0`)
}
