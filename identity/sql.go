package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// aliases returns the ids under which sessions of a person are kept: their own,
// and those under which providers know them.
func (d *Directory) aliases(ctx context.Context, tx *sql.Tx, person string) ([]string, error) {
	ids := []string{person}
	for _, t := range d.ties[person] {
		ids = append(ids, memberID(d.config.Providers[t.provider].Issuer, t.id))
		var user string
		err := tx.QueryRowContext(ctx, "SELECT id FROM roster_users WHERE provider = $1 AND external = $2", t.provider, t.id).Scan(&user)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if err == nil {
			ids = append(ids, memberPrefix+user)
		}
	}
	return ids, nil
}

// jsonList returns names as a list in JSON.
func jsonList(names []string) string {
	encoded, err := json.Marshal(append([]string{}, names...))
	if err != nil {
		panic(err) // unreachable: strings encode
	}
	return string(encoded)
}

// changed returns how many rows a statement has changed.
func changed(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
