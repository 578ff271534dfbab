package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"bureau/audit"
	"bureau/identity"
	"bureau/identity/scim"
	"bureau/web"
)

// A scimConfig says that a provider's directory sends its people and groups.
type scimConfig struct {
	Claim             string `yaml:"claim"`              // of the provider's tokens that is the externalId; sub unless set
	VerifiedAddresses bool   `yaml:"verified_addresses"` // the provider verifies its addresses: Slack may find people by them
}

func (c *scimConfig) claim() string {
	if c.Claim == "" {
		return "sub"
	}
	return c.Claim
}

// nameClaims are claims with names, which a provider may give to somebody else.
var nameClaims = []string{"name", "given_name", "family_name", "nickname", "preferred_username", "username", "email", "upn", "unique_name", "phone_number"}

// scimMistakes returns what is wrong with how a provider sends people.
func (p providerConfig) scimMistakes() (mistakes []string) {
	if p.SCIM == nil {
		return nil
	}
	if slices.Contains(nameClaims, p.SCIM.claim()) {
		mistakes = append(mistakes, fmt.Sprintf("scim.claim: %s is a name, which may be given to somebody else; use an id such as sub or oid", p.SCIM.Claim))
	}
	if p.GroupsClaim != "" {
		mistakes = append(mistakes, "groups_claim: with scim the groups are those that SCIM sends; leave it out")
	}
	return mistakes
}

// scimDoor returns where providers send people and groups, or nil where none
// does.
func (c *config) scimDoor(directory *identity.Directory, record web.Audit) []web.Mount {
	if len(c.rosterProviders()) == 0 {
		return nil
	}
	door := scim.New(scim.Config{Directory: directory, Base: c.scimURL(), Changed: func(ctx context.Context, change scim.Change) {
		err := record.Append(ctx, audit.Entry{
			By:    audit.By{Door: audit.Server, SignIn: change.Provider, Token: change.Token},
			Event: audit.DirectoryChanged{Change: change.What, ID: change.ID},
		})
		if err != nil {
			slog.Error("a change of a provider's directory is missing in the audit", "error", err)
		}
	}})
	return []web.Mount{{
		Pattern: "/scim/v2/", Callers: web.Directories, Changes: true, Body: scim.MaxBody,
		Handler: http.StripPrefix("/scim/v2", door), Knock: door.Knock,
	}}
}

// scimURL is the address that a provider is told.
func (c *config) scimURL() string { return strings.TrimSuffix(c.serve.URL, "/") + "/scim/v2" }

// rosterProviders are the ids of the providers that send people and groups.
func (c *config) rosterProviders() (ids []string) {
	for _, p := range c.signIn.Providers {
		if p.SCIM != nil {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

type scimCommand struct {
	Token struct {
		Create scimCreateCommand `cmd:"" help:"Make a token for a provider's directory, and print it once."`
		List   scimListCommand   `cmd:"" help:"List the tokens."`
		Revoke scimRevokeCommand `cmd:"" help:"End a token."`
	} `cmd:"" help:"Make, list and end tokens for SCIM."`
	Groups scimGroupsCommand `cmd:"" help:"List the groups that a provider sent, with their ids and what they stand for."`
}

type scimCreateCommand struct {
	Provider string        `arg:"" help:"Id of the provider."`
	Name     string        `placeholder:"NAME" default:"scim" help:"What it is for."`
	Expires  time.Duration `placeholder:"TIME" default:"4320h" help:"How long it is good for, such as 720h; at most a year."`
}

type scimListCommand struct{ reporting }

type scimRevokeCommand struct {
	ID string `arg:"" help:"Id of the token, as \"bureau scim token list\" has it."`
}

type scimGroupsCommand struct {
	reporting
	Provider string `arg:"" help:"Id of the provider."`
}

// noRoster says that a provider sends no people.
func noRoster(c *config, provider string) error {
	return misuse{fmt.Errorf("provider %q sends no people: add \"scim: {claim: sub}\" to it in %s, and see docs/scim.md", provider, c.file)}
}

// Run makes a token. Its secret is all that goes to standard output.
func (c *scimCreateCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		if !slices.Contains(p.config.rosterProviders(), c.Provider) {
			return noRoster(p.config, c.Provider)
		}
		now := time.Now()
		token, secret, err := d.NewRosterToken(ctx, identity.RosterToken{Provider: c.Provider, Name: c.Name, Expires: now.Add(c.Expires)}, now)
		if err != nil {
			return err
		}
		if err := p.record(ctx, byShell(), "", audit.TokenMade{Token: token.ID, Owner: c.Provider, Name: token.Name, Service: true, Actions: []string{"scim"}, Expires: token.Expires}); err != nil {
			return errors.Join(err, d.RevokeRosterToken(ctx, token.ID))
		}
		fmt.Fprintf(e.stderr, "Token %s for %s, until %s. It is shown once:\n", token.ID, p.config.scimURL(), token.Expires.Format(time.RFC3339))
		fmt.Fprintln(e.stdout, secret)
		return nil
	})
}

// A scimTokenReport is one line of "bureau scim token list".
type scimTokenReport struct {
	ID       string    `json:"id"`
	Provider string    `json:"provider"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires"`
	Used     time.Time `json:"used,omitzero"`
}

// Run lists the tokens.
func (c *scimListCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(_ *parts, d *identity.Directory) error {
		tokens, err := d.RosterTokens(ctx)
		if err != nil {
			return err
		}
		list := []scimTokenReport{}
		for _, t := range tokens {
			list = append(list, scimTokenReport{t.ID, t.Provider, t.Name, t.Created, t.Expires, t.Used})
		}
		return c.report(e.stdout, list, func(w io.Writer) {
			for _, t := range list {
				used := "never used"
				if !t.Used.IsZero() {
					used = "used " + t.Used.Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%s %q of provider %s: %s, until %s\n", t.ID, t.Name, t.Provider, used, t.Expires.Format(time.RFC3339))
			}
		})
	})
}

// Run ends a token.
func (c *scimRevokeCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		if err := d.RevokeRosterToken(ctx, c.ID); err != nil {
			return fmt.Errorf("%w; \"bureau scim token list\" has their ids", err)
		}
		p.note(ctx, e, audit.TokenRevoked{Token: c.ID})
		fmt.Fprintf(e.stdout, "Token %s has ended. What it sent stays.\n", c.ID)
		return nil
	})
}

// A scimGroupReport is one line of "bureau scim groups".
type scimGroupReport struct {
	ID       string `json:"id"`
	External string `json:"externalId,omitempty"`
	Name     string `json:"name"` // for display; it may change
	Members  int    `json:"members"`
	Group    string `json:"group,omitempty"` // of the configuration that it stands for
}

// Run lists the groups of a provider.
func (c *scimGroupsCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		roster, err := d.Roster(c.Provider)
		if err != nil {
			return noRoster(p.config, c.Provider)
		}
		list := []scimGroupReport{}
		groups, err := roster.AllGroups(ctx)
		if err != nil {
			return err
		}
		for _, g := range groups {
			list = append(list, scimGroupReport{g.ID, g.External, g.Display, g.Members, g.StandsFor})
		}
		return c.report(e.stdout, list, func(w io.Writer) {
			for _, g := range list {
				stands := "nothing: its id may stand in the provider's groups"
				if g.Group != "" {
					stands = g.Group
				}
				id := g.ID
				if g.External != "" {
					id += " (externalId " + g.External + ")"
				}
				fmt.Fprintf(w, "%s %q: %d members, stands for %s\n", id, g.Name, g.Members, stands)
			}
		})
	})
}
