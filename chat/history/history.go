package history

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"bureau/chat"
	"bureau/retrieval"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNotFound says that the person has no such conversation.
var ErrNotFound = errors.New("no such conversation")

// A History is the conversations in a database. It implements [chat.Record]
// and is safe for concurrent use.
type History struct {
	db     *store.DB
	ledger retrieval.Ledger
}

var _ chat.Record = (*History)(nil)

// Open returns the history in db, and makes its tables. ledger is asked who
// reads the documents behind an answer each time it is shown.
func Open(ctx context.Context, db *store.DB, ledger retrieval.Ledger) (*History, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err // unreachable: the folder is embedded
	}
	if err := db.Migrate(ctx, "history", files); err != nil {
		return nil, err
	}
	return &History{db, ledger}, nil
}

// How long a person waits for something to be written or deleted, before they
// are told that the store is busy.
const (
	writeWait  = 10 * time.Second
	deleteWait = time.Minute
)

// A State is how far a turn has come.
type State string

// The states.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Interrupt ends the turns that a server which is gone was answering, with
// what it has written of them, and returns how many those were. It is called
// before the first question.
func (h *History) Interrupt(ctx context.Context) (turns int, err error) {
	err = h.db.Write(ctx, func(tx *sql.Tx) error {
		turns, err = changed(tx.ExecContext(ctx, "UPDATE turns SET state = $1 WHERE state = $2", Failed, Running))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end the answers that were interrupted: %w", err)
	}
	return turns, nil
}

// expired is how many conversations are deleted at a time, so that those who
// ask meanwhile wait for few.
const expired = 200

// Expire deletes the conversations in which nothing was asked since a moment,
// and returns how many those were.
func (h *History) Expire(ctx context.Context, since time.Time) (conversations int, err error) {
	for {
		n := 0
		err := h.db.Write(ctx, func(tx *sql.Tx) (err error) {
			n, err = erase(ctx, tx, `DELETE FROM conversations WHERE (person, id) IN
				(SELECT person, id FROM conversations WHERE used < $1 LIMIT $2)`, since.UnixNano(), expired)
			return err
		})
		if err != nil {
			return conversations, fmt.Errorf("delete old conversations: %w", err)
		}
		if conversations += n; n < expired {
			return conversations, nil
		}
	}
}

// erase deletes rows and overwrites what was in them, so that the file does not
// keep what a person has deleted. It returns how many rows it deleted.
func erase(ctx context.Context, tx *sql.Tx, statement string, args ...any) (rows int, err error) {
	if _, err := tx.ExecContext(ctx, "PRAGMA secure_delete = ON"); err != nil {
		return 0, err
	}
	rows, err = changed(tx.ExecContext(ctx, statement, args...))
	_, off := tx.ExecContext(ctx, "PRAGMA secure_delete = OFF")
	return rows, errors.Join(err, off)
}

// changed returns how many rows a statement has changed.
func changed(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// moment returns a moment as it is kept in the database.
func moment(nanoseconds int64) time.Time { return time.Unix(0, nanoseconds).UTC() }
