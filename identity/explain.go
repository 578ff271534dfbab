package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"bureau/access"
	"bureau/store"
)

// Explain says whether a person may read at now a document that r describes, and
// why. The verdict is that of [access.Scope.Allows] for their scope.
func (d *Directory) Explain(ctx context.Context, person string, now time.Time, r access.Readers) (access.Explanation, error) {
	k, err := d.look(ctx, person)
	if err == nil && !k.isShut() && k.listed == "" && d.forgotten(k, now) {
		k.shut = ErrForgotten
	}
	switch {
	case errors.Is(err, access.ErrUnknownPerson):
		return access.Explanation{Reasons: []access.Reason{{Rule: access.UnknownPerson}}}, nil
	case err != nil:
		return access.Explanation{}, err
	case k.isShut():
		return access.Explanation{Reasons: []access.Reason{{Rule: access.ShutOut, Detail: k.shut.Error()}}}, nil
	case k.listed != "":
		return d.config.Policy().Explain(k.listed, now, r), nil
	}
	return d.config.Policy().ExplainGroups(k.groups, now, r), nil
}

// Groups returns the policy's groups of somebody whom only a provider knows; of
// others none, for the policy says where they belong.
func (d *Directory) Groups(ctx context.Context, person string) (groups []string, err error) {
	k, err := d.look(ctx, person)
	if errors.Is(err, access.ErrUnknownPerson) {
		return nil, nil
	}
	if err != nil || k.listed != "" {
		return nil, err
	}
	return slices.DeleteFunc(k.groups, func(id string) bool { return !d.config.Policy().HasGroup(id) }), nil
}

// Everybody returns who may have a way in: the people of the policy, and then,
// by name, those whom only a provider knows.
func (d *Directory) Everybody(ctx context.Context) (list []access.Person, err error) {
	members, err := d.Members(ctx)
	if err != nil {
		return nil, err
	}
	list = d.config.Policy().People()
	for _, m := range members {
		if m.Known && m.Listed == "" {
			list = append(list, access.Person{ID: m.Person, Name: m.Name})
		}
	}
	users, err := d.RosterUsers(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if u.Known && u.Listed == "" {
			list = append(list, access.Person{ID: u.Person(), Name: u.Name()})
		}
	}
	return list, nil
}

// A RosterUser is somebody on the roster of a provider.
type RosterUser struct {
	User
	Provider string
	Listed   string // id of the person of the policy that they are, or ""
	Known    bool   // the provider still sends a roster
}

// RosterUsers returns everybody on any roster, by name.
func (d *Directory) RosterUsers(ctx context.Context) (list []RosterUser, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var provider string
			u, err := scanUser(rows, &provider)
			grants := d.config.Providers[provider]
			list = append(list, RosterUser{u, provider, grants.listed(u.External), grants.Roster})
			return err
		}, userColumns+"true ORDER BY display, user_name, id")
	})
	if err != nil {
		return nil, fmt.Errorf("list the users of rosters: %w", err)
	}
	return list, nil
}
