package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"bureau/store"
)

// rosterTokenPrefix begins every token of a roster.
const rosterTokenPrefix = tokenPrefix + "scim_"

// A RosterToken lets a provider write its roster, and opens nothing else.
type RosterToken struct {
	ID       string // public
	Provider string
	Name     string
	Created  time.Time
	Expires  time.Time
	Used     time.Time // to within a minute; zero for never
}

// NewRosterToken makes a token as t describes it and returns its secret, which
// is kept nowhere.
func (d *Directory) NewRosterToken(ctx context.Context, t RosterToken, now time.Time) (_ RosterToken, secret string, err error) {
	t.Name = strings.TrimSpace(t.Name)
	if _, err := d.Roster(t.Provider); err != nil {
		return RosterToken{}, "", err
	}
	if n := len([]rune(t.Name)); n < 1 || n > 64 {
		return RosterToken{}, "", fmt.Errorf("token %q of provider %s: %w", t.Name, t.Provider, ErrTokenName)
	}
	if !t.Expires.After(now) || t.Expires.After(now.Add(MaxTokenTime)) {
		return RosterToken{}, "", fmt.Errorf("token %q of provider %s: %w", t.Name, t.Provider, ErrTokenExpires)
	}
	secret = rosterTokenPrefix + newSecret()
	t.ID, t.Created, t.Used = SessionID(newSecret())[:12], now, time.Time{}
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, "INSERT OR IGNORE INTO roster_tokens (id, hash, provider, name, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, 0)",
			t.ID, SessionID(secret), t.Provider, t.Name, t.Created.UnixNano(), t.Expires.UnixNano()))
		if err == nil && n == 0 {
			err = ErrTokenName
		}
		return err
	})
	if err != nil {
		return RosterToken{}, "", fmt.Errorf("token %q of provider %s: %w", t.Name, t.Provider, err)
	}
	return t, secret, nil
}

// RosterOf returns the roster that a token with this secret may write. One that
// is unknown, expired or revoked is ErrEnded.
func (d *Directory) RosterOf(ctx context.Context, secret string, now time.Time) (*Roster, error) {
	var t RosterToken
	err := d.db.Read(ctx, func(tx *sql.Tx) (err error) {
		t, err = scanRosterToken(tx.QueryRowContext(ctx, rosterTokenColumns+"WHERE hash = $1", SessionID(secret)))
		if errors.Is(err, sql.ErrNoRows) || err == nil && !now.Before(t.Expires) {
			return ErrEnded
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("token of a roster: %w", err)
	}
	r, err := d.Roster(t.Provider)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEnded, err)
	}
	r.token = t.ID
	d.noteUse(ctx, "UPDATE roster_tokens SET used = $1 WHERE id = $2 AND used < $1", t.ID, t.Used, now)
	return r, nil
}

const rosterTokenColumns = "SELECT id, provider, name, created, expires, used FROM roster_tokens "

func scanRosterToken(row interface{ Scan(...any) error }) (t RosterToken, err error) {
	var created, expires, used int64
	err = row.Scan(&t.ID, &t.Provider, &t.Name, &created, &expires, &used)
	t.Created, t.Expires = time.Unix(0, created), time.Unix(0, expires)
	if used != 0 {
		t.Used = time.Unix(0, used)
	}
	return t, err
}

// RosterTokens returns every token, the newest first. Expired ones are among
// them.
func (d *Directory) RosterTokens(ctx context.Context) (list []RosterToken, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			t, err := scanRosterToken(rows)
			list = append(list, t)
			return err
		}, rosterTokenColumns+"ORDER BY created DESC, id")
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens of rosters: %w", err)
	}
	return list, nil
}

// RevokeRosterToken ends a token.
func (d *Directory) RevokeRosterToken(ctx context.Context, id string) error {
	return d.revoke(ctx, "DELETE FROM roster_tokens WHERE id = $1", id)
}
