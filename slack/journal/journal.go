// Package journal remembers in the store which questions of Slack's wait for
// their end, so that whoever asked is told after a crash. It implements
// [bureau/slack.Journal].
package journal

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A Journal is the questions that wait, in a database. It is safe for concurrent
// use. Notes that come while others are written are written together.
type Journal struct {
	db *store.DB

	mu      sync.Mutex
	next    *batch // that takes notes; nil while nobody has any
	writing bool
}

// A batch is notes that are written in one transaction.
type batch struct {
	notes []note
	done  chan struct{} // closed when err is known
	err   error
}

// A note is a question that was taken, with its place, or one that has ended.
type note struct {
	id    string
	place []byte
	ended bool
}

// Open returns the journal in db, and makes its table.
func Open(ctx context.Context, db *store.DB) (*Journal, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err // unreachable: the folder is embedded
	}
	if err := db.Migrate(ctx, "slack", files); err != nil {
		return nil, err
	}
	return &Journal{db: db}, nil
}

// Taken notes a question with where its asker is told.
func (j *Journal) Taken(ctx context.Context, id string, place []byte) error {
	return j.write(ctx, note{id: id, place: place})
}

// Ended strikes a question out.
func (j *Journal) Ended(ctx context.Context, id string) error {
	return j.write(ctx, note{id: id, ended: true})
}

// write adds a note to the next batch and waits until it is written. Whoever
// comes while nobody writes, writes for all.
func (j *Journal) write(ctx context.Context, n note) error {
	j.mu.Lock()
	if j.next == nil {
		j.next = &batch{done: make(chan struct{})}
	}
	own := j.next
	own.notes = append(own.notes, n)
	if !j.writing {
		j.writing = true
		go j.flush(context.WithoutCancel(ctx))
	}
	j.mu.Unlock()
	select {
	case <-own.done:
		return own.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// flush writes batches until there are none.
func (j *Journal) flush(ctx context.Context) {
	for {
		j.mu.Lock()
		b := j.next
		j.next = nil
		if b == nil {
			j.writing = false
			j.mu.Unlock()
			return
		}
		j.mu.Unlock()
		b.err = j.db.Write(ctx, func(tx *sql.Tx) error { return b.write(ctx, tx) })
		close(b.done)
	}
}

// write writes the notes in the order in which they came.
func (b *batch) write(ctx context.Context, tx *sql.Tx) error {
	for _, n := range b.notes {
		statement, args := "INSERT INTO slack_questions (id, place) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", []any{n.id, n.place}
		if n.ended {
			statement, args = "DELETE FROM slack_questions WHERE id = $1", []any{n.id}
		}
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return fmt.Errorf("note question %s: %w", n.id, err)
		}
	}
	return nil
}

// Left returns the places of the questions that have not ended, by their ids.
func (j *Journal) Left(ctx context.Context) (map[string][]byte, error) {
	left := map[string][]byte{}
	scan := func(rows *sql.Rows) error {
		var id string
		var place []byte
		if err := rows.Scan(&id, &place); err != nil {
			return err
		}
		left[id] = place
		return nil
	}
	err := j.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, scan, "SELECT id, place FROM slack_questions")
	})
	if err != nil {
		return nil, fmt.Errorf("read the questions that were left: %w", err)
	}
	return left, nil
}
