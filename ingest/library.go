package ingest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
)

// Readers returns who reads the documents. One that the ledger does not know
// is left out, which means nobody.
func (l *Ledger) Readers(ctx context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	wanted, err := json.Marshal(ids)
	if err != nil {
		return nil, err // unreachable: strings encode
	}
	readers := make(map[retrieval.DocumentID]access.Readers, len(ids))
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT id, readers FROM documents WHERE id IN (SELECT value FROM json_each($1))", string(wanted))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var (
				id      retrieval.DocumentID
				encoded []byte
				who     access.Readers
			)
			if err := rows.Scan(&id, &encoded); err != nil {
				return err
			}
			if err := json.Unmarshal(encoded, &who); err != nil {
				return fmt.Errorf("document %s: %w", id, err)
			}
			readers[id] = who
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read who reads documents: %w", err)
	}
	return readers, nil
}

// Read returns the text of a document that scope reads. An unknown document
// and one outside the scope are both retrieval.ErrNotFound.
func (l *Ledger) Read(ctx context.Context, scope access.Scope, id retrieval.DocumentID) (retrieval.Text, error) {
	if scope.IsZero() {
		return retrieval.Text{}, fmt.Errorf("read document: %w", retrieval.ErrNotFound)
	}
	e, err := l.withText(ctx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && !scope.Allows(e.document.Readers):
		err = retrieval.ErrNotFound
	case err == nil:
		return retrieval.Text{Document: e.document, Markdown: *e.markdown}, nil
	}
	return retrieval.Text{}, fmt.Errorf("read document: %w", err)
}

// Counts are how many documents are in each state.
type Counts struct {
	Indexed  int `json:"indexed"`
	Failed   int `json:"failed"`
	Withheld int `json:"withheld"` // read by nobody, or without a text
	Waiting  int `json:"waiting"`  // for the embedder, or begun in a run that did not end
	Passages int `json:"passages"`
}

// Counts returns how many documents are in each state.
func (l *Ledger) Counts(ctx context.Context) (c Counts, err error) {
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state = $1), count(*) FILTER (WHERE state = $2),
			count(*) FILTER (WHERE state IN ($3, $5)), count(*) FILTER (WHERE state = $4), coalesce(sum(passages) FILTER (WHERE state = $1), 0) FROM documents`,
			stateIndexed, stateFailed, stateExtracted, stateWithheld, stateWaiting).Scan(&c.Indexed, &c.Failed, &c.Waiting, &c.Withheld, &c.Passages)
	})
	if err != nil {
		return Counts{}, fmt.Errorf("count the ledger's documents: %w", err)
	}
	return c, nil
}
