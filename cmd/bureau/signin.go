package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"bureau/access"
	"bureau/identity"
	"bureau/identity/oidc"
)

// providerSecret begins the variable that has a provider's client secret; its
// id in capitals follows, with _ for -.
const providerSecret = "BUREAU_SIGN_IN_SECRET_"

// A signInConfig says how people sign in.
type signInConfig struct {
	Passwords *bool            `yaml:"passwords"` // with accounts of "bureau user"; where there is no provider unless false
	Idle      time.Duration    `yaml:"idle"`      // after which an unused session ends
	Session   time.Duration    `yaml:"session"`   // after which any session ends
	Remember  days             `yaml:"remember"`  // how long a provider's word counts for tokens
	Providers []providerConfig `yaml:"providers"`
	Visitors  []visitorsConfig `yaml:"visitors"` // of sites that hold the widget
}

// A providerConfig is one entry of sign_in.providers.
type providerConfig struct {
	ID          string            `yaml:"id"`
	Name        string            `yaml:"name"` // on the sign-in page; the id unless set
	Issuer      string            `yaml:"issuer"`
	ClientID    string            `yaml:"client_id"`
	Scopes      []string          `yaml:"scopes"`
	GroupsClaim string            `yaml:"groups_claim"`
	NameClaim   string            `yaml:"name_claim"`
	Require     map[string]string `yaml:"require"` // claims that must have a value
	Groups      map[string]string `yaml:"groups"`  // the policy's groups by the provider's names
	People      map[string]string `yaml:"people"`  // the policy's people by the provider's subject
	SCIM        *scimConfig       `yaml:"scim"`    // its directory sends people and groups
	line        int               // in the file, set by locate
	secret      string            // from the environment, "" for a public client
}

// locate gives the decoded providers their lines, for messages about them.
func (c *signInConfig) locate(name string, document []byte) error {
	var file struct {
		SignIn struct {
			Providers []yaml.Node `yaml:"providers"`
			Visitors  []yaml.Node `yaml:"visitors"`
		} `yaml:"sign_in"`
	}
	if err := yaml.Unmarshal(document, &file); err != nil {
		return inWords(name, err)
	}
	for i, node := range file.SignIn.Providers {
		if node.Tag == "!!null" || i >= len(c.Providers) {
			return fmt.Errorf("%s:%d: a provider without anything in it", name, node.Line)
		}
		c.Providers[i].line = node.Line
		for k := 0; k+1 < len(node.Content); k += 2 {
			if value := node.Content[k+1]; node.Content[k].Value == "scim" && value.Tag == "!!null" {
				return fmt.Errorf("%s:%d: scim without anything in it: write {claim: sub}, or leave it out", name, value.Line)
			}
		}
	}
	for i, node := range file.SignIn.Visitors {
		if node.Tag == "!!null" || i >= len(c.Visitors) {
			return fmt.Errorf("%s:%d: visitors of a site without anything in it", name, node.Line)
		}
		c.Visitors[i].line = node.Line
	}
	return nil
}

// providerID is what an id of a provider looks like: it is in addresses.
var providerID = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// checkSignIn returns every mistake in how people sign in, with its line.
func (c *config) checkSignIn() error {
	var mistakes []error
	mistake := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(c.file+format, args...)) }
	if err := checkURL(c.serve.URL); err != nil {
		mistake(": serve.url: %w", err)
	}
	if c.signIn.Idle < 0 || c.signIn.Session < 0 || c.signIn.Remember < 0 {
		mistake(": sign_in: idle, session and remember must be times such as 4h")
	}
	seen := map[string]bool{identity.ByChoice: true, identity.ByPassword: true}
	for _, p := range c.signIn.Providers {
		at := fmt.Sprintf(":%d: provider %s: ", p.line, p.ID)
		if !providerID.MatchString(p.ID) || seen[p.ID] {
			mistake(at + "its id must be lower-case letters and digits with single - inside, and no other's")
		}
		seen[p.ID] = true
		if _, err := oidc.New(c.oidc(p)); err != nil {
			mistake(at+"%w", err)
		}
		for _, says := range p.scimMistakes() {
			mistake(at + says)
		}
		if c.serve.URL == "" {
			mistake(at + "serve.url is missing: the provider leads people back to it")
		}
		for _, name := range slices.Sorted(maps.Keys(p.Groups)) {
			if group := p.Groups[name]; !c.policy.HasGroup(group) {
				mistake(at+"groups: %q stands for group %q, which is not in groups", name, group)
			}
		}
		for _, subject := range slices.Sorted(maps.Keys(p.People)) {
			if _, ok := c.policy.Person(p.People[subject]); !ok {
				mistake(at+"people: %q stands for person %q, who is not in people", subject, p.People[subject])
			}
		}
	}
	c.checkVisitors(seen, mistake)
	return errors.Join(mistakes...)
}

// checkURL reports what is wrong with the address that people reach Bureau at.
// In the clear it must be this machine's own.
func checkURL(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q is not an address like https://bureau.example.com", address)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return fmt.Errorf("%q must begin with https://: passwords and sessions would travel in the clear", address)
	}
	return nil
}

// oidc returns how a provider is asked.
func (c *config) oidc(p providerConfig) oidc.Config {
	o := oidc.Config{
		ID: p.ID, Issuer: p.Issuer, ClientID: p.ClientID, Secret: p.secret, Scopes: p.Scopes,
		Redirect:    strings.TrimSuffix(c.serve.URL, "/") + "/sign-in/" + p.ID + "/callback",
		GroupsClaim: p.GroupsClaim, NameClaim: p.NameClaim, Require: p.Require,
	}
	if o.Scopes == nil {
		o.Scopes = []string{"profile", "email"}
	}
	switch {
	case p.SCIM != nil: // the roster has the groups, however many they are
		o.RosterClaim = p.SCIM.claim()
	case o.GroupsClaim == "":
		o.GroupsClaim = "groups"
	}
	if o.NameClaim == "" {
		o.NameClaim = "name"
	}
	return o
}

// passwords reports whether people sign in with accounts of Bureau's own.
func (c signInConfig) passwords() bool {
	if c.Passwords != nil {
		return *c.Passwords
	}
	return len(c.Providers) == 0
}

// configured reports whether the file says anything about signing in.
func (c signInConfig) configured() bool {
	return c.Passwords != nil || len(c.Providers) > 0 || len(c.Visitors) > 0
}

// directory opens the directory of who may ask. policy returns the policy of
// the moment.
func (p *parts) directory(ctx context.Context, policy func() *access.Policy) (*identity.Directory, error) {
	c := p.config.signIn
	grants := map[string]identity.Grants{}
	for _, one := range c.Providers {
		grants[one.ID] = identity.Grants{
			Issuer: one.Issuer, Groups: one.Groups, People: one.People,
			Roster: one.SCIM != nil, Verified: one.SCIM != nil && one.SCIM.VerifiedAddresses,
		}
	}
	for _, one := range c.Visitors {
		grants[one.ID] = one.grants()
	}
	return identity.Open(ctx, p.state, identity.Config{
		Policy: policy, Providers: grants, Idle: c.Idle, Session: c.Session, Remember: time.Duration(c.Remember),
	})
}

// withDirectory runs a command of the shell on the directory.
func withDirectory(ctx context.Context, s *settings, run func(*parts, *identity.Directory) error) error {
	return withParts(ctx, s, func(p *parts) error {
		directory, err := p.directory(ctx, func() *access.Policy { return p.config.policy })
		if err != nil {
			return err
		}
		return run(p, directory)
	})
}
