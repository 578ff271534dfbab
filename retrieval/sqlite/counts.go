package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"bureau/retrieval"
	"bureau/store"
)

// Documents returns every document of the index; see [retrieval.Writer].
func (x *Index) Documents(ctx context.Context) (map[retrieval.DocumentID]retrieval.Document, error) {
	documents := map[retrieval.DocumentID]retrieval.Document{}
	err := x.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var (
				d       retrieval.Document
				readers []byte
			)
			if err := rows.Scan(&d.ID, &d.Source, &d.Path, &d.Title, &d.Language, &d.Updated, &d.Version, &readers); err != nil {
				return err
			}
			var err error
			if d.Readers, err = decodeReaders(readers); err != nil {
				return fmt.Errorf("document %s: %w", d.ID, err)
			}
			documents[d.ID] = d
			return nil
		}, `SELECT d.id, d.source, d.path, d.title, d.language, d.updated, d.version, c.readers
			FROM documents d JOIN classes c ON c.id = d.class`)
	})
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return documents, nil
}

// Counts returns how large the index is.
func (x *Index) Counts(ctx context.Context) (c retrieval.Counts, err error) {
	err = x.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages),
			(SELECT count(*) FROM classes WHERE passages > 0),
			(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)`).Scan(&c.Documents, &c.Passages, &c.Classes, &c.Bytes)
	})
	if err != nil {
		return c, fmt.Errorf("count the index: %w", err)
	}
	return c, nil
}
