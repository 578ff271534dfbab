package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

const first = "-- +goose Up\nCREATE TABLE notes (text TEXT NOT NULL);\n"

func open(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func migrate(t *testing.T, db *DB, files ...string) error {
	t.Helper()
	migrations := fstest.MapFS{}
	for i, text := range files {
		migrations[[]string{"00001_first.sql", "00002_second.sql"}[i]] = &fstest.MapFile{Data: []byte(text)}
	}
	return db.Migrate(t.Context(), "notes", migrations)
}

func count(t *testing.T, db *DB) (n int) {
	t.Helper()
	if err := db.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM notes").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func insert(tx *sql.Tx) error {
	_, err := tx.Exec("INSERT INTO notes (text) VALUES ($1)", "a")
	return err
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := migrate(t, db, first); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("half way")
	err := db.Write(t.Context(), func(tx *sql.Tx) error { return errors.Join(insert(tx), failure) })
	if !errors.Is(err, failure) || count(t, db) != 0 {
		t.Errorf("error %v and %d rows, want the failure and none", err, count(t, db))
	}
}

func TestReadSeesOneMoment(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := migrate(t, db, first); err != nil {
		t.Fatal(err)
	}
	err := db.Read(t.Context(), func(tx *sql.Tx) error {
		var before, after int
		err := tx.QueryRow("SELECT count(*) FROM notes").Scan(&before)
		err = errors.Join(err, db.Write(t.Context(), insert), tx.QueryRow("SELECT count(*) FROM notes").Scan(&after))
		if before != after {
			t.Errorf("one read saw %d rows and then %d", before, after)
		}
		return err
	})
	if err != nil || count(t, db) != 1 {
		t.Errorf("error %v, %d rows afterwards, want 1", err, count(t, db))
	}
}

func TestReadCannotWrite(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := migrate(t, db, first); err != nil {
		t.Fatal(err)
	}
	if err := db.Read(t.Context(), insert); err == nil {
		t.Error("a read wrote")
	}
}

func TestTwoHandlesWriteAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	one, two := open(t, path), open(t, path)
	if err := errors.Join(migrate(t, one, first), migrate(t, two, first)); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, db := range []*DB{one, two, one, two} {
		writers.Go(func() {
			for range 10 {
				if err := db.Write(t.Context(), insert); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if n := count(t, one); n != 40 {
		t.Errorf("%d rows, want 40", n)
	}
}

func TestOlderProgramRefusesNewerDatabase(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := migrate(t, db, first, "-- +goose Up\nALTER TABLE notes ADD COLUMN by TEXT;\n"); err != nil {
		t.Fatal(err)
	}
	if err := migrate(t, db, first); !errors.Is(err, ErrNewer) {
		t.Errorf("error %v, want ErrNewer", err)
	}
}

// A rival is migrations that another process applies just when this one reads
// them.
type rival struct {
	fs.FS
	apply func()
}

func (r rival) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".sql") {
		r.apply()
	}
	return r.FS.Open(name)
}

func TestTwoProcessesMigrateAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	one, two := open(t, path), open(t, path)
	files := fstest.MapFS{"00001_first.sql": {Data: []byte(first)}}
	applied := sync.OnceFunc(func() {
		if err := two.Migrate(t.Context(), "notes", files); err != nil {
			t.Error(err)
		}
	})
	if err := one.Migrate(t.Context(), "notes", rival{files, applied}); err != nil {
		t.Errorf("error %v, want none: another process has migrated meanwhile", err)
	}
}

func TestFailedMigrationIsAnError(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	for range 2 { // the next start says it again
		if err := migrate(t, db, first, "-- +goose Up\nno SQL;\n"); err == nil || !strings.Contains(err.Error(), "syntax error") {
			t.Errorf("error %v, want what the migration failed with", err)
		}
	}
}

func TestCancelledWriteSaysSo(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := migrate(t, db, first); err != nil {
		t.Fatal(err)
	}
	for name, wanted := range map[string]bool{"AtItsEnd": false, "Inside": true} {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(ctx, func(tx *sql.Tx) error {
			err := insert(tx)
			cancel()
			for err == nil { // until the end of ctx has reached the transaction
				err = insert(tx)
			}
			if wanted {
				return err
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || count(t, db) != 0 {
			t.Errorf("%s: error %v and %d rows, want Canceled and none", name, err, count(t, db))
		}
	}
}

func TestDatabaseIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "a?b#c.db")
	open(t, path)
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v (%v)", name, info.Mode().Perm(), want, err)
		}
	}
}

// Who has a database open that another process deletes must not bring back an
// empty one.
func TestDeletedDatabaseDoesNotComeBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := db.Read(t.Context(), func(*sql.Tx) error { return nil }); err == nil {
		t.Error("a new connection to the deleted database was opened")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is back: %v", err)
	}
}

func TestDamagedFileIsNamedWithItsRemedy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "bureau ingest") {
		t.Errorf("error %v, want the file and the remedy", err)
	}
}
