package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
)

// foundColumns are what scanFound reads.
const foundColumns = `p.id, p.document, p.ordinal, p.headings, p.anchor, p.header, p.text, p.start, p.stop, p.language,
	d.source, d.path, d.title, d.language, d.updated, d.version, d.class`

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
		classes, err := allowed(ctx, tx, scope)
		if err != nil {
			return err
		}
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			f, err := scanFound(rows, classes)
			byID[f.Passage.ID] = f
			return err
		}, `SELECT `+foundColumns+` FROM passages p JOIN documents d ON d.id = p.document
			WHERE p.id IN (SELECT value FROM json_each($1)) AND d.class IN (SELECT value FROM json_each($2))`,
			string(wanted), jsonList(slices.Collect(maps.Keys(classes))))
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

func scanFound(rows *sql.Rows, classes map[int64]class) (f retrieval.Found, err error) {
	var (
		headings []byte
		class    int64
	)
	p, d := &f.Passage, &f.Document
	if err := rows.Scan(&p.ID, &p.Document, &p.Ordinal, &headings, &p.Anchor, &p.Header, &p.Text, &p.Start, &p.End, &p.Language,
		&d.Source, &d.Path, &d.Title, &d.Language, &d.Updated, &d.Version, &class); err != nil {
		return f, err
	}
	d.ID, d.Readers = p.Document, classes[class].readers
	if err := json.Unmarshal(headings, &p.Headings); err != nil {
		return f, fmt.Errorf("headings of passage %s: %w", p.ID, err)
	}
	return f, nil
}
