package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Why a database takes nothing at the moment. What it has stays readable, and
// it takes what comes as soon as the cause is gone.
var (
	// ErrFull says that there is no room.
	ErrFull = errors.New("the database has no room left; make room on the disk that it is on")
	// ErrBusy says that somebody else has been writing for long: another
	// process, or many in this one.
	ErrBusy = errors.New("the database is being written by others; see whether another program keeps it locked")
)

// troubled adds to an error of SQLite's what it means for whoever wrote.
func troubled(err error) error {
	var reported *sqlite.Error
	if !errors.As(err, &reported) {
		return err
	}
	switch reported.Code() & 0xff { // the rest says more about the place
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// WriteWithin is Write for something that somebody waits for: when it has not
// come to its end within wait, nothing of it holds and the error is [ErrBusy].
func (db *DB) WriteWithin(ctx context.Context, wait time.Duration, change func(*sql.Tx) error) error {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	err := db.Write(bounded, change)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy) {
		return fmt.Errorf("%w: not within %v: %w", ErrBusy, wait, err)
	}
	return err
}
