package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite", without cgo
)

// A DB is one open database. Many readers and one writer work at once, in
// this process and in others.
type DB struct {
	writer  *sql.DB // one connection: SQLite has one writer at a time
	readers *sql.DB
	path    string
}

// pragmas set up every connection. WAL lets readers go on beside the writer;
// FULL makes every commit reach the disk before it is acknowledged; a writer of
// another process is waited for.
const pragmas = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(ON)"

// Open opens the database in the file at path, or makes it. The folder is
// made too, for its owner alone: the database holds the text of documents.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of %s: %w", path, err)
	}
	// SQLite would make the file readable for others where the umask is loose.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() + "?mode=rw&" + pragmas // a file that is deleted meanwhile does not come back
	writer, err := sql.Open("sqlite", name+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	readers, err := sql.Open("sqlite", name+"&_pragma=query_only(ON)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), writer.Close())
	}
	readers.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	db := &DB{writer: writer, readers: readers, path: path}
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w; if the file is damaged, move it away and run \"bureau ingest\"", path, err), db.Close())
	}
	return db, nil
}

// Path returns the file that the database is kept in.
func (db *DB) Path() string { return db.path }

// Close ends every connection. Transactions under way are rolled back.
func (db *DB) Close() error { return errors.Join(db.readers.Close(), db.writer.Close()) }

// Write runs change in one transaction: all of it holds when Write returns
// nil, nothing of it when it returns an error. It waits for other writers. Where
// the database takes nothing the error is [ErrFull] or [ErrBusy].
func (db *DB) Write(ctx context.Context, change func(*sql.Tx) error) error {
	return inTx(ctx, db.writer, nil, change)
}

// Read runs look in one transaction that sees the database as it was at the
// first query, whatever is written meanwhile.
func (db *DB) Read(ctx context.Context, look func(*sql.Tx) error) error {
	return inTx(ctx, db.readers, &sql.TxOptions{ReadOnly: true}, look)
}

func inTx(ctx context.Context, pool *sql.DB, options *sql.TxOptions, run func(*sql.Tx) error) (err error) {
	defer func() { err = troubled(err) }()
	tx, err := pool.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if rollback := tx.Rollback(); err == nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = rollback
		}
	}()
	if err := run(tx); err != nil {
		return because(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return because(ctx, fmt.Errorf("commit: %w", err))
	}
	return nil
}

// because adds the end of ctx to an error that may only say that the
// transaction is over, which it then is because of ctx.
func because(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

// Each calls scan for every row that a query gives. What scan keeps of
// sql.RawBytes it must copy.
func Each(ctx context.Context, tx *sql.Tx, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
