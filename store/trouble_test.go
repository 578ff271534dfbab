package store_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bureau/store"
	"bureau/store/storetest"
)

// A notebook is a database with one table.
func notebook(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := note(t.Context(), db, "CREATE TABLE notes (text TEXT)"); err != nil {
		t.Fatal(err)
	}
	return db
}

func note(ctx context.Context, db *store.DB, statement string, args ...any) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
}

func TestAFullDatabaseSaysSoAndTakesAgainWhatThereIsRoomFor(t *testing.T) {
	db := notebook(t)
	room := storetest.Fill(t, db)
	long := strings.Repeat("long ", 2000)
	if err := note(t.Context(), db, "INSERT INTO notes VALUES ($1)", long); !errors.Is(err, store.ErrFull) {
		t.Errorf("full: %v", err)
	}
	if err := note(t.Context(), db, "DELETE FROM filler"); err != nil {
		t.Errorf("nothing can be deleted: %v", err)
	}
	if err := note(t.Context(), db, "INSERT INTO notes VALUES ($1)", long); err != nil {
		t.Errorf("in the place of what was deleted: %v", err)
	}
	room()
	for range 20 {
		if err := note(t.Context(), db, "INSERT INTO notes VALUES ($1)", long); err != nil {
			t.Errorf("with room: %v", err)
		}
	}
}

func TestALockedDatabaseSaysSoInTime(t *testing.T) {
	db := notebook(t)
	unlock := storetest.Lock(t, db.Path())
	insert := func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO notes VALUES ('a')")
		return err
	}
	// Both wait for the other program, the second behind the first.
	failed := make(chan error)
	for range 2 {
		go func() { failed <- db.WriteWithin(t.Context(), 100*time.Millisecond, insert) }()
	}
	for range 2 {
		if err := <-failed; !errors.Is(err, store.ErrBusy) {
			t.Errorf("locked: %v", err)
		}
	}
	gone, end := context.WithCancel(t.Context())
	end()
	if err := db.WriteWithin(gone, time.Minute, insert); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrBusy) {
		t.Errorf("whoever leaves is told %v", err)
	}
	unlock()
	if err := db.WriteWithin(t.Context(), time.Minute, insert); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}
