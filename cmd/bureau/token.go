package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/identity"
)

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make a token for a program, and print it once."`
	List   tokenListCommand   `cmd:"" help:"List the tokens."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token."`
}

type tokenCreateCommand struct {
	Owner       string        `arg:"" help:"Id of the person who answers for it. It reads no more than they do."`
	Name        string        `required:"" placeholder:"NAME" help:"What it is for."`
	Service     bool          `help:"Keep its conversations apart from its owner's."`
	Departments []string      `placeholder:"ID,…" help:"Departments it reads, of those its owner does; all of them unless given."`
	Actions     []string      `placeholder:"ACTION,…" default:"ask" help:"What it may do: ask, conversations."`
	Expires     time.Duration `placeholder:"TIME" default:"2160h" help:"How long it is good for, such as 720h; at most a year."`
}

type tokenListCommand struct {
	reporting
	Owner string `placeholder:"PERSON" help:"Those of one person alone."`
}

type tokenRevokeCommand struct {
	ID string `arg:"" help:"Id of the token, as \"bureau token list\" has it."`
}

// Run makes a token. Its secret is all that goes to standard output.
func (c *tokenCreateCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		now := time.Now()
		token := identity.Token{Owner: c.Owner, Name: c.Name, Service: c.Service, Expires: now.Add(c.Expires)}
		for _, department := range c.Departments {
			token.Departments = append(token.Departments, access.Department(department))
		}
		for _, action := range c.Actions {
			token.Actions = append(token.Actions, identity.Action(action))
		}
		token, secret, err := d.NewToken(ctx, token, now)
		if errors.Is(err, access.ErrUnknownPerson) {
			return unknownPerson(p.config, c.Owner)
		}
		if err != nil {
			return err
		}
		if err := p.record(ctx, byShell(), "", madeLine(token)); err != nil {
			return errors.Join(err, d.Revoke(ctx, token.ID))
		}
		fmt.Fprintf(e.stderr, "Token %s, until %s. It is shown once:\n", token.ID, token.Expires.Format(time.RFC3339))
		fmt.Fprintln(e.stdout, secret)
		return nil
	})
}

// madeLine returns the line of a new token.
func madeLine(t identity.Token) audit.TokenMade {
	made := audit.TokenMade{Token: t.ID, Owner: t.Owner, Name: t.Name, Service: t.Service, Expires: t.Expires}
	for _, d := range t.Departments {
		made.Departments = append(made.Departments, string(d))
	}
	for _, a := range t.Actions {
		made.Actions = append(made.Actions, string(a))
	}
	return made
}

// A tokenReport is one line of "bureau token list".
type tokenReport struct {
	ID          string              `json:"id"`
	Owner       string              `json:"owner"`
	Name        string              `json:"name"`
	Service     bool                `json:"service"`
	Departments []access.Department `json:"departments"` // null for all that the owner reads
	Actions     []identity.Action   `json:"actions"`
	Created     time.Time           `json:"created"`
	Expires     time.Time           `json:"expires"`
	Used        time.Time           `json:"used,omitzero"`
}

// Run lists the tokens.
func (c *tokenListCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(_ *parts, d *identity.Directory) error {
		tokens, err := d.Tokens(ctx, c.Owner)
		if err != nil {
			return err
		}
		list := []tokenReport{}
		for _, t := range tokens {
			list = append(list, tokenReport{t.ID, t.Owner, t.Name, t.Service, t.Departments, t.Actions, t.Created, t.Expires, t.Used})
		}
		return c.report(e.stdout, list, func(w io.Writer) {
			for _, t := range list {
				fmt.Fprintf(w, "%s %q of %s: %s, until %s\n", t.ID, t.Name, t.Owner, t.limits(), t.Expires.Format(time.RFC3339))
			}
		})
	})
}

// limits says in words what a token is good for.
func (t tokenReport) limits() string {
	var actions []string
	for _, a := range t.Actions {
		actions = append(actions, string(a))
	}
	about := "all that the owner reads"
	if t.Departments != nil {
		about = strings.Trim(fmt.Sprint(t.Departments), "[]")
	}
	kind := "personal"
	if t.Service {
		kind = "service"
	}
	return kind + ", " + strings.Join(actions, " and ") + ", about " + about
}

// Run ends a token.
func (c *tokenRevokeCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		if err := d.Revoke(ctx, c.ID); err != nil {
			return fmt.Errorf("%w; \"bureau token list\" has their ids", err)
		}
		p.note(ctx, e, audit.TokenRevoked{Token: c.ID})
		fmt.Fprintf(e.stdout, "Token %s has ended.\n", c.ID)
		return nil
	})
}
