package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
)

func TestZZFirstOpen(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "a.db")
		var g sync.WaitGroup
		start := make(chan struct{})
		for range 6 {
			g.Go(func() {
				<-start
				db, err := Open(t.Context(), path)
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				if err := migrate(t, db, first); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		g.Wait()
	}
}

func TestZZCancelledWrite(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := migrate(t, db, first); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, func(tx *sql.Tx) error {
		err := insert(tx)
		cancel()
		for err == nil {
			_, err = tx.Exec("SELECT 1")
		}
		t.Log(err)
		return nil
	})
	t.Log(err)
	if !errors.Is(err, context.Canceled) {
		t.Error("not canceled")
	}
}
