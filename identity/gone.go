package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"bureau/access"
	"bureau/store"
)

// Forget closes every way in of those whom the policy does not know any more:
// their accounts take no password, and their sessions and tokens are deleted. An
// id that is given to somebody else afterwards opens nothing of the one before.
// It returns how many people those were.
func (d *Directory) Forget(ctx context.Context, now time.Time) (people int, err error) {
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		gone, err := d.unknownIn(ctx, tx)
		if err != nil || len(gone) == 0 {
			return err
		}
		people = len(gone)
		for _, statement := range []string{
			"UPDATE accounts SET gone = $2 WHERE gone = 0 AND person IN (SELECT value FROM json_each($1))",
			"DELETE FROM sessions WHERE $2 > 0 AND person IN (SELECT value FROM json_each($1))",
			"DELETE FROM tokens WHERE $2 > 0 AND owner IN (SELECT value FROM json_each($1))",
		} {
			if _, err := tx.ExecContext(ctx, statement, jsonList(gone), now.UnixNano()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("forget who is gone: %w", err)
	}
	return people, nil
}

// unknownIn returns those with a way in whom nobody knows.
func (d *Directory) unknownIn(ctx context.Context, tx *sql.Tx) (gone []string, err error) {
	var people []string
	if err := store.Each(ctx, tx, func(rows *sql.Rows) error {
		var person string
		err := rows.Scan(&person)
		people = append(people, person)
		return err
	}, "SELECT person FROM accounts WHERE gone = 0 UNION SELECT person FROM sessions UNION SELECT owner FROM tokens"); err != nil {
		return nil, err
	}
	for _, person := range people {
		switch _, err := d.lookIn(ctx, tx, person); {
		case errors.Is(err, access.ErrUnknownPerson):
			gone = append(gone, person)
		case err != nil:
			return nil, err
		}
	}
	return gone, nil
}
