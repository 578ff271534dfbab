package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"bureau/store"
)

// A User is somebody on a provider's roster.
type User struct {
	ID               string // made here, and never given to another
	External         string // the provider's own id; "" where it sent none, and then nobody signs in as them
	UserName         string // a name, which may be given to somebody else later
	Display          string
	Formatted        string // the whole name
	Given, Family    string
	Emails           []Email
	Active           bool
	Created, Changed time.Time
}

// An Email is an address of a user.
type Email struct {
	Value   string `json:"value"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

// Person returns the id under which the user is known everywhere else.
func (u User) Person() string { return memberPrefix + u.ID }

// Name returns what the user is called.
func (u User) Name() string {
	for _, name := range []string{u.Display, u.Formatted, strings.TrimSpace(u.Given + " " + u.Family)} {
		if name != "" {
			return name
		}
	}
	return u.UserName
}

// Email returns the primary address, or the first, or "".
func (u User) Email() string {
	address := ""
	for _, e := range u.Emails {
		if address == "" || e.Primary {
			address = e.Value
		}
	}
	return address
}

const userColumns = "SELECT id, external, user_name, display, formatted, given, family, emails, active, created, changed, provider FROM roster_users WHERE "

// scanUser reads a user, and into provider whose roster they are on.
func scanUser(row interface{ Scan(...any) error }, provider *string) (u User, err error) {
	var emails string
	var created, changed int64
	if err := row.Scan(&u.ID, &u.External, &u.UserName, &u.Display, &u.Formatted, &u.Given, &u.Family, &emails, &u.Active, &created, &changed, provider); err != nil {
		return User{}, err
	}
	u.Created, u.Changed = time.Unix(0, created), time.Unix(0, changed)
	return u, json.Unmarshal([]byte(emails), &u.Emails)
}

// CreateUser adds a user, whose id it makes. A user name or an external id that
// another has is ErrTaken.
func (r *Roster) CreateUser(ctx context.Context, u User, now time.Time) (User, error) {
	u.ID, u.Created, u.Changed = newEntryID(), now, now
	err := r.d.db.Write(ctx, func(tx *sql.Tx) error { return r.writeUser(ctx, tx, u) })
	if err != nil {
		return User{}, fmt.Errorf("create a user of provider %s: %w", r.provider, err)
	}
	return u, nil
}

// User returns one by id, or ErrNoEntry.
func (r *Roster) User(ctx context.Context, id string) (u User, err error) {
	err = r.d.db.Read(ctx, func(tx *sql.Tx) error {
		u, err = r.userIn(ctx, tx, id)
		return err
	})
	if err != nil {
		return User{}, fmt.Errorf("user %.100q of provider %s: %w", id, r.provider, err)
	}
	return u, nil
}

func (r *Roster) userIn(ctx context.Context, tx *sql.Tx, id string) (User, error) {
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+"provider = $1 AND id = $2", r.provider, id), new(string))
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNoEntry
	}
	return u, err
}

// Users returns those that a query wants, the oldest first, and how many match
// in all.
func (r *Roster) Users(ctx context.Context, q Query) (list []User, total int, err error) {
	condition, args, err := r.where(q, userConditions)
	if err != nil {
		return nil, 0, err
	}
	err = r.d.db.Read(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM roster_users WHERE "+condition, args...).Scan(&total); err != nil {
			return err
		}
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			u, err := scanUser(rows, new(string))
			list = append(list, u)
			return err
		}, userColumns+condition+fmt.Sprintf(" ORDER BY created, id LIMIT %d OFFSET %d", q.Count, q.Start), args...)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list users of provider %s: %w", r.provider, err)
	}
	return list, total, nil
}

// ChangeUser changes a user, as one step that nothing comes between. Who is
// active no more loses their sessions; their tokens open nothing until they are
// active again.
func (r *Roster) ChangeUser(ctx context.Context, id string, change func(*User) error, now time.Time) (u User, err error) {
	err = r.d.db.Write(ctx, func(tx *sql.Tx) error {
		was, err := r.userIn(ctx, tx, id)
		if err != nil {
			return err
		}
		u = was
		if err := change(&u); err != nil {
			return err
		}
		if was.External != "" && u.External != was.External {
			return ErrImmutable
		}
		u.ID, u.Created, u.Changed = was.ID, was.Created, now
		if err := r.writeUser(ctx, tx, u); err != nil {
			return err
		}
		if u.Active {
			return nil
		}
		return endPeople(ctx, tx, r.peopleOf(u), false)
	})
	if err != nil {
		return User{}, fmt.Errorf("change user %.100q of provider %s: %w", id, r.provider, err)
	}
	return u, nil
}

// DeleteUser deletes a user with their sessions, tokens and memberships. Whoever
// comes in their place, with the same name or external id, is somebody else.
func (r *Roster) DeleteUser(ctx context.Context, id string) error {
	err := r.d.db.Write(ctx, func(tx *sql.Tx) error {
		u, err := r.userIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM roster_users WHERE id = $1", u.ID); err != nil {
			return err
		}
		return endPeople(ctx, tx, r.peopleOf(u), true)
	})
	if err != nil {
		return fmt.Errorf("delete user %.100q of provider %s: %w", id, r.provider, err)
	}
	return nil
}

// peopleOf returns the ids under which a user has sessions and tokens.
func (r *Roster) peopleOf(u User) []string {
	people := []string{u.Person()}
	if listed := r.d.config.Providers[r.provider].listed(u.External); listed != "" {
		people = append(people, listed)
	}
	return people
}

// writeUser writes a user who is valid and like no other.
func (r *Roster) writeUser(ctx context.Context, tx *sql.Tx, u User) error {
	if err := u.check(); err != nil {
		return err
	}
	for attribute, value := range map[Attribute]string{UserName: u.UserName, ExternalID: u.External} {
		condition, args, err := r.where(Query{Match: []Match{{attribute, value}}}, userConditions)
		if err != nil {
			return err // unreachable: users have both
		}
		var taken bool
		if err := tx.QueryRowContext(ctx, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM roster_users WHERE %s AND id <> $3)", condition), append(args, u.ID)...).Scan(&taken); err != nil {
			return err
		}
		if taken {
			return fmt.Errorf("%s: %w", attribute, ErrTaken)
		}
	}
	emails, err := json.Marshal(append([]Email{}, u.Emails...))
	if err != nil {
		return err // unreachable: strings encode
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO roster_users (id, provider, external, user_name, display, formatted, given, family, emails, active, created, changed) "+
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET external = $3, user_name = $4, display = $5, formatted = $6, "+
		"given = $7, family = $8, emails = $9, active = $10, changed = $12",
		u.ID, r.provider, u.External, u.UserName, u.Display, u.Formatted, u.Given, u.Family, string(emails), u.Active, u.Created.UnixNano(), u.Changed.UnixNano()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM roster_emails WHERE user = $1", u.ID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR IGNORE INTO roster_emails (address, user) SELECT json_extract(value, '$.value'), $1 FROM json_each($2)", u.ID, string(emails))
	return err
}

// check holds a user against what one must have.
func (u User) check() error {
	if strings.TrimSpace(u.UserName) == "" {
		return fmt.Errorf("%w: userName is missing", ErrBadEntry)
	}
	if len(u.Emails) > maxEmails {
		return fmt.Errorf("%w: %d addresses, and at most %d are taken", ErrBadEntry, len(u.Emails), maxEmails)
	}
	texts := []string{u.External, u.UserName, u.Display, u.Formatted, u.Given, u.Family}
	for _, e := range u.Emails {
		if e.Value == "" {
			return fmt.Errorf("%w: an address without a value", ErrBadEntry)
		}
		texts = append(texts, e.Value, e.Type)
	}
	return checkTexts(texts...)
}
