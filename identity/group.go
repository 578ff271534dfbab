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

// A Group is one of a provider's roster.
type Group struct {
	ID               string // made here, and never given to another
	External         string // the provider's own id, or ""
	Display          string // a name, for display alone
	Created, Changed time.Time
}

// A GroupMember is a user who is in a group.
type GroupMember struct{ ID, Name string }

const groupColumns = "SELECT id, external, display, created, changed FROM roster_groups WHERE "

func scanGroup(row interface{ Scan(...any) error }) (g Group, err error) {
	var created, changed int64
	err = row.Scan(&g.ID, &g.External, &g.Display, &created, &changed)
	g.Created, g.Changed = time.Unix(0, created), time.Unix(0, changed)
	return g, err
}

// Group returns one by id, or ErrNoEntry.
func (r *Roster) Group(ctx context.Context, id string) (g Group, err error) {
	err = r.d.db.Read(ctx, func(tx *sql.Tx) error {
		g, err = r.groupIn(ctx, tx, id)
		return err
	})
	if err != nil {
		return Group{}, fmt.Errorf("group %.100q of provider %s: %w", id, r.provider, err)
	}
	return g, nil
}

func (r *Roster) groupIn(ctx context.Context, tx *sql.Tx, id string) (Group, error) {
	g, err := scanGroup(tx.QueryRowContext(ctx, groupColumns+"provider = $1 AND id = $2", r.provider, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Group{}, ErrNoEntry
	}
	return g, err
}

// Members returns who is in a group, by id.
func (r *Roster) Members(ctx context.Context, group string) (list []GroupMember, err error) {
	err = r.d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var u User
			err := rows.Scan(&u.ID, &u.UserName, &u.Display, &u.Formatted, &u.Given, &u.Family)
			list = append(list, GroupMember{u.ID, u.Name()})
			return err
		}, "SELECT u.id, u.user_name, u.display, u.formatted, u.given, u.family FROM roster_members m JOIN roster_users u ON u.id = m.user "+
			"WHERE m.grp = $1 AND u.provider = $2 ORDER BY m.user", group, r.provider)
	})
	if err != nil {
		return nil, fmt.Errorf("members of group %.100q of provider %s: %w", group, r.provider, err)
	}
	return list, nil
}

// Groups returns those that a query wants, the oldest first, and how many match
// in all.
func (r *Roster) Groups(ctx context.Context, q Query) (list []Group, total int, err error) {
	condition, args, err := r.where(q, groupConditions)
	if err != nil {
		return nil, 0, err
	}
	err = r.d.db.Read(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM roster_groups WHERE "+condition, args...).Scan(&total); err != nil {
			return err
		}
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			g, err := scanGroup(rows)
			list = append(list, g)
			return err
		}, groupColumns+condition+fmt.Sprintf(" ORDER BY created, id LIMIT %d OFFSET %d", q.Count, q.Start), args...)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list groups of provider %s: %w", r.provider, err)
	}
	return list, total, nil
}

// A GroupChange is a change of a group while it is made. Members are ids of
// users; one that the roster does not have is ErrNoEntry.
type GroupChange struct {
	Group
	ctx context.Context
	tx  *sql.Tx
	r   *Roster
}

// Add adds members, those who are in it already too.
func (c *GroupChange) Add(users []string) error {
	var unknown sql.NullString
	err := c.tx.QueryRowContext(c.ctx, "SELECT min(value) FROM json_each($1) WHERE value NOT IN (SELECT id FROM roster_users WHERE provider = $2 AND id = value)",
		jsonList(users), c.r.provider).Scan(&unknown)
	if err != nil {
		return err
	}
	if unknown.Valid {
		return fmt.Errorf("%w: member %.100q is no user: create the user first", ErrBadEntry, unknown.String)
	}
	_, err = c.tx.ExecContext(c.ctx, "INSERT OR IGNORE INTO roster_members (user, grp) SELECT value, $1 FROM json_each($2)", c.ID, jsonList(users))
	return err
}

// Remove removes members. Who is in it no more is no mistake.
func (c *GroupChange) Remove(users []string) error {
	_, err := c.tx.ExecContext(c.ctx, "DELETE FROM roster_members WHERE grp = $1 AND user IN (SELECT value FROM json_each($2))", c.ID, jsonList(users))
	return err
}

