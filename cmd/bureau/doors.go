package main

import (
	"context"
	"log/slog"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/identity/oidc"
	"bureau/web"
)

// doors are the ways in that a server offers.
type doors struct {
	demo       bool // people choose who they are, and there is no other way
	anyAddress bool // also on an address that is not loopback
	// certificate is that of the server, nil where it speaks in the clear.
	certificate *certificate
}

// open adds the ways in to the server's configuration, and closes those that
// there are no more.
func (d doors) open(ctx context.Context, c *config, directory *identity.Directory, to *web.Config) error {
	to.Directory, to.DemoSignIn, to.AnyAddress = directory, d.demo, d.anyAddress
	to.Limits, to.Proxies = c.serve.Limits, c.serve.believed()
	ways := []string{identity.ByChoice}
	if !d.demo {
		to.Secure, to.Host, to.Passwords = c.serve.secure(), c.serve.host(), c.signIn.passwords()
		ways = nil
	}
	if to.Passwords {
		ways = append(ways, identity.ByPassword)
		accounts, err := directory.Accounts(ctx)
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			slog.Warn("nobody has an account: \"bureau user add PERSON\" makes one")
		}
	}
	for _, p := range c.signIn.Providers {
		if d.demo {
			break
		}
		provider, err := oidc.New(c.oidc(p))
		if err != nil {
			return err // unreachable: the configuration was checked
		}
		ways = append(ways, p.ID)
		name := p.Name
		if name == "" {
			name = p.ID
		}
		to.Providers = append(to.Providers, web.Provider{Voucher: provider, ID: p.ID, Name: access.Names{"": name}})
	}
	for _, site := range to.Sites {
		ways = append(ways, site.ID)
	}
	if !d.demo {
		to.Mounts = append(to.Mounts, c.scimDoor(directory, to.Audit)...)
	}
	_, err := directory.KeepOnly(ctx, ways)
	return err
}

// forget closes the ways in of those who have left the configuration.
func forget(ctx context.Context, directory *identity.Directory) {
	people, err := directory.Forget(ctx, time.Now())
	if err != nil && ctx.Err() == nil {
		slog.Error("the ways in of people who are gone were not closed; they read nothing", "error", err)
	}
	if people > 0 {
		slog.Info("people are gone from the configuration: their accounts, sessions and tokens are closed", "people", people)
	}
}
