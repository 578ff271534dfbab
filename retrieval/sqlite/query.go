package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// errDamaged says that the index has what no program of this version writes.
var errDamaged = errors.New("the index is damaged or was written by another version; move the file away and run \"bureau ingest\"")

// each calls scan for every row that a query gives. What scan keeps of
// sql.RawBytes it must copy.
func each(ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
