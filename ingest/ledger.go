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
	"bureau/ingest/format"
	"bureau/retrieval"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A Ledger remembers every document that was seen: what became of it, who
// reads it, and its text, so that a document's page needs no source. It is the
// record that searches hold the index against.
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

// documentID makes the id of a document from its place. It is safe in a URL
// and does not show the place; it is no secret.
func documentID(source, path string) retrieval.DocumentID {
	sum := sha256.Sum256([]byte(source + "\x00" + path))
	return retrieval.DocumentID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])))
}

// A state is how far a document has come.
type state string

const (
	stateWaiting   state = "waiting"   // seen, and not read for the reason given
	stateExtracted state = "extracted" // its text and readers are here, the index is not sure to have it
	stateIndexed   state = "indexed"
	stateFailed    state = "failed"
	stateWithheld  state = "withheld" // read by nobody, or without a text
	stateOpened    state = "opened"   // no document itself; those inside it have entries of their own
)

// An entry is one document of the ledger.
type entry struct {
	document   retrieval.Document
	state      state
	reason     string // why it failed, is read by nobody, or waits
	size       int64
	modified   int64  // nanoseconds since 1970
	extraction string // how its text was extracted, or could not be
	front      FrontMatter
	headings   []string
	passages   int
	since      int64 // when it came into its state, nanoseconds since 1970; put keeps it while the state is the same
	attempts   int   // that failed, since the file changed
	next       int64 // when it is tried again, nanoseconds since 1970; 0 for not before the file changes
	// granted is who read the text when somebody last did, and text its hash: a
	// document that was withheld meanwhile is not opened to more by that.
	granted  access.Readers
	text     string
	holder   string         // path of the file that the document is inside, or ""
	opened   string         // of a file that holds documents: how it was opened, "" until all that is inside it has an entry
	rules    []Rule         // about the document, outermost first
	markdown *string        // its text; nil in an entry that was read, and for put, which then leaves the kept one
	places   []format.Place // of the text, as long as it is there
}

// entryColumns are the columns of an entry, as scanEntry reads them.
const entryColumns = `id, source, path, state, reason, size, modified, version, extraction,
	front, readers, title, language, updated, headings, passages, since, attempts, next, granted, text, holder, opened, rules`

// scanEntry reads one row of entryColumns. Readers or a front matter that
// cannot be read are an error: guessing could widen.
func scanEntry(row interface{ Scan(...any) error }) (entry, error) {
	var (
		e                                        entry
		front, readers, headings, granted, rules string
	)
	d := &e.document
	if err := row.Scan(&d.ID, &d.Source, &d.Path, &e.state, &e.reason, &e.size, &e.modified, &d.Version, &e.extraction,
		&front, &readers, &d.Title, &d.Language, &d.Updated, &headings, &e.passages,
		&e.since, &e.attempts, &e.next, &granted, &e.text, &e.holder, &e.opened, &rules); err != nil {
		return entry{}, err
	}
	err := errors.Join(
		json.Unmarshal([]byte(front), &e.front),
		json.Unmarshal([]byte(readers), &d.Readers),
		json.Unmarshal([]byte(headings), &e.headings),
		json.Unmarshal([]byte(granted), &e.granted),
		json.Unmarshal([]byte(rules), &e.rules))
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

// some returns the documents with these ids, as far as the ledger has them.
func (l *Ledger) some(ctx context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]entry, error) {
	wanted, err := json.Marshal(ids)
	if err != nil {
		return nil, err // unreachable: strings encode
	}
	some := make(map[retrieval.DocumentID]entry, len(ids))
	err = l.query(ctx, func(e entry) { some[e.document.ID] = e },
		"SELECT "+entryColumns+" FROM documents WHERE id IN (SELECT value FROM json_each($1))", string(wanted))
	return some, err
}

// withText returns a document with its text; sql.ErrNoRows for an unknown one.
func (l *Ledger) withText(ctx context.Context, id retrieval.DocumentID) (e entry, err error) {
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		if e, err = scanEntry(tx.QueryRowContext(ctx, "SELECT "+entryColumns+" FROM documents WHERE id = $1", id)); err != nil {
			return err
		}
		e.markdown = new(string)
		var places []byte
		if err := tx.QueryRowContext(ctx, "SELECT markdown, places FROM documents WHERE id = $1", id).Scan(e.markdown, &places); err != nil {
			return err
		}
		return json.Unmarshal(places, &e.places)
	})
	return e, err
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

// put writes entries in one step.
func (l *Ledger) put(ctx context.Context, entries []entry) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			if err := putEntry(ctx, tx, e); err != nil {
				return fmt.Errorf("write %s/%s to the ledger: %w", e.document.Source, e.document.Path, err)
			}
		}
		return nil
	})
}

func putEntry(ctx context.Context, tx *sql.Tx, e entry) error {
	d := e.document
	front, frontErr := json.Marshal(e.front)
	readers, readersErr := json.Marshal(d.Readers)
	headings, headingsErr := json.Marshal(e.headings)
	granted, grantedErr := json.Marshal(e.granted)
	places, placesErr := json.Marshal(e.places)
	rules, rulesErr := json.Marshal(e.rules)
	if err := errors.Join(frontErr, readersErr, headingsErr, grantedErr, placesErr, rulesErr); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO documents (`+entryColumns+`, markdown, places)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, coalesce($25, ''), $26)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
			size = excluded.size, modified = excluded.modified, version = excluded.version, extraction = excluded.extraction,
			front = excluded.front, readers = excluded.readers, title = excluded.title, language = excluded.language,
			updated = excluded.updated, headings = excluded.headings, passages = excluded.passages,
			since = CASE WHEN documents.state = excluded.state THEN documents.since ELSE excluded.since END,
			attempts = excluded.attempts, next = excluded.next, granted = excluded.granted, text = excluded.text,
			holder = excluded.holder, opened = excluded.opened, rules = excluded.rules,
			places = CASE WHEN $25 IS NULL THEN documents.places ELSE excluded.places END,
			markdown = coalesce($25, documents.markdown)`,
		d.ID, d.Source, d.Path, e.state, e.reason, e.size, e.modified, d.Version, e.extraction,
		string(front), string(readers), d.Title, d.Language, d.Updated, string(headings), e.passages,
		e.since, e.attempts, e.next, string(granted), e.text, e.holder, e.opened, string(rules), e.markdown, string(places))
	return err
}

// putOpened writes down that files that hold documents were opened. Of one that
// is a document itself the rest stays as it is.
func (l *Ledger) putOpened(ctx context.Context, entries []entry) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			var err error
			if (file{path: e.document.Path}).isDocument() {
				_, err = tx.ExecContext(ctx, "UPDATE documents SET opened = $1 WHERE id = $2", e.opened, e.document.ID)
			} else {
				err = putEntry(ctx, tx, e)
			}
			if err != nil {
				return fmt.Errorf("write %s/%s to the ledger: %w", e.document.Source, e.document.Path, err)
			}
		}
		return nil
	})
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
