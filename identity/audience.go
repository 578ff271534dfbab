package identity

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"bureau/access"
	"bureau/store"
)

// Audience returns what every one of several people may read at now, as
// [access.Policy.Audience] does. One who is shut out makes it zero, with the
// error of [Directory.Scope].
func (d *Directory) Audience(ctx context.Context, people []string, visitors bool, now time.Time) (access.Scope, error) {
	var listed []string
	var others [][]string
	err := d.db.Read(ctx, func(tx *sql.Tx) error {
		shut, err := disabledIn(ctx, tx)
		if err != nil {
			return err
		}
		for _, person := range people {
			if _, ok := shut[person]; !ok && !IsMember(person) && len(d.ties[person]) == 0 {
				listed = append(listed, person) // of whom there is nothing to look up
				continue
			}
			k, err := d.lookIn(ctx, tx, person)
			if err == nil {
				err = k.shut
			}
			switch {
			case err != nil:
				return fmt.Errorf("%q: %w", person, err)
			case k.listed != "":
				listed = append(listed, k.listed)
			case d.forgotten(k, now):
				return fmt.Errorf("%q: %w", person, ErrForgotten)
			default:
				others = append(others, k.groups)
			}
		}
		return nil
	})
	if err != nil {
		return access.Scope{}, fmt.Errorf("audience of %d: %w", len(people), err)
	}
	return d.config.Policy().AudienceWithGroups(listed, others, visitors, now)
}

// ByEmail returns the person on a roster whose address this is, where the
// configuration says that the provider verifies its addresses. An address of
// two people is nobody's. Case is of no account in ASCII letters.
func (d *Directory) ByEmail(ctx context.Context, address string) (who access.Person, ok bool, err error) {
	var found []string
	if address == "" {
		return who, false, nil
	}
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var user, provider string
			err := rows.Scan(&user, &provider)
			if grants := d.config.Providers[provider]; grants.Roster && grants.Verified {
				found = append(found, memberPrefix+user)
			}
			return err
		}, "SELECT u.id, u.provider FROM roster_emails e JOIN roster_users u ON u.id = e.user WHERE e.address = $1 AND u.active", address)
	})
	if err != nil {
		return who, false, fmt.Errorf("look an address up: %w", err)
	}
	if len(found) != 1 {
		return who, false, nil
	}
	who, ok = d.Person(found[0])
	return who, ok, nil
}
