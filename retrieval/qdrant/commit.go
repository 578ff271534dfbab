package qdrant

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// A committing is one transaction that makes a new version of the register.
type committing struct {
	ctx     context.Context
	tx      *sql.Tx
	version int64
	classes map[string]int64       // by readers in JSON, those looked up
	changes map[int64]*classChange // by class
	begun   []string               // editions that are in force from now on
	ended   []string               // editions that are in force no longer
	longest int                    // terms of the longest passage that is put
}

// A classChange is how much the counts of one class change.
type classChange struct {
	passages, length int
	frequencies      map[uint32]int // of passages with a term
	left             bool           // by a document, so that it may be empty
}

// commit runs change as a new version of the register and returns the editions
// that are in force no longer. They are among the leftovers.
func (r *register) commit(ctx context.Context, change func(*committing) error) ([]string, error) {
	c := &committing{ctx: ctx, classes: map[string]int64{}, changes: map[int64]*classChange{}}
	err := r.db.Write(ctx, func(tx *sql.Tx) error {
		c.tx = tx
		version, err := metaNumber(ctx, tx, "version")
		if err != nil {
			return err
		}
		c.version = version + 1
		if err := setMeta(ctx, tx, "version", binary.AppendVarint(nil, c.version)); err != nil {
			return err
		}
		if err := change(c); err != nil {
			return err
		}
		return errors.Join(c.applyLongest(), c.applyEditions(), c.applyChanges())
	})
	if err != nil {
		return nil, fmt.Errorf("write the register: %w", err)
	}
	return c.ended, nil
}

// put makes a document's new edition the one in force. n is what it counts, but
// for the class.
func (c *committing) put(d retrieval.Document, edition string, n counted) error {
	if err := c.takeOut(d.ID); err != nil {
		return err
	}
	class, err := c.classOf(d.Readers)
	if err != nil {
		return err
	}
	c.begun, c.longest = append(c.begun, edition), max(c.longest, n.longest)
	c.count(class, n, 1)
	return errors.Join(
		c.exec(`INSERT INTO documents (id, class, edition, source, path, title, language, updated, version, passages, length, changed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, d.ID, class, edition, d.Source, d.Path, d.Title, d.Language,
			d.Updated, d.Version, n.passages, n.length, c.version),
		c.exec("INSERT INTO tallies (document, terms) VALUES ($1, $2)", d.ID, n.encoded))
}

// takeOut takes a document out of the register. Its edition is a leftover. An
// unknown document is no error.
func (c *committing) takeOut(id retrieval.DocumentID) error {
	stored, err := c.stored(id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	c.ended = append(c.ended, stored.edition)
	c.count(stored.class, stored, -1)
	return errors.Join(
		c.exec("DELETE FROM documents WHERE id = $1", id),
		c.exec("DELETE FROM tallies WHERE document = $1", id),
		c.exec("DELETE FROM unsent WHERE document = $1", id))
}

// move gives a document other readers, and notes that its points are to hear of
// it. It reports whether there is such a document.
func (c *committing) move(id retrieval.DocumentID, readers access.Readers) (bool, error) {
	stored, err := c.stored(id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	class, err := c.classOf(readers)
	if err != nil {
		return false, err
	}
	c.count(class, stored, 1)
	c.count(stored.class, stored, -1)
	return true, errors.Join(
		c.exec("UPDATE documents SET class = $1, changed = $2 WHERE id = $3", class, c.version, id),
		c.exec("INSERT INTO unsent (document) VALUES ($1) ON CONFLICT DO NOTHING", id))
}

// A counted is what a document adds to the counts of its class.
type counted struct {
	class            int64
	edition          string
	passages, length int
	tally            map[uint32]int
	// Known only of what is put: the terms of its longest passage, and the tally
	// as it is written.
	longest int
	encoded []byte
}

func (c *committing) stored(id retrieval.DocumentID) (s counted, err error) {
	var terms []byte
	err = c.tx.QueryRowContext(c.ctx, `SELECT d.class, d.edition, d.passages, d.length, t.terms
		FROM documents d LEFT JOIN tallies t ON t.document = d.id WHERE d.id = $1`, id).
		Scan(&s.class, &s.edition, &s.passages, &s.length, &terms)
	if err != nil {
		return s, err
	}
	s.tally, err = decodeTally(terms)
	return s, err
}

// classOf returns the class of documents with these readers, a new one where
// there is none.
func (c *committing) classOf(readers access.Readers) (id int64, err error) {
	encoded, err := json.Marshal(readers.Canonical())
	if err != nil {
		return 0, err // unreachable: strings and times encode
	}
	if id, known := c.classes[string(encoded)]; known {
		return id, nil
	}
	if err := c.exec("INSERT INTO classes (readers) VALUES ($1) ON CONFLICT DO NOTHING", string(encoded)); err != nil {
		return 0, err
	}
	err = c.tx.QueryRowContext(c.ctx, "SELECT id FROM classes WHERE readers = $1", string(encoded)).Scan(&id)
	c.classes[string(encoded)] = id
	return id, err
}

// count adds a document to the counts of a class, or takes it away where sign
// is -1.
func (c *committing) count(class int64, d counted, sign int) {
	of := c.changes[class]
	if of == nil {
		of = &classChange{frequencies: map[uint32]int{}}
		c.changes[class] = of
	}
	of.passages += sign * d.passages
	of.length += sign * d.length
	of.left = of.left || sign < 0
	for term, n := range d.tally {
		of.frequencies[term] += sign * n
	}
}

// applyLongest notes the longest passage there ever was.
func (c *committing) applyLongest() error {
	longest, err := metaNumber(c.ctx, c.tx, "longest")
	if err != nil || int64(c.longest) <= longest {
		return err
	}
	return setMeta(c.ctx, c.tx, "longest", binary.AppendVarint(nil, int64(c.longest)))
}

// applyEditions makes the editions that have ended leftovers, and those that
// are in force none.
func (c *committing) applyEditions() error {
	return errors.Join(
		c.exec("INSERT INTO leftovers (edition) SELECT value FROM json_each($1)", jsonTexts(c.ended)),
		c.exec("DELETE FROM leftovers WHERE edition IN (SELECT value FROM json_each($1))", jsonTexts(c.begun)))
}

// applyChanges writes the changes of counts, those of a class in one statement,
// and forgets classes that no document is in.
func (c *committing) applyChanges() error {
	for _, class := range slices.Sorted(maps.Keys(c.changes)) {
		of := c.changes[class]
		if err := c.exec("UPDATE classes SET passages = passages + $1, length = length + $2 WHERE id = $3", of.passages, of.length, class); err != nil {
			return err
		}
		changes, fallen := packed(of.frequencies)
		if err := c.exec(`INSERT INTO frequencies (key, passages)
			SELECT ($1 << 32) | (value >> 24), (value & 0xffffff) - 0x800000 FROM json_each($2) WHERE true
			ON CONFLICT (key) DO UPDATE SET passages = passages + excluded.passages`, class, jsonNumbers(changes)); err != nil {
			return err
		}
		if !of.left {
			continue
		}
		if err := errors.Join(
			c.exec("DELETE FROM frequencies WHERE key IN (SELECT ($1 << 32) | value FROM json_each($2)) AND passages = 0", class, jsonNumbers(fallen)),
			c.exec("DELETE FROM classes WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM documents WHERE class = $1)", class)); err != nil {
			return err
		}
	}
	return nil
}

func (c *committing) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return err
}
