package ingest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A Ledger remembers every document that was seen: what became of it, who
// reads it, and its text, so that a document's page and a later re-index need
// no source. It is the record that searches hold the index against.
type Ledger struct {
	db *store.DB
}

// OpenLedger returns the ledger in db, and makes its tables.
func OpenLedger(ctx context.Context, db *store.DB) (*Ledger, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err // unreachable: the folder is embedded
	}
	if err := db.Migrate(ctx, "ledger", files); err != nil {
		return nil, err
	}
	return &Ledger{db}, nil
}

// documentID makes the id of a document from its place. It is opaque, safe in
// a URL, and cannot be guessed back.
func documentID(source, path string) retrieval.DocumentID {
	sum := sha256.Sum256([]byte(source + "\x00" + path))
	return retrieval.DocumentID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])))
}

// A state is how far a document has come.
type state string

const (
	stateExtracted state = "extracted" // its text and readers are here, the index is not sure to have it
	stateIndexed   state = "indexed"
	stateFailed    state = "failed"
)

// An entry is one document of the ledger, without its text.
type entry struct {
	document   retrieval.Document
	state      state
	reason     string
	attempts   int
	size       int64
	modified   int64 // nanoseconds since 1970
	generation string
	front      FrontMatter
	headings   []string
	passages   int
}

// entryColumns are the columns of an entry, as scanEntry reads them.
const entryColumns = `id, source, path, state, reason, attempts, size, modified, version, generation,
	front, readers, title, language, updated, headings, passages`

// scanEntry reads one row of entryColumns. Readers or a front matter that
// cannot be read are an error: guessing could widen.
func scanEntry(row interface{ Scan(...any) error }) (entry, error) {
	var (
		e                        entry
		front, readers, headings string
	)
	d := &e.document
	if err := row.Scan(&d.ID, &d.Source, &d.Path, &e.state, &e.reason, &e.attempts, &e.size, &e.modified, &d.Version, &e.generation,
		&front, &readers, &d.Title, &d.Language, &d.Updated, &headings, &e.passages); err != nil {
		return entry{}, err
	}
	err := errors.Join(
		json.Unmarshal([]byte(front), &e.front),
		json.Unmarshal([]byte(readers), &d.Readers),
		json.Unmarshal([]byte(headings), &e.headings))
	if err != nil {
		return entry{}, fmt.Errorf("read the ledger's entry of %s/%s: %w", d.Source, d.Path, err)
	}
	return e, nil
}

// entries returns every document of the ledger.
func (l *Ledger) entries(ctx context.Context) (map[retrieval.DocumentID]entry, error) {
	all := map[retrieval.DocumentID]entry{}
	err := l.query(ctx, func(e entry) { all[e.document.ID] = e }, "SELECT "+entryColumns+" FROM documents")
	return all, err
}

// query calls visit for each entry that a query of entryColumns returns.
func (l *Ledger) query(ctx context.Context, visit func(entry), query string, args ...any) error {
	return l.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("query the ledger: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			visit(e)
		}
		return rows.Err()
	})
}

// put writes entries; a nil text leaves the kept one as it is.
func (l *Ledger) put(ctx context.Context, entries []entry, text func(entry) *string) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			if err := putEntry(ctx, tx, e, text(e)); err != nil {
				return fmt.Errorf("write %s/%s to the ledger: %w", e.document.Source, e.document.Path, err)
			}
		}
		return nil
	})
}

// keepText leaves the texts of entries as they are.
func keepText(entry) *string { return nil }

func putEntry(ctx context.Context, tx *sql.Tx, e entry, markdown *string) error {
	front, err := json.Marshal(e.front)
	if err != nil {
		return err
	}
	readers, err := json.Marshal(e.document.Readers)
	if err != nil {
		return err
	}
	headings, err := json.Marshal(e.headings)
	if err != nil {
		return err
	}
	d := e.document
	_, err = tx.ExecContext(ctx, `INSERT INTO documents (`+entryColumns+`, markdown)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, coalesce($18, ''))
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, attempts = excluded.attempts,
			size = excluded.size, modified = excluded.modified, version = excluded.version, generation = excluded.generation,
			front = excluded.front, readers = excluded.readers, title = excluded.title, language = excluded.language,
			updated = excluded.updated, headings = excluded.headings, passages = excluded.passages,
			markdown = coalesce($18, documents.markdown)`,
		d.ID, d.Source, d.Path, e.state, e.reason, e.attempts, e.size, e.modified, d.Version, e.generation,
		string(front), string(readers), d.Title, d.Language, d.Updated, string(headings), e.passages, markdown)
	return err
}

// forget takes documents out of the ledger.
func (l *Ledger) forget(ctx context.Context, ids []retrieval.DocumentID) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, "DELETE FROM documents WHERE id = $1", id); err != nil {
				return fmt.Errorf("delete %s from the ledger: %w", id, err)
			}
		}
		return nil
	})
}

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

// Counts are how many documents are in each state.
type Counts struct {
	Indexed  int `json:"indexed"`
	Failed   int `json:"failed"`
	Waiting  int `json:"waiting"` // begun in a run that did not end
	Passages int `json:"passages"`
}

// Counts returns how many documents are in each state.
func (l *Ledger) Counts(ctx context.Context) (Counts, error) {
	entries, err := l.entries(ctx)
	var c Counts
	for _, e := range entries {
		c.Passages += e.passages
		switch e.state {
		case stateIndexed:
			c.Indexed++
		case stateFailed:
			c.Failed++
		case stateExtracted:
			c.Waiting++
		}
	}
	return c, err
}
