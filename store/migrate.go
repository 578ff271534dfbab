package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// ErrNewer says that a database was written by a newer program than this one.
var ErrNewer = errors.New("the database is newer than this program")

// Migrate brings a room's tables up to date with its migrations, files in
// migrations' root that are numbered from 00001 and written for goose. The room's name keeps
// its versions apart from other rooms'. A database with versions that the
// migrations lack is ErrNewer, and is left as it is.
func (db *DB) Migrate(ctx context.Context, room string, migrations fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.writer, migrations,
		goose.WithTableName(room+"_migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations of %s: %w", room, err)
	}
	return db.upgrade(ctx, room, provider)
}

// upgrade applies what is missing. Another process may apply it at the same
// time, so that an error counts only where nobody has come further.
func (db *DB) upgrade(ctx context.Context, room string, provider *goose.Provider) error {
	var failure error
	for before := int64(-1); ; {
		stored, newest, err := provider.GetVersions(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("read the version of %s in %s: %w", room, db.path, err)
		case stored > newest:
			return fmt.Errorf("migrate %s in %s from version %d to %d: %w: update bureau, or move the file away and run \"bureau ingest\"",
				room, db.path, stored, newest, ErrNewer)
		case stored == newest:
			return nil
		case stored == before:
			return fmt.Errorf("migrate %s in %s: %w", room, db.path, failure)
		}
		before = stored
		_, failure = provider.Up(ctx)
	}
}
