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

// What can be wrong with a sign-in by password.
var (
	// ErrWrongPassword says that the person or the password is wrong, and not
	// which of the two.
	ErrWrongPassword = errors.New("wrong person or password")
	// ErrTooManyTries says that too many passwords were wrong lately.
	ErrTooManyTries = errors.New("too many wrong passwords; wait a minute")
	// ErrNoAccount says that a person has no account.
	ErrNoAccount = errors.New("no such account")
	// ErrAccountExists says that a person has an account already.
	ErrAccountExists = errors.New("the person has an account")
)

// An Account is a person's with a password here.
type Account struct {
	Person  string
	Changed time.Time // when the password was set
	Gone    time.Time // since when the configuration lacks the person; zero for not at all
}

// SetPassword makes an account for a person of the policy, or gives the one
// there is another password; fresh says which of the two it must be. Their
// sessions end.
func (d *Directory) SetPassword(ctx context.Context, person, password string, fresh bool, now time.Time) error {
	if _, ok := d.config.Policy().Person(person); !ok {
		return fmt.Errorf("account of %q: %w", person, access.ErrUnknownPerson)
	}
	hash, err := d.hashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("account of %s: %w", person, err)
	}
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		var there bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM accounts WHERE person = $1 AND gone = 0)", person).Scan(&there); err != nil {
			return err
		}
		switch {
		case fresh && there:
			return ErrAccountExists
		case !fresh && !there:
			return ErrNoAccount
		}
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO accounts (person, password, changed) VALUES ($1, $2, $3)", person, hash, now.UnixNano()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE person = $1 AND provider = $2", person, ByPassword)
		return err
	})
	if err != nil {
		return fmt.Errorf("account of %s: %w", person, err)
	}
	return nil
}

// Accounts returns every account, by person.
func (d *Directory) Accounts(ctx context.Context) (list []Account, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var a Account
			var changed, gone int64
			err := rows.Scan(&a.Person, &changed, &gone)
			a.Changed = time.Unix(0, changed)
			if gone != 0 {
				a.Gone = time.Unix(0, gone)
			}
			list = append(list, a)
			return err
		}, "SELECT person, changed, gone FROM accounts ORDER BY person")
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return list, nil
}

// maxName is how long an id or an address is that somebody signs in with, bytes.
const maxName = 320

// SignIn returns the person of a name and a password, where name is a person's
// id or the address that the configuration gives them. The answer takes as long
// for a name that nobody has. from is where the request comes from; wrong
// passwords count against it and against the name.
func (d *Directory) SignIn(ctx context.Context, name, password, from string, now time.Time) (person string, err error) {
	if len(name) > maxName {
		name = "" // which nobody has
	}
	person = name
	if who, ok := d.config.Policy().ByEmail(name); ok {
		person = who.ID
	}
	giveBack, ok := d.tries.take(person, from, now)
	if !ok {
		return "", fmt.Errorf("sign in: %w", ErrTooManyTries)
	}
	defer func() {
		if !errors.Is(err, ErrWrongPassword) { // a store that is away is nobody's try
			giveBack()
		}
	}()
	hash, err := d.passwordOf(ctx, person)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if len(password) > maxPassword {
		password = "" // which nobody has
	}
	right, err := d.matches(ctx, password, hash)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if !right {
		return "", fmt.Errorf("sign in: %w", ErrWrongPassword)
	}
	if _, err := d.scope(ctx, person, now); errors.Is(err, ErrDisabled) || errors.Is(err, ErrInactive) {
		return "", fmt.Errorf("sign in of %s: %w", person, err)
	}
	return person, nil
}

// passwordOf returns the hash of somebody's password, or one that no password
// has.
func (d *Directory) passwordOf(ctx context.Context, person string) (hash string, err error) {
	_, listed := d.config.Policy().Person(person)
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT password FROM accounts WHERE person = $1 AND gone = 0", person).Scan(&hash)
	})
	if errors.Is(err, sql.ErrNoRows) || err == nil && !listed {
		return nobody, nil
	}
	return hash, err
}

// Disable shuts a person out, by every way in at once: their sessions end, and
// their tokens open nothing until Enable.
func (d *Directory) Disable(ctx context.Context, person string, now time.Time) error {
	known, err := d.look(ctx, person)
	if err != nil {
		return fmt.Errorf("disable: %w", err)
	}
	if known.listed != "" { // one person, however they came in
		person = known.listed
	}
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO disabled (person, since) VALUES ($1, $2)", person, now.UnixNano()); err != nil {
			return err
		}
		people, err := d.aliases(ctx, tx, person)
		if err != nil {
			return err
		}
		return endPeople(ctx, tx, people, false)
	})
	if err != nil {
		return fmt.Errorf("disable %s: %w", person, err)
	}
	return nil
}

// Enable lets a person in again who was disabled.
func (d *Directory) Enable(ctx context.Context, person string) error {
	known, err := d.look(ctx, person)
	if err != nil && !errors.Is(err, access.ErrUnknownPerson) { // who is gone may be forgiven too
		return fmt.Errorf("enable: %w", err)
	}
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM disabled WHERE person IN ($1, $2)", person, known.listed)
		return err
	})
	if err != nil {
		return fmt.Errorf("enable %s: %w", person, err)
	}
	return nil
}

// Disabled returns who is shut out, and since when.
func (d *Directory) Disabled(ctx context.Context) (list map[string]time.Time, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = disabledIn(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list who is disabled: %w", err)
	}
	return list, nil
}

func disabledIn(ctx context.Context, tx *sql.Tx) (map[string]time.Time, error) {
	list := map[string]time.Time{}
	return list, store.Each(ctx, tx, func(rows *sql.Rows) error {
		var person string
		var since int64
		err := rows.Scan(&person, &since)
		list[person] = time.Unix(0, since)
		return err
	}, "SELECT person, since FROM disabled")
}
