package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
)

// foundColumns are what scanFound reads.
const foundColumns = `p.id, p.document, p.ordinal, p.headings, p.anchor, p.header, p.text, p.start, p.stop, p.language,
	d.source, d.path, d.title, d.language, d.updated, d.version, c.readers`

// Load returns the passages with these ids that scope reads; see
// [retrieval.Index].
func (x *Index) Load(ctx context.Context, scope access.Scope, ids []string) ([]retrieval.Found, error) {
	if scope.IsZero() {
		return nil, retrieval.ErrNoScope
	}
	wanted, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("load passages: %w", err)
	}
	byID := make(map[string]retrieval.Found, len(ids))
	err = x.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+foundColumns+` FROM passages p
			JOIN documents d ON d.id = p.document JOIN classes c ON c.id = d.class
			WHERE p.id IN (SELECT value FROM json_each($1))`, string(wanted))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			f, err := scanFound(rows)
			if err != nil {
				return err
			}
			if scope.Allows(f.Document.Readers) {
				byID[f.Passage.ID] = f
			}
		}
		return rows.Err()
	})
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

func scanFound(rows *sql.Rows) (f retrieval.Found, err error) {
	var headings, readers []byte
	p, d := &f.Passage, &f.Document
	if err := rows.Scan(&p.ID, &p.Document, &p.Ordinal, &headings, &p.Anchor, &p.Header, &p.Text, &p.Start, &p.End, &p.Language,
		&d.Source, &d.Path, &d.Title, &d.Language, &d.Updated, &d.Version, &readers); err != nil {
		return f, err
	}
	d.ID = p.Document
	if err := json.Unmarshal(headings, &p.Headings); err != nil {
		return f, fmt.Errorf("headings of passage %s: %w", p.ID, err)
	}
	if err := json.Unmarshal(readers, &d.Readers); err != nil {
		return f, fmt.Errorf("readers of document %s: %w", d.ID, err)
	}
	return f, nil
}

// Documents returns every document of the index; see [retrieval.Writer].
func (x *Index) Documents(ctx context.Context) (map[retrieval.DocumentID]retrieval.Document, error) {
	documents := map[retrieval.DocumentID]retrieval.Document{}
	err := x.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT d.id, d.source, d.path, d.title, d.language, d.updated, d.version, c.readers
			FROM documents d JOIN classes c ON c.id = d.class`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var (
				d       retrieval.Document
				readers []byte
			)
			if err := rows.Scan(&d.ID, &d.Source, &d.Path, &d.Title, &d.Language, &d.Updated, &d.Version, &readers); err != nil {
				return err
			}
			if err := json.Unmarshal(readers, &d.Readers); err != nil {
				return fmt.Errorf("readers of document %s: %w", d.ID, err)
			}
			documents[d.ID] = d
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return documents, nil
}

// Counts say how large an index is.
type Counts struct {
	Documents int `json:"documents"`
	Passages  int `json:"passages"`
	Classes   int `json:"classes"` // different readers
}

// Counts returns how large the index is.
func (x *Index) Counts(ctx context.Context) (c Counts, err error) {
	err = x.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages),
			(SELECT count(*) FROM classes WHERE passages > 0)`).Scan(&c.Documents, &c.Passages, &c.Classes)
	})
	if err != nil {
		return c, fmt.Errorf("count the index: %w", err)
	}
	return c, nil
}
