package store

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// writing names the database that a child process writes until it is killed.
const writing = "STORE_TEST_DATABASE"

// TestChildWrites is the process that gets killed, and no test of its own.
func TestChildWrites(t *testing.T) {
	path := os.Getenv(writing)
	if path == "" {
		t.Skip("TestP7_AcknowledgedWritesOutliveAKill runs it")
	}
	db := open(t, path)
	for n := 1; ; n++ {
		if err := db.Write(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n) // the acknowledgement
	}
}

func TestP7_AcknowledgedWritesOutliveAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	if err := migrate(t, db, first); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildWrites$")
	child.Env = append(os.Environ(), writing+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for lines := bufio.NewScanner(out); lines.Scan(); acknowledged++ {
		if acknowledged == 100 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || acknowledged < 100 {
		t.Fatalf("the child ended after %d writes: %v", acknowledged, err)
	}
	if n := count(t, db); n < acknowledged || n > acknowledged+1 {
		t.Errorf("%d rows, want the %d that were acknowledged and at most one more", n, acknowledged)
	}
}

// A killed process leaves its writes with the system; only FULL brings them
// through a power cut, which no test can make.
func TestP7_CommitsReachTheDisk(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"))
	if err := db.Write(t.Context(), func(tx *sql.Tx) error {
		var mode string
		var synchronous int
		err := tx.QueryRow("PRAGMA journal_mode").Scan(&mode)
		if err == nil {
			err = tx.QueryRow("PRAGMA synchronous").Scan(&synchronous)
		}
		if full := 2; mode != "wal" || synchronous != full {
			t.Errorf("journal_mode %s, synchronous %d, want wal and %d", mode, synchronous, full)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
