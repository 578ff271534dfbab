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
	stored, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of %s in %s: %w", room, db.path, err)
	}
	if stored > newest {
		return fmt.Errorf("migrate %s in %s from version %d to %d: %w: update bureau, or move the file away and run \"bureau ingest\"",
			room, db.path, stored, newest, ErrNewer)
	}
	if stored == newest {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate %s in %s: %w", room, db.path, err)
	}
	return nil
}
