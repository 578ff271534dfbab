package main

import (
	"context"
	"fmt"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/identity/oidc"
)

// Bounds of what the doctor takes for well.
const (
	clockBound = time.Minute         // that a provider's tokens may be late
	tokenSoon  = 14 * 24 * time.Hour // before a token ends, somebody should know
)

// examineSignIn looks at every provider that people sign in with, and at those
// that send people.
func (p *parts) examineSignIn(ctx context.Context) (findings []finding) {
	for _, one := range p.config.signIn.Providers {
		findings = append(findings, p.examineProvider(ctx, one))
	}
	if len(p.config.rosterProviders()) == 0 {
		return findings
	}
	directory, err := p.directory(ctx, func() *access.Policy { return p.config.policy })
	if err != nil {
		return append(findings, finding{Part: "scim", Says: err.Error(), Remedy: "bureau ingest -c " + p.config.file})
	}
	for _, id := range p.config.rosterProviders() {
		findings = append(findings, p.examineRoster(ctx, directory, id))
	}
	return findings
}

// examineProvider asks a provider what it is.
func (p *parts) examineProvider(ctx context.Context, one providerConfig) finding {
	f := finding{Part: "sign-in " + one.ID}
	config := p.config.oidc(one)
	provider, err := oidc.New(config)
	if err != nil {
		f.Says, f.Remedy = err.Error(), "edit "+p.config.file // unreachable: the configuration was checked
		return f
	}
	found, err := provider.Checkup(ctx)
	switch {
	case err != nil:
		f.Says, f.Remedy = err.Error(), "see that this machine reaches "+one.Issuer+"/.well-known/openid-configuration, and that \"issuer\" there is the same to the letter"
	case found.Keys == 0:
		f.Says, f.Remedy = "it publishes no keys for signatures", "have the provider make a signing key"
	case found.Clock.Abs() > clockBound:
		f.Says, f.Remedy = fmt.Sprintf("its clock and this machine's are %v apart", found.Clock.Abs()), "set this machine's clock, by NTP"
	default:
		f.OK = true
		f.Says = fmt.Sprintf("%s answers, with %d keys; its redirect URI for Bureau must be %s", one.Issuer, found.Keys, config.Redirect)
	}
	return f
}

// examineRoster looks at what a provider's directory has sent.
func (p *parts) examineRoster(ctx context.Context, d *identity.Directory, id string) finding {
	f := finding{Part: "scim " + id}
	tokens, err := d.RosterTokens(ctx)
	if err != nil {
		f.Says, f.Remedy = err.Error(), "bureau ingest -c "+p.config.file
		return f
	}
	var until, used time.Time
	for _, t := range tokens {
		if t.Provider != id {
			continue
		}
		if t.Expires.After(until) {
			until = t.Expires
		}
		if t.Used.After(used) {
			used = t.Used
		}
	}
	f.Remedy = fmt.Sprintf("bureau scim token create %s -c %s, and give it to the provider with the address %s", id, p.config.file, p.config.scimURL())
	switch now := time.Now(); {
	case !until.After(now):
		f.Says = "there is no token that is good, so the provider sends nothing"
	case until.Before(now.Add(tokenSoon)):
		f.Says = "the last token ends at " + until.Format(time.RFC3339)
	case used.IsZero():
		f.Says = "the provider has never sent anything, so nobody signs in"
		f.Remedy = "give the provider the token and the address " + p.config.scimURL() + ", and start its provisioning"
	default:
		return p.examineGroups(ctx, d, id, used)
	}
	return f
}

// examineGroups says what the groups of a provider come to.
func (p *parts) examineGroups(ctx context.Context, d *identity.Directory, id string, used time.Time) finding {
	f := finding{Part: "scim " + id}
	roster, err := d.Roster(id)
	if err == nil {
		var groups []identity.CountedGroup
		var users int
		if groups, err = roster.AllGroups(ctx); err == nil {
			_, users, err = roster.Users(ctx, identity.Query{})
		}
		stand := 0
		for _, g := range groups {
			if g.StandsFor != "" {
				stand++
			}
		}
		f.OK = err == nil && stand > 0
		f.Says = fmt.Sprintf("last request at %s; %d people, %d groups, of which %d stand for groups of the configuration", used.Format(time.RFC3339), users, len(groups), stand)
	}
	if err != nil {
		f.Says = err.Error()
	}
	if !f.OK {
		f.Remedy = "put ids of \"bureau scim groups " + id + "\" into the provider's groups in " + p.config.file
	}
	return f
}
