package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"bureau/audit"
	"bureau/identity"
)

type sessionCommand struct {
	List   sessionListCommand   `cmd:"" help:"List who is signed in."`
	Revoke sessionRevokeCommand `cmd:"" help:"Sign a person out everywhere."`
}

type sessionListCommand struct{ reporting }

type sessionRevokeCommand struct {
	Person string `arg:"" help:"Id of the person."`
}

// A sessionReport is one line of "bureau session list".
type sessionReport struct {
	Person   string    `json:"person"`
	Provider string    `json:"provider"`
	Begun    time.Time `json:"begun"`
	Used     time.Time `json:"used"`
	Until    time.Time `json:"until"`
}

// Run lists the sessions.
func (c *sessionListCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(_ *parts, d *identity.Directory) error {
		sessions, err := d.Sessions(ctx, "", time.Now())
		if err != nil {
			return err
		}
		list := []sessionReport{}
		for _, one := range sessions {
			list = append(list, sessionReport{one.Person, one.Provider, one.Begun, one.Used, one.Until})
		}
		return c.report(e.stdout, list, func(w io.Writer) {
			for _, one := range list {
				fmt.Fprintf(w, "%s by %s since %s, used %s, until %s\n", one.Person, one.Provider,
					one.Begun.Format(time.RFC3339), one.Used.Format(time.RFC3339), one.Until.Format(time.RFC3339))
			}
		})
	})
}

// Run signs a person out.
func (c *sessionRevokeCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		n, err := d.EndAll(ctx, c.Person)
		if err != nil {
			return err
		}
		p.note(ctx, e, audit.SessionsEnded{Person: c.Person, Sessions: n})
		fmt.Fprintf(e.stdout, "%d sessions of %s have ended. Who may sign in can do so again: \"bureau user disable\" shuts somebody out.\n", n, c.Person)
		return nil
	})
}
