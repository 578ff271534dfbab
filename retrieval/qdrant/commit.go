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
	"strings"

	"bureau/access"
	"bureau/retrieval"
)

// A committing is one transaction that makes a new version of the register.
type committing struct {
	ctx     context.Context
	tx      *sql.Tx
	version int64
	// frequencies is how much the passages of a class with a term change, by class
	// and term.
	frequencies map[int64]map[uint32]int
	editions    []string // that are in force no longer
}

// commit runs change as a new version of the register and returns the editions
// that are in force no longer. They are among the leftovers.
func (r *register) commit(ctx context.Context, change func(*committing) error) ([]string, error) {
	c := &committing{ctx: ctx, frequencies: map[int64]map[uint32]int{}}
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
		return c.applyFrequencies()
	})
	if err != nil {
		return nil, fmt.Errorf("write the register: %w", err)
	}
	return c.editions, nil
}

// put makes a document's new edition the one in force.
func (c *committing) put(r retrieval.Replacement, edition string) error {
	d := r.Document
	if err := c.takeOut(d.ID); err != nil {
		return err
	}
	class, err := c.classOf(d.Readers)
	if err != nil {
		return err
	}
	tally, length := tallyOf(r.Passages)
	err = c.exec(`INSERT INTO documents (id, class, edition, source, path, title, language, updated, version, passages, length, terms, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, d.ID, class, edition, d.Source, d.Path, d.Title, d.Language,
		d.Updated, d.Version, len(r.Passages), length, encodeTally(tally), c.version)
	if err != nil {
		return err
	}
	return errors.Join(
		c.exec("DELETE FROM leftovers WHERE edition = $1", edition),
		c.count(class, len(r.Passages), length, tally, 1))
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
	c.editions = append(c.editions, stored.edition)
	return errors.Join(
		c.exec("INSERT INTO leftovers (edition) VALUES ($1)", stored.edition),
		c.exec("DELETE FROM documents WHERE id = $1", id),
		c.exec("DELETE FROM unsent WHERE document = $1", id),
		c.count(stored.class, stored.passages, stored.length, stored.tally, -1))
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
	return true, errors.Join(
		c.exec("UPDATE documents SET class = $1, changed = $2 WHERE id = $3", class, c.version, id),
		c.exec("INSERT INTO unsent (document) VALUES ($1) ON CONFLICT DO NOTHING", id),
		c.count(class, stored.passages, stored.length, stored.tally, 1),
		c.count(stored.class, stored.passages, stored.length, stored.tally, -1))
}

// A counted is what a document adds to the counts of its class.
type counted struct {
	class            int64
	edition          string
	passages, length int
	tally            map[uint32]int
}

func (c *committing) stored(id retrieval.DocumentID) (s counted, err error) {
	var terms []byte
	err = c.tx.QueryRowContext(c.ctx, "SELECT class, edition, passages, length, terms FROM documents WHERE id = $1", id).
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
	if err := c.exec("INSERT INTO classes (readers) VALUES ($1) ON CONFLICT DO NOTHING", string(encoded)); err != nil {
		return 0, err
	}
	err = c.tx.QueryRowContext(c.ctx, "SELECT id FROM classes WHERE readers = $1", string(encoded)).Scan(&id)
	return id, err
}

// count adds a document to the counts of a class, or takes it away where sign
// is -1.
func (c *committing) count(class int64, passages, length int, tally map[uint32]int, sign int) error {
	of := c.frequencies[class]
	if of == nil {
		of = map[uint32]int{}
		c.frequencies[class] = of
	}
	for term, n := range tally {
		of[term] += sign * n
	}
	return c.exec("UPDATE classes SET passages = passages + $1, length = length + $2 WHERE id = $3", sign*passages, sign*length, class)
}

// applyFrequencies writes the changes of frequencies, a class in one statement,
// and forgets classes that no document is in.
func (c *committing) applyFrequencies() error {
	for _, class := range slices.Sorted(maps.Keys(c.frequencies)) {
		changes, fallen := jsonChanges(c.frequencies[class])
		if err := c.exec(`INSERT INTO frequencies (class, term, passages)
			SELECT $1, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($2) WHERE true
			ON CONFLICT (class, term) DO UPDATE SET passages = passages + excluded.passages`, class, changes); err != nil {
			return err
		}
		if err := c.exec("DELETE FROM frequencies WHERE class = $1 AND term IN (SELECT value FROM json_each($2)) AND passages = 0", class, fallen); err != nil {
			return err
		}
		if err := c.exec("DELETE FROM classes WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM documents WHERE class = $1)", class); err != nil {
			return err
		}
	}
	return nil
}

// jsonChanges returns changes as a JSON list of pairs in the order of the table,
// and the terms that fall as a list of their own.
func jsonChanges(changes map[uint32]int) (pairs, fallen string) {
	var b strings.Builder
	var falling []uint32
	b.WriteByte('[')
	for _, term := range slices.Sorted(maps.Keys(changes)) {
		n := changes[term]
		if n == 0 {
			continue
		}
		if n < 0 {
			falling = append(falling, term)
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "[%d,%d]", term, n)
	}
	b.WriteByte(']')
	return b.String(), jsonNumbers(falling)
}

func (c *committing) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return err
}

// tallyOf counts in how many passages each term is, and how long they are
// together.
func tallyOf(passages []retrieval.Embedded) (tally map[uint32]int, length int) {
	tally = map[uint32]int{}
	for _, p := range passages {
		length += retrieval.Length(p.Terms)
		for id := range occurrences(p.Terms) {
			tally[id]++
		}
	}
	return tally, length
}

// encodeTally writes a tally as varints: each term's distance from the one
// before, and its count.
func encodeTally(tally map[uint32]int) []byte {
	data := make([]byte, 0, 4*len(tally))
	before := uint32(0)
	for _, term := range slices.Sorted(maps.Keys(tally)) {
		data = binary.AppendUvarint(data, uint64(term-before))
		data = binary.AppendUvarint(data, uint64(tally[term])) //nolint:gosec // positive
		before = term
	}
	return data
}

// errDamaged says that the register has what no program of this version writes.
var errDamaged = errors.New("the register is damaged or was written by another version; \"bureau reindex\" builds the index anew")

func decodeTally(data []byte) (map[uint32]int, error) {
	tally := map[uint32]int{}
	term := uint64(0)
	for len(data) > 0 {
		step, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, errDamaged
		}
		count, m := binary.Uvarint(data[n:])
		if m <= 0 {
			return nil, errDamaged
		}
		term += step
		tally[uint32(term)] = int(count) //nolint:gosec // as written
		data = data[n+m:]
	}
	return tally, nil
}
