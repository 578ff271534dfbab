package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bureau/access"
	"bureau/store"
)

// An Action is what a token may be used for.
type Action string

// The actions.
const (
	// Ask is to ask questions and to read, stop and judge the answers.
	Ask Action = "ask"
	// Conversations is to list, read, export, rename and delete the
	// conversations of the token's owner, or of the service.
	Conversations Action = "conversations"
)

// Actions are all there are.
func Actions() []Action { return []Action{Ask, Conversations} }

// MaxTokenTime is how long a token lives at most.
const MaxTokenTime = 366 * 24 * time.Hour

// What can be wrong with a new token.
var (
	ErrTokenName    = errors.New("a token needs a name of 1 to 64 characters that no other token of its owner has")
	ErrTokenExpires = errors.New("a token expires within a year, and not in the past")
	ErrTokenAction  = errors.New("unknown action")
	ErrTokenWider   = errors.New("the owner does not read that department")
	ErrNoToken      = errors.New("no such token")
)

// tokenPrefix begins every token, so that one that is lost in a text is known
// for what it is.
const tokenPrefix = "bureau_"

// A Token lets a program ask. It never reads more than its owner does at that
// moment, and ends with its owner.
type Token struct {
	ID    string // public
	Owner string
	Name  string
	// Service tokens keep their conversations apart from their owner's.
	Service     bool
	Departments []access.Department // nil for all that the owner reads
	Actions     []Action
	Created     time.Time
	Expires     time.Time
	Used        time.Time // to within a minute; zero for never
}

// Person returns whose the conversations of the token are.
func (t Token) Person() string {
	if t.Service {
		return "service:" + t.ID
	}
	return t.Owner
}

// May reports whether the token is for an action.
func (t Token) May(a Action) bool { return slices.Contains(t.Actions, a) }

// NewToken makes a token as t describes it and returns its secret, which is
// kept nowhere. The owner must read every department that is named, now.
func (d *Directory) NewToken(ctx context.Context, t Token, now time.Time) (_ Token, secret string, err error) {
	t.Name = strings.TrimSpace(t.Name)
	if err := d.checkToken(ctx, t, now); err != nil {
		return Token{}, "", fmt.Errorf("token %q of %s: %w", t.Name, t.Owner, err)
	}
	secret = tokenPrefix + newSecret()
	t.ID, t.Created, t.Used = SessionID(newSecret())[:12], now, time.Time{}
	departments, err := json.Marshal(t.Departments)
	if err != nil {
		return Token{}, "", err // unreachable: strings encode
	}
	actions, err := json.Marshal(t.Actions)
	if err != nil {
		return Token{}, "", err // unreachable: strings encode
	}
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, "INSERT OR IGNORE INTO tokens (id, hash, service, owner, name, departments, actions, created, expires, used) "+
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
			t.ID, SessionID(secret), t.Service, t.Owner, t.Name, string(departments), string(actions), t.Created.UnixNano(), t.Expires.UnixNano()))
		if err == nil && n == 0 {
			err = ErrTokenName
		}
		return err
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("token %q of %s: %w", t.Name, t.Owner, err)
	}
	return t, secret, nil
}

// checkToken holds a new token against what it may be.
func (d *Directory) checkToken(ctx context.Context, t Token, now time.Time) error {
	scope, err := d.scope(ctx, t.Owner, now)
	if err != nil {
		return err
	}
	if n := len([]rune(t.Name)); n < 1 || n > 64 {
		return ErrTokenName
	}
	if !t.Expires.After(now) || t.Expires.After(now.Add(MaxTokenTime)) {
		return ErrTokenExpires
	}
	if len(t.Actions) == 0 {
		return ErrTokenAction
	}
	for _, a := range t.Actions {
		if !slices.Contains(Actions(), a) {
			return fmt.Errorf("%w %q", ErrTokenAction, a)
		}
	}
	for _, department := range t.Departments {
		if !slices.Contains(scope.Departments(), department) {
			return fmt.Errorf("%w: %s", ErrTokenWider, department)
		}
	}
	return nil
}

const tokenColumns = "SELECT id, owner, name, service, departments, actions, created, expires, used FROM tokens "

// Bearer returns the token with this secret. One that is unknown, expired or
// revoked is ErrEnded.
func (d *Directory) Bearer(ctx context.Context, secret string, now time.Time) (Token, error) {
	t, err := d.token(ctx, "WHERE hash = $1", SessionID(secret), now)
	if err != nil {
		return Token{}, err
	}
	d.noteUse(ctx, "UPDATE tokens SET used = $1 WHERE id = $2 AND used < $1", t.ID, t.Used, now)
	return t, nil
}

// noteUse writes down by a statement of its table that a token is used. Where the
// store does not take it, the next use is noted: a token works while it can be
// read.
func (d *Directory) noteUse(ctx context.Context, statement, id string, used, now time.Time) {
	if now.Sub(used) < touchPeriod {
		return
	}
	_ = d.db.WriteWithin(ctx, touchWait, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, now.UnixNano(), id)
		return err
	})
}

// TokenScope returns what the token with this id reads at now: what its owner
// does, narrowed to its departments. A token that has ended is ErrEnded.
func (d *Directory) TokenScope(id string, now time.Time) (access.Scope, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	t, err := d.token(ctx, "WHERE id = $1", id, now)
	if err != nil {
		return access.Scope{}, err
	}
	scope, err := d.scope(ctx, t.Owner, now)
	if err != nil || t.Departments == nil {
		return scope, err
	}
	return scope.Narrow(t.Departments...), nil
}

// token returns the token that a condition finds, if it has not expired.
func (d *Directory) token(ctx context.Context, condition, value string, now time.Time) (t Token, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		t, err = scanToken(tx.QueryRowContext(ctx, tokenColumns+condition, value))
		if errors.Is(err, sql.ErrNoRows) || err == nil && !now.Before(t.Expires) {
			return ErrEnded
		}
		return err
	})
	if err != nil {
		return Token{}, fmt.Errorf("token: %w", err)
	}
	return t, nil
}

func scanToken(row interface{ Scan(...any) error }) (t Token, err error) {
	var departments, actions string
	var created, expires, used int64
	if err := row.Scan(&t.ID, &t.Owner, &t.Name, &t.Service, &departments, &actions, &created, &expires, &used); err != nil {
		return Token{}, err
	}
	t.Created, t.Expires = time.Unix(0, created), time.Unix(0, expires)
	if used != 0 {
		t.Used = time.Unix(0, used)
	}
	return t, errors.Join(json.Unmarshal([]byte(departments), &t.Departments), json.Unmarshal([]byte(actions), &t.Actions))
}

// Tokens returns every token, or those of one owner, the newest first. Expired
// ones are among them.
func (d *Directory) Tokens(ctx context.Context, owner string) (list []Token, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			t, err := scanToken(rows)
			list = append(list, t)
			return err
		}, tokenColumns+"WHERE $1 IN ('', owner) ORDER BY created DESC, id", owner)
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return list, nil
}

// Revoke ends a token.
func (d *Directory) Revoke(ctx context.Context, id string) error {
	return d.revoke(ctx, "DELETE FROM tokens WHERE id = $1", id)
}

// revoke ends the token with this id by a statement of its table.
func (d *Directory) revoke(ctx context.Context, statement, id string) error {
	err := d.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, statement, id))
		if err == nil && n == 0 {
			err = ErrNoToken
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	return nil
}
