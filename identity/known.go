package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"bureau/access"
	"bureau/store"
)

// A known is what the directory knows of somebody.
type known struct {
	listed   string // id in the policy, or ""
	shut     error  // why they are nobody at the moment, or nil
	name     string
	email    string
	groups   []string // of the policy
	onRoster bool
	visits   bool      // is the visitor of a site
	seen     time.Time // when a provider last vouched for them
}

func (k known) isShut() bool { return k.shut != nil }

// look returns what is known of a person. Whom neither the policy nor a
// provider that still counts knows is [access.ErrUnknownPerson].
func (d *Directory) look(ctx context.Context, person string) (k known, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		k, err = d.lookIn(ctx, tx, person)
		return err
	})
	if err != nil {
		return known{}, fmt.Errorf("look up %q: %w", person, err)
	}
	return k, nil
}

func (d *Directory) lookIn(ctx context.Context, tx *sql.Tx, person string) (k known, err error) {
	if !IsMember(person) {
		if _, ok := d.config.Policy().Person(person); !ok {
			return k, access.ErrUnknownPerson
		}
		k.listed = person
	} else if k, err = d.lookUser(ctx, tx, person); errors.Is(err, sql.ErrNoRows) {
		k, err = d.lookMember(ctx, tx, person)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return known{}, access.ErrUnknownPerson
	}
	if err == nil && k.listed != "" {
		err = d.holdAgainstRosters(ctx, tx, &k)
	}
	if err != nil {
		return known{}, err
	}
	var disabled bool
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM disabled WHERE person IN ($1, $2))", person, k.listed).Scan(&disabled)
	if disabled {
		k.shut = ErrDisabled
	}
	return k, err
}

// lookMember looks somebody up whom a provider has vouched for.
func (d *Directory) lookMember(ctx context.Context, tx *sql.Tx, person string) (k known, err error) {
	var provider, subject, groups string
	var seen int64
	if err := tx.QueryRowContext(ctx, "SELECT provider, subject, name, email, groups, seen FROM members WHERE person = $1", person).
		Scan(&provider, &subject, &k.name, &k.email, &groups, &seen); err != nil {
		return known{}, err
	}
	grants, ok := d.config.Providers[provider]
	if !ok || grants.Roster { // which knows its people by another id
		return known{}, access.ErrUnknownPerson
	}
	k.listed, k.visits, k.seen = grants.listed(subject), grants.Visitors, time.Unix(0, seen)
	var names []string
	if err := json.Unmarshal([]byte(groups), &names); err != nil {
		return known{}, err
	}
	for _, name := range names {
		k.groups = append(k.groups, grants.group(name))
	}
	return k, nil
}

// lookUser looks somebody up who is on a provider's roster.
func (d *Directory) lookUser(ctx context.Context, tx *sql.Tx, person string) (k known, err error) {
	id := strings.TrimPrefix(person, memberPrefix)
	var provider string
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+"id = $1", id), &provider)
	if err != nil {
		return known{}, err
	}
	grants := d.config.Providers[provider]
	if !grants.Roster {
		return known{}, access.ErrUnknownPerson
	}
	k = known{listed: grants.listed(u.External), name: u.Name(), onRoster: true}
	if grants.Verified {
		k.email = u.Email()
	}
	if !u.Active {
		k.shut = ErrInactive
	}
	return k, store.Each(ctx, tx, func(rows *sql.Rows) error {
		var id, external string
		err := rows.Scan(&id, &external)
		if group := grants.rosterGroup(id, external); group != "" {
			k.groups = append(k.groups, group)
		}
		return err
	}, "SELECT g.id, g.external FROM roster_members m JOIN roster_groups g ON g.id = m.grp WHERE m.user = $1 AND g.provider = $2 ORDER BY g.id", id, provider)
}

// rosterGroup returns the policy's group for a group of a roster, or "". Its
// name is not asked for.
func (g Grants) rosterGroup(id, external string) string {
	if external != "" {
		if group := g.group(external); group != "" {
			return group
		}
	}
	return g.Groups[id]
}

// holdAgainstRosters shuts a person of the policy out whom the configuration
// ties to somebody on a roster who is not there, or not active: they are one
// person, however they come in.
func (d *Directory) holdAgainstRosters(ctx context.Context, tx *sql.Tx, k *known) error {
	for _, t := range d.ties[k.listed] {
		if !d.config.Providers[t.provider].Roster {
			continue
		}
		var active bool
		err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM roster_users WHERE provider = $1 AND external = $2 AND active)", t.provider, t.id).Scan(&active)
		if err != nil {
			return err
		}
		if !active {
			k.shut = ErrInactive
		}
	}
	return nil
}

// A tie is an id at a provider that stands for a person of the policy.
type tie struct{ provider, id string }

// tied returns the ties of a configuration by their people.
func tied(providers map[string]Grants) map[string][]tie {
	ties := map[string][]tie{}
	for provider, grants := range providers {
		for id, listed := range grants.People {
			ties[listed] = append(ties[listed], tie{provider, id})
		}
	}
	return ties
}
