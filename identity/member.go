package identity

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bureau/store"
)

// What can be wrong with somebody whom a provider vouches for.
var (
	// ErrForgotten says that a provider vouched for the person too long ago.
	ErrForgotten = errors.New("the provider vouched for the person too long ago")
	// ErrUnproved says that a provider's word is not what it must be: unsigned,
	// for somebody else, or too old.
	ErrUnproved = errors.New("the provider's word does not hold")
	// ErrAway says that a provider did not answer.
	ErrAway = errors.New("the provider does not answer")
	// ErrTooManyGroups says that a provider left the groups out because there
	// are too many.
	ErrTooManyGroups = errors.New("the provider has left out the groups because there are too many; " +
		"have it send only the groups that are assigned to Bureau")
)

// An Attempt is one sign-in at a provider while it is under way. All three are
// secrets of the browser that began it.
type Attempt struct {
	State, Nonce, Verifier string
}

// A Proof is what a provider says about who has just signed in.
type Proof struct {
	Provider string // id of the provider
	Issuer   string
	Subject  string   // the issuer's own id, which it gives to nobody else
	External string   // the id on the provider's roster, or ""
	Name     string   // for display alone
	Email    string   // for display alone; "" unless verified
	Groups   []string // as the provider names them
	SID      string   // the provider's name for its session, or ""
}

// A Farewell is a provider's word that somebody has signed out there: one
// session of theirs, or every one where SID is "". Its ID is the provider's, and
// is taken once until it expires.
type Farewell struct {
	Issuer, Subject, SID string
	ID                   string
	Expires              time.Time
}

// memberPrefix begins the ids of those whom a provider vouches for. No id of
// the configuration can begin so.
const memberPrefix = "sso:"

// IsMember reports whether an id is one of those whom a provider vouches for.
func IsMember(person string) bool { return strings.HasPrefix(person, memberPrefix) }

// memberID returns the id of a provider's person. It is made of what an issuer
// gives nobody else, so that a name or an address that is used again is nobody's.
func memberID(issuer, subject string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", issuer, subject))
	return memberPrefix + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// Admit takes in somebody whom a provider vouches for, with their groups of
// now, and returns who it is. It refuses who is disabled, and who is not on the
// roster of a provider that sends one (ErrNotListed, ErrInactive).
func (d *Directory) Admit(ctx context.Context, proof Proof, now time.Time) (person string, err error) {
	grants, ok := d.config.Providers[proof.Provider]
	if !ok || proof.Issuer != grants.Issuer || proof.Subject == "" {
		return "", fmt.Errorf("admit somebody of provider %q: %w", proof.Provider, ErrUnproved)
	}
	if grants.Roster {
		person, err = d.admitListed(ctx, proof)
	} else {
		person, err = d.admitMember(ctx, proof, grants, now)
	}
	if err != nil {
		return "", fmt.Errorf("admit somebody of provider %s: %w", proof.Provider, err)
	}
	known, err := d.look(ctx, person)
	if err == nil {
		err = known.shut
	}
	return person, err
}

// admitMember notes what a provider says of somebody.
func (d *Directory) admitMember(ctx context.Context, proof Proof, grants Grants, now time.Time) (person string, err error) {
	groups := slices.DeleteFunc(slices.Clone(proof.Groups), func(name string) bool {
		return !d.config.Policy().HasGroup(grants.group(name)) // what gives nothing is not kept
	})
	encoded, err := json.Marshal(groups)
	if err != nil {
		return "", err // unreachable: strings encode
	}
	person = memberID(proof.Issuer, proof.Subject)
	return person, d.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO members (person, provider, issuer, subject, name, email, groups, seen) "+
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			person, proof.Provider, proof.Issuer, proof.Subject, proof.Name, proof.Email, string(encoded), now.UnixNano())
		return err
	})
}

// admitListed finds somebody on the roster. The first subject that signs in as
// them is theirs from then on, so that an external id that is no more than a
// name lets nobody else in.
func (d *Directory) admitListed(ctx context.Context, proof Proof) (person string, err error) {
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		var id, subject string
		err := tx.QueryRowContext(ctx, "SELECT id, subject FROM roster_users WHERE provider = $1 AND external = $2 AND external <> ''", proof.Provider, proof.External).Scan(&id, &subject)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNotListed
		case err != nil:
			return err
		case subject != "" && subject != proof.Subject:
			return fmt.Errorf("%w: external id %.100q was another subject's before", ErrNotListed, proof.External)
		}
		person = memberPrefix + id
		_, err = tx.ExecContext(ctx, "UPDATE roster_users SET subject = $1 WHERE id = $2", proof.Subject, id)
		return err
	})
	return person, err
}

// A Member is somebody whom a provider vouches for.
type Member struct {
	Person            string
	Name              string
	Provider, Subject string
	Seen              time.Time // when they last signed in
	Listed            string    // id of the person of the policy that they are, or ""
	Known             bool      // the provider is still one of the configuration's
}

// Members returns everybody whom a provider has vouched for, by name. Those of
// rosters are not among them.
func (d *Directory) Members(ctx context.Context) (list []Member, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var m Member
			var seen int64
			err := rows.Scan(&m.Person, &m.Name, &m.Provider, &m.Subject, &seen)
			grants, known := d.config.Providers[m.Provider]
			m.Known, m.Listed = known && !grants.Roster, grants.People[m.Subject]
			m.Seen = time.Unix(0, seen)
			list = append(list, m)
			return err
		}, "SELECT person, name, provider, subject, seen FROM members ORDER BY name, person")
	})
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return list, nil
}

// group returns the policy's group for a provider's name. A site's word stands
// for none that it is not given.
func (g Grants) group(name string) string {
	if len(g.Groups) > 0 || g.Visitors {
		return g.Groups[name]
	}
	return name
}

// listed returns the person of the policy whom an id of the provider's stands
// for, or "".
func (g Grants) listed(id string) string {
	if id == "" {
		return ""
	}
	return g.People[id]
}
