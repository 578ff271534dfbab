package identity

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// What can be wrong with a provider's roster, and with who is on it.
var (
	// ErrNotListed says that a provider's directory does not have a person who
	// signs in there.
	ErrNotListed = errors.New("the provider's directory does not list the person")
	// ErrInactive says that a provider's directory has ended a person's access.
	ErrInactive = errors.New("the provider's directory says that the person is not active")
	// ErrNoEntry says that a roster has no user or group of an id.
	ErrNoEntry = errors.New("no such entry of the roster")
	// ErrTaken says that another entry of the roster has the name or the id.
	ErrTaken = errors.New("another entry has it")
	// ErrImmutable says that something is changed that never changes.
	ErrImmutable = errors.New("an external id does not change: who has another one is somebody else; delete the entry and create it anew")
	// ErrBadEntry says that an entry lacks something, or has too much of it.
	ErrBadEntry = errors.New("not a valid entry")
)

// Bounds of an entry: bytes of each text, and addresses.
const (
	maxRosterText = 1024
	maxEmails     = 20
)

// A Roster is the people and groups that one provider's directory sends. Its
// methods see that provider's alone. Each change is one transaction, and counts
// for whoever is asked about next.
type Roster struct {
	d        *Directory
	provider string
	token    string // id of the one that opened it, or ""
}

// Roster returns that of a provider. Without one that sends a roster it is
// ErrUnproved.
func (d *Directory) Roster(provider string) (*Roster, error) {
	if !d.config.Providers[provider].Roster {
		return nil, fmt.Errorf("roster of provider %q: %w", provider, ErrUnproved)
	}
	return &Roster{d: d, provider: provider}, nil
}

// Provider returns the id of the provider whose roster it is.
func (r *Roster) Provider() string { return r.provider }

// Token returns the id of the token that opened the roster, or "".
func (r *Roster) Token() string { return r.token }

// A Query is which entries of a roster are wanted: those that match everything,
// and of them Count from Start on, which counts from 0.
type Query struct {
	Match        []Match
	Start, Count int
}

// A Match is a value that an attribute must have.
type Match struct {
	Attribute Attribute
	Value     string
}

// An Attribute is what entries of a roster are found by.
type Attribute string

// The attributes. Names and addresses match in upper and lower case.
const (
	EntryID      Attribute = "id"
	ExternalID   Attribute = "externalId"
	DisplayName  Attribute = "displayName"
	UserName     Attribute = "userName" // of users
	EmailAddress Attribute = "emails"   // of users
	HasMember    Attribute = "members"  // of groups: id of a user
)

// conditions are the attributes in SQL; $N stands for the value.
var userConditions = map[Attribute]string{
	EntryID: "id = $N", ExternalID: "external = $N AND external <> ''", DisplayName: "display = $N", UserName: "user_name = $N",
	EmailAddress: "id IN (SELECT user FROM roster_emails WHERE address = $N)",
}

var groupConditions = map[Attribute]string{
	EntryID: "id = $N", ExternalID: "external = $N AND external <> ''", DisplayName: "display = $N",
	HasMember: "id IN (SELECT grp FROM roster_members WHERE user = $N)",
}

// where returns the condition of a query and its values. An attribute that
// these entries do not have is ErrBadEntry.
func (r *Roster) where(q Query, conditions map[Attribute]string) (condition string, args []any, err error) {
	condition, args = "provider = $1", []any{r.provider}
	for _, m := range q.Match {
		one, ok := conditions[m.Attribute]
		if !ok {
			return "", nil, fmt.Errorf("%w: there is no %s to find entries by", ErrBadEntry, m.Attribute)
		}
		args = append(args, m.Value)
		condition += " AND " + strings.ReplaceAll(one, "$N", fmt.Sprintf("$%d", len(args)))
	}
	return condition, args, nil
}

// newEntryID returns an id that nobody had and nobody will have: 128 random bits.
func newEntryID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // crypto/rand.Read never fails: it ends the program instead
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:]))
}

// checkTexts returns ErrBadEntry for a text that is too long or no text.
func checkTexts(texts ...string) error {
	for _, text := range texts {
		if len(text) > maxRosterText || !utf8.ValidString(text) {
			return fmt.Errorf("%w: a text has %d bytes, and at most %d are taken", ErrBadEntry, len(text), maxRosterText)
		}
	}
	return nil
}

// endPeople ends the sessions of people in a transaction, and the tokens too
// where they are gone for good.
func endPeople(ctx context.Context, tx *sql.Tx, people []string, tokens bool) error {
	statements := []string{"DELETE FROM sessions WHERE person IN (SELECT value FROM json_each($1))"}
	if tokens {
		statements = append(statements, "DELETE FROM tokens WHERE owner IN (SELECT value FROM json_each($1))")
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement, jsonList(people)); err != nil {
			return err
		}
	}
	return nil
}
