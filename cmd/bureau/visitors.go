package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bureau/identity"
	"bureau/identity/visitors"
	"bureau/web"
)

// visitorsSecret begins the variable that has the secret which a site and Bureau
// share; the site's id in capitals follows, with _ for -.
const visitorsSecret = "BUREAU_VISITORS_SECRET_"

// Limits of visitors' sessions. The use of a session is written down once a
// minute, so that a shorter time without use would end what is in use.
const (
	visitTime    = 30 * time.Minute
	minVisitTime = 2 * time.Minute
)

// A visitorsConfig is one entry of sign_in.visitors: a site whose pages hold the
// widget, and whose server says who sees them.
type visitorsConfig struct {
	ID         string             `yaml:"id"`
	Origins    []string           `yaml:"origins"`
	Keys       []visitorKeyConfig `yaml:"keys"`
	SecretFile string             `yaml:"secret_file"`
	Groups     map[string]string  `yaml:"groups"` // the policy's groups by the site's names
	People     map[string]string  `yaml:"people"` // the policy's people by the site's subject
	Session    time.Duration      `yaml:"session"`
	Idle       time.Duration      `yaml:"idle"`
	line       int                // in the file, set by locate
	secret     string             // from the environment
}

// A visitorKeyConfig is one public key of a site.
type visitorKeyConfig struct {
	ID   string `yaml:"id"`   // "kid" of its tokens; may be left out where there is one
	File string `yaml:"file"` // in PEM
}

// limits returns how long a visitor's session lasts: unused, and at all.
func (v visitorsConfig) limits() (idle, session time.Duration) {
	session = v.Session
	if session == 0 {
		session = visitTime
	}
	if idle = v.Idle; idle == 0 {
		idle = session
	}
	return idle, session
}

// grants returns what the site's names stand for.
func (v visitorsConfig) grants() identity.Grants {
	idle, session := v.limits()
	return identity.Grants{Issuer: visitors.Issuer(v.ID), Groups: v.Groups, People: v.People, Visitors: true, Idle: idle, Session: session}
}

// site returns the site as its tokens are held against it. spent may be nil
// where none will be.
func (c *config) site(v visitorsConfig, spent *visitors.Spent) (*visitors.Site, error) {
	config := visitors.Config{ID: v.ID, Audience: strings.TrimSuffix(c.serve.URL, "/"), Origins: v.Origins, Secret: v.secret, Spent: spent}
	if v.SecretFile != "" {
		if v.secret != "" {
			return nil, fmt.Errorf("its secret is in secret_file and in %s: leave one of them out", secretVariable(visitorsSecret, v.ID))
		}
		content, err := os.ReadFile(c.beside(v.SecretFile))
		if err != nil {
			return nil, fmt.Errorf("secret_file: %w", err)
		}
		if config.Secret = strings.TrimSpace(string(content)); config.Secret == "" {
			return nil, fmt.Errorf("secret_file %s is empty", v.SecretFile)
		}
	}
	for _, key := range v.Keys {
		content, err := os.ReadFile(c.beside(key.File))
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", key.ID, err)
		}
		public, err := visitors.ParseKey(content)
		if err != nil {
			return nil, fmt.Errorf("key %q: %s: %w", key.ID, key.File, err)
		}
		config.Keys = append(config.Keys, visitors.Key{ID: key.ID, Public: public})
	}
	site, err := visitors.New(config)
	if err != nil {
		return nil, fmt.Errorf("%w (a secret is in %s or in secret_file, a public key in keys)", err, secretVariable(visitorsSecret, v.ID))
	}
	return site, nil
}

// secretVariable returns the variable that has the secret of an id.
func secretVariable(prefix, id string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(id, "-", "_"))
}

// beside returns the path of a file that the configuration names.
func (c *config) beside(file string) string { return within(filepath.Dir(c.file), file) }

// checkVisitors returns every mistake in the sites. seen are the ids that are
// taken.
func (c *config) checkVisitors(seen map[string]bool, mistake func(format string, args ...any)) {
	from := map[string]string{} // sites by their origins
	for _, v := range c.signIn.Visitors {
		at := fmt.Sprintf(":%d: visitors of %s: ", v.line, v.ID)
		if !providerID.MatchString(v.ID) || seen[v.ID] {
			mistake(at + "its id must be lower-case letters and digits with single - inside, and no other's, nor a provider's")
		}
		seen[v.ID] = true
		if err := visitors.CheckOrigins(v.Origins); err != nil {
			mistake(at+"%w", err)
		}
		for _, origin := range v.Origins {
			if other, taken := from[origin]; taken {
				mistake(at+"origin %s is %s's: the origin says which site signed, so it is of one", origin, other)
			}
			if from[origin] = v.ID; origin == strings.TrimSuffix(c.serve.URL, "/") {
				mistake(at+"origin %s is Bureau's own, where people sign in themselves", origin)
			}
		}
		if c.serve.URL == "" {
			mistake(at + "serve.url is missing: the tokens are for it (aud)")
		}
		// The secret may be in the environment of the server alone.
		if _, err := c.site(v, nil); err != nil && !errors.Is(err, visitors.ErrNoKey) {
			mistake(at+"%w", err)
		}
		c.checkVisits(v, at, mistake)
	}
}

// checkVisits returns the mistakes in what the visitors of a site get.
func (c *config) checkVisits(v visitorsConfig, at string, mistake func(format string, args ...any)) {
	idle, session := v.limits()
	if idle < minVisitTime || session < minVisitTime || idle > session {
		mistake(at+"session and idle must be times such as 30m, %s at least, and idle not the longer one", minVisitTime)
	}
	if len(v.Groups) == 0 && len(v.People) == 0 {
		mistake(at + "groups is missing: name each group of the site's that stands for one of yours, as {staff: g-all}")
	}
	for _, name := range slices.Sorted(maps.Keys(v.Groups)) {
		if group := v.Groups[name]; !c.policy.HasGroup(group) {
			mistake(at+"groups: %q stands for group %q, which is not in groups", name, group)
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(v.People)) {
		if _, ok := c.policy.Person(v.People[subject]); !ok {
			mistake(at+"people: %q stands for person %q, who is not in people", subject, v.People[subject])
		}
	}
}

// sites returns the sites whose pages hold the widget.
func (p *parts) sites(ctx context.Context) (sites []web.Site, err error) {
	if len(p.config.signIn.Visitors) == 0 {
		return nil, nil
	}
	spent, err := visitors.OpenSpent(ctx, p.state)
	if err != nil {
		return nil, err
	}
	for _, v := range p.config.signIn.Visitors {
		site, err := p.config.site(v, spent)
		if err != nil {
			return nil, misuse{fmt.Errorf("%s:%d: visitors of %s: %w", p.config.file, v.line, v.ID, err)}
		}
		_, session := v.limits()
		sites = append(sites, web.Site{Introducer: site, ID: v.ID, Origins: v.Origins, Session: session})
	}
	return sites, nil
}
