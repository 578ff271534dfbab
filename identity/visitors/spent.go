package visitors

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// errSpent says that a token has been used before.
var errSpent = errors.New("the token has been used before (jti)")

// Spent are the tokens that have been used. They are in the store, so that a
// restart or another process takes none a second time.
type Spent struct{ db *store.DB }

// OpenSpent returns the used tokens in db, and makes their table.
func OpenSpent(ctx context.Context, db *store.DB) (*Spent, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err // unreachable: the folder is embedded
	}
	if err := db.Migrate(ctx, "visitors", files); err != nil {
		return nil, err
	}
	return &Spent{db}, nil
}

// spend uses up a token of a site that holds until then. Of all who bring the
// same one, one has nil and the others errSpent.
func (s *Spent) spend(ctx context.Context, site, id string, until, now time.Time) error {
	sum := sha256.Sum256([]byte(id))
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM spent WHERE until <= $1", now.UnixNano()); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO spent (site, token, until) VALUES ($1, $2, $3)",
			site, hex.EncodeToString(sum[:]), until.UnixNano())
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return errSpent
	})
	if err != nil && !errors.Is(err, errSpent) {
		return fmt.Errorf("note that a token is used: %w", err)
	}
	return err
}
