package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"bureau/access"
	"bureau/store"
)

// A class is the documents that the same people read.
type class struct {
	id       int64
	readers  access.Readers
	passages int
	length   int
}

// allowed returns the classes that scope reads. It is the one place where the
// engine decides about rights, and it leaves the decision to the scope.
func allowed(ctx context.Context, tx *sql.Tx, scope access.Scope) (map[int64]class, error) {
	classes := map[int64]class{}
	err := store.Each(ctx, tx, func(rows *sql.Rows) error {
		var (
			c       class
			readers []byte
		)
		if err := rows.Scan(&c.id, &readers, &c.passages, &c.length); err != nil {
			return err
		}
		var err error
		if c.readers, err = decodeReaders(readers); err != nil {
			return fmt.Errorf("class %d: %w", c.id, err)
		}
		if scope.Allows(c.readers) {
			classes[c.id] = c
		}
		return nil
	}, "SELECT id, readers, passages, length FROM classes WHERE passages > 0")
	if err != nil {
		return nil, fmt.Errorf("read classes: %w", err)
	}
	return classes, nil
}

// decodeReaders reads the readers of a class. What this program does not know
// in them may be a restriction, and is errDamaged.
func decodeReaders(data []byte) (readers access.Readers, err error) {
	err = json.Unmarshal(data, &readers)
	if err != nil {
		return access.Readers{}, fmt.Errorf("read readers: %w: %w", err, errDamaged)
	}
	return readers, nil
}

// classOf returns the class of documents with these readers, a new one where
// there is none.
func (w *writing) classOf(readers access.Readers) (id int64, err error) {
	encoded, err := json.Marshal(readers.Canonical())
	if err != nil {
		return 0, fmt.Errorf("encode readers: %w", err)
	}
	err = w.get(&id, `INSERT INTO classes (readers) VALUES ($1)
		ON CONFLICT (readers) DO UPDATE SET readers = excluded.readers RETURNING id`, string(encoded))
	return id, err
}

// count adds passages and their length to a class.
func (w *writing) count(class int64, passages, length int) error {
	w.touched[class] = true
	return w.exec("UPDATE classes SET passages = passages + $1, length = length + $2 WHERE id = $3", passages, length, class)
}
