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

	"bureau/access"
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
	Name     string   // for display alone
	Email    string   // for display alone; "" unless verified
	Groups   []string // as the provider names them
	SID      string   // the provider's name for its session, or ""
}

// A Farewell is a provider's word that somebody has signed out there: one
// session of theirs, or every one where SID is "".
type Farewell struct {
	Issuer, Subject, SID string
}

// memberPrefix begins the ids of those whom a provider vouches for. No id of
// the configuration can begin so.
const memberPrefix = "sso:"

// memberID returns the id of a provider's person. It is made of what an issuer
// gives nobody else, so that a name or an address that is used again is nobody's.
func memberID(issuer, subject string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", issuer, subject))
	return memberPrefix + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// Admit takes in somebody whom a provider vouches for, with their groups of
// now, and returns who it is. It refuses who is disabled.
func (d *Directory) Admit(ctx context.Context, proof Proof, now time.Time) (person string, err error) {
	grants, ok := d.config.Providers[proof.Provider]
	if !ok || proof.Issuer != grants.Issuer || proof.Subject == "" {
		return "", fmt.Errorf("admit somebody of provider %q: %w", proof.Provider, ErrUnproved)
	}
	groups := slices.DeleteFunc(slices.Clone(proof.Groups), func(name string) bool {
		return !d.config.Policy().HasGroup(grants.group(name)) // what gives nothing is not kept
	})
	encoded, err := json.Marshal(groups)
	if err != nil {
		return "", err // unreachable: strings encode
	}
	person = memberID(proof.Issuer, proof.Subject)
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO members (person, provider, issuer, subject, name, email, groups, seen) "+
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			person, proof.Provider, proof.Issuer, proof.Subject, proof.Name, proof.Email, string(encoded), now.UnixNano())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("admit %s: %w", person, err)
	}
	known, err := d.look(ctx, person)
	if err == nil && known.disabled {
		err = ErrDisabled
	}
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

// Members returns everybody whom a provider has vouched for, by name.
func (d *Directory) Members(ctx context.Context) (list []Member, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var m Member
			var seen int64
			err := rows.Scan(&m.Person, &m.Name, &m.Provider, &m.Subject, &seen)
			grants, known := d.config.Providers[m.Provider]
			m.Known, m.Listed = known, grants.People[m.Subject]
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

// linked returns the ids under which providers know a person of the policy.
func (d *Directory) linked(person string) (ids []string) {
	for _, grants := range d.config.Providers {
		for subject, listed := range grants.People {
			if listed == person {
				ids = append(ids, memberID(grants.Issuer, subject))
			}
		}
	}
	return ids
}

// group returns the policy's group for a provider's name.
func (g Grants) group(name string) string {
	if len(g.Groups) > 0 {
		return g.Groups[name]
	}
	return name
}

// A known is what the directory knows of somebody.
type known struct {
	listed   string // id in the policy, or ""
	disabled bool
	visits   bool // is the visitor of a site
	name     string
	email    string
	groups   []string // of the policy
	seen     time.Time
}

// look returns what is known of a person. Whom neither the policy nor a
// provider that still counts knows is [access.ErrUnknownPerson].
func (d *Directory) look(ctx context.Context, person string) (k known, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		if k, err = d.lookIn(ctx, tx, person); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM disabled WHERE person IN ($1, $2))", person, k.listed).Scan(&k.disabled)
	})
	if err != nil {
		return known{}, fmt.Errorf("look up %q: %w", person, err)
	}
	return k, nil
}

func (d *Directory) lookIn(ctx context.Context, tx *sql.Tx, person string) (k known, err error) {
	if !strings.HasPrefix(person, memberPrefix) {
		if _, ok := d.config.Policy().Person(person); !ok {
			return k, access.ErrUnknownPerson
		}
		k.listed = person
		return k, nil
	}
	var provider, subject, groups string
	var seen int64
	err = tx.QueryRowContext(ctx, "SELECT provider, subject, name, email, groups, seen FROM members WHERE person = $1", person).
		Scan(&provider, &subject, &k.name, &k.email, &groups, &seen)
	grants, ok := d.config.Providers[provider]
	if errors.Is(err, sql.ErrNoRows) || err == nil && !ok {
		return k, access.ErrUnknownPerson
	}
	if err != nil {
		return k, err
	}
	k.listed, k.visits, k.seen = grants.People[subject], grants.Visitors, time.Unix(0, seen)
	var names []string
	if err := json.Unmarshal([]byte(groups), &names); err != nil {
		return k, err
	}
	for _, name := range names {
		k.groups = append(k.groups, grants.group(name))
	}
	return k, nil
}