// Clear removes everybody.
func (c *GroupChange) Clear() error {
	_, err := c.tx.ExecContext(c.ctx, "DELETE FROM roster_members WHERE grp = $1", c.ID)
	return err
}

// CreateGroup adds a group with members, and makes its id. An external id that
// another has is ErrTaken; a name may be there several times, for it gives
// nobody anything.
func (r *Roster) CreateGroup(ctx context.Context, g Group, members []string, now time.Time) (Group, error) {
	g.ID, g.Created, g.Changed = newEntryID(), now, now
	err := r.d.db.Write(ctx, func(tx *sql.Tx) error {
		if err := r.writeGroup(ctx, tx, g); err != nil {
			return err
		}
		return (&GroupChange{g, ctx, tx, r}).Add(members)
	})
	if err != nil {
		return Group{}, fmt.Errorf("create a group of provider %s: %w", r.provider, err)
	}
	return g, nil
}

// ChangeGroup changes a group, as one step that nothing comes between.
func (r *Roster) ChangeGroup(ctx context.Context, id string, change func(*GroupChange) error, now time.Time) (g Group, err error) {
	err = r.d.db.Write(ctx, func(tx *sql.Tx) error {
		was, err := r.groupIn(ctx, tx, id)
		if err != nil {
			return err
		}
		c := &GroupChange{was, ctx, tx, r}
		if err := change(c); err != nil {
			return err
		}
		if g = c.Group; was.External != "" && g.External != was.External {
			return ErrImmutable
		}
		g.ID, g.Created, g.Changed = was.ID, was.Created, now
		return r.writeGroup(ctx, tx, g)
	})
	if err != nil {
		return Group{}, fmt.Errorf("change group %.100q of provider %s: %w", id, r.provider, err)
	}
	return g, nil
}

// DeleteGroup deletes a group. One that gets its name is another.
func (r *Roster) DeleteGroup(ctx context.Context, id string) error {
	err := r.d.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, "DELETE FROM roster_groups WHERE provider = $1 AND id = $2", r.provider, id))
		if err == nil && n == 0 {
			err = ErrNoEntry
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete group %.100q of provider %s: %w", id, r.provider, err)
	}
	return nil
}

func (r *Roster) writeGroup(ctx context.Context, tx *sql.Tx, g Group) error {
	if strings.TrimSpace(g.Display) == "" {
		return fmt.Errorf("%w: displayName is missing", ErrBadEntry)
	}
	if err := checkTexts(g.External, g.Display); err != nil {
		return err
	}
	var taken bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM roster_groups WHERE provider = $1 AND external = $2 AND external <> '' AND id <> $3)",
		r.provider, g.External, g.ID).Scan(&taken); err != nil {
		return err
	}
	if taken {
		return fmt.Errorf("%s: %w", ExternalID, ErrTaken)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO roster_groups (id, provider, external, display, created, changed) VALUES ($1, $2, $3, $4, $5, $6) "+
		"ON CONFLICT (id) DO UPDATE SET external = $3, display = $4, changed = $6", g.ID, r.provider, g.External, g.Display, g.Created.UnixNano(), g.Changed.UnixNano())
	return err
}

// A CountedGroup is a group with how many are in it, and the policy's group that
// it stands for, or "".
type CountedGroup struct {
	Group
	Members   int
	StandsFor string
}

// AllGroups returns every group, by name.
func (r *Roster) AllGroups(ctx context.Context) (list []CountedGroup, err error) {
	grants := r.d.config.Providers[r.provider]
	err = r.d.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var g CountedGroup
			err := rows.Scan(&g.ID, &g.External, &g.Display, &g.Members)
			if g.StandsFor = grants.rosterGroup(g.ID, g.External); !r.d.config.Policy().HasGroup(g.StandsFor) {
				g.StandsFor = ""
			}
			list = append(list, g)
			return err
		}, "SELECT id, external, display, (SELECT count(*) FROM roster_members WHERE grp = id) FROM roster_groups WHERE provider = $1 ORDER BY display, id", r.provider)
	})
	if err != nil {
		return nil, fmt.Errorf("list groups of provider %s: %w", r.provider, err)
	}
	return list, nil
}
