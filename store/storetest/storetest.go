// Package storetest brings a database into trouble, for tests of what people are
// told then. SQLite itself is full, or locked; nothing is made up.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bureau/store"
)

// Fill leaves no room in a database for anything but a few bytes, and returns
// what gives it room again.
func Fill(t testing.TB, db *store.DB) (room func()) {
	t.Helper()
	limit := func(pages int) {
		if err := db.Write(context.Background(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.Background(), "CREATE TABLE IF NOT EXISTS filler (text TEXT)")
		return errors.Join(err, filler(tx, 10)) // so that something can be deleted
	}); err != nil {
		t.Fatal(err)
	}
	limit(1)                                                 // SQLite takes as many as there are
	for err := error(nil); !errors.Is(err, store.ErrFull); { // the free pages
		err = db.Write(t.Context(), func(tx *sql.Tx) error { return filler(tx, 1) })
		if err != nil && !errors.Is(err, store.ErrFull) {
			t.Fatal(err)
		}
	}
	return func() { limit(1 << 30) }
}

// filler writes about so many pages.
func filler(tx *sql.Tx, pages int) error {
	for range pages {
		if _, err := tx.ExecContext(context.Background(), "INSERT INTO filler VALUES ($1)", strings.Repeat("x", 3000)); err != nil {
			return err
		}
	}
	return nil
}

// Lock keeps a database locked for writing, by a connection of its own, and
// returns what ends that.
func Lock(t testing.TB, path string) (unlock func()) {
	t.Helper()
	other, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	locked, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- other.Write(context.Background(), func(*sql.Tx) error {
			close(locked)
			<-end
			return nil
		})
	}()
	select {
	case <-locked:
	case err := <-ended:
		t.Fatal(err)
	}
	return func() {
		close(end)
		if err := errors.Join(<-ended, other.Close()); err != nil {
			t.Error(err)
		}
	}
}
