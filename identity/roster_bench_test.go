package identity

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"bureau/access"
	"bureau/store"
)

// A large company: 10,000 people, 1,000 groups, of which everybody is in 20, and
// one group with all of them.
func BenchmarkRoster(b *testing.B) {
	h, r := newRoster(b, 10_000, 1_000, 20)
	person, n := memberPrefix+"u05000", 0
	for name, run := range map[string]func() error{
		"scope": func() error { _, err := h.Scope(person, h.now); return err },
		"find": func() error {
			_, _, err := r.Users(b.Context(), Query{Match: []Match{{UserName, "PERSON07777"}}, Count: 100})
			return err
		},
		"last page": func() error { _, _, err := r.Users(b.Context(), Query{Start: 9_900, Count: 100}); return err },
		"create": func() error {
			n++
			_, err := r.CreateUser(b.Context(), User{UserName: fmt.Sprint("new", n), External: fmt.Sprint("new", n), Active: true}, h.now)
			return err
		},
		"add to the group of all": func() error {
			_, err := r.ChangeGroup(b.Context(), "g0000", func(c *GroupChange) error { return c.Add([]string{"u05000"}) }, h.now)
			return err
		},
		"deactivate": func() error {
			_, err := r.ChangeUser(b.Context(), "u06000", func(u *User) error { u.Active = false; return nil }, h.now)
			return err
		},
		"an audience of 200": func() error {
			var people []string
			for i := range 200 {
				people = append(people, fmt.Sprintf("%su%05d", memberPrefix, i))
			}
			_, err := h.Audience(b.Context(), people, false, h.now)
			return err
		},
		"everybody's name": func() error { _, err := h.Everybody(b.Context()); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// newRoster returns a house with a roster, written at once.
func newRoster(b *testing.B, users, groups, of int) (*house, *Roster) {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "bureau.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	h := &house{t: b, now: time.Now()}
	h.says(company)
	stand := map[string]string{}
	for g := range groups {
		stand[fmt.Sprintf("x%04d", g)] = "finance-team"
	}
	h.Directory, err = Open(b.Context(), db, Config{Policy: func() *access.Policy { return h.policy.Load() }, Providers: map[string]Grants{"corp": {Issuer: issuer, Roster: true, Groups: stand}}})
	if err != nil {
		b.Fatal(err)
	}
	r, err := h.Roster("corp")
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Write(b.Context(), func(tx *sql.Tx) error {
		for g := range groups {
			if err := r.writeGroup(b.Context(), tx, Group{ID: fmt.Sprintf("g%04d", g), External: fmt.Sprintf("x%04d", g), Display: fmt.Sprint("Group ", g), Created: h.now, Changed: h.now}); err != nil {
				return err
			}
		}
		for u := range users {
			id := fmt.Sprintf("u%05d", u)
			if err := r.writeUser(b.Context(), tx, User{ID: id, External: id, UserName: fmt.Sprintf("person%05d", u), Active: true, Created: h.now, Changed: h.now}); err != nil {
				return err
			}
			for k := range of {
				g := 0
				if k > 0 {
					g = (u*of + k) % groups
				}
				if _, err := tx.ExecContext(b.Context(), "INSERT OR IGNORE INTO roster_members (user, grp) VALUES ($1, $2)", id, fmt.Sprintf("g%04d", g)); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	return h, r
}
