package visitors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"bureau/identity"
)

// Bounds of a token.
const (
	maxToken    = 64 << 10 // bytes
	maxLifetime = 10 * time.Minute
	skew        = time.Minute // that the site's clock may be off
	maxGroups   = 2000
	maxText     = 256 // bytes of a subject, a name, a jti
)

// A claims is what a token says.
type claims struct {
	jwt.Claims
	Origin string   `json:"origin"`
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
}

// Verify returns whom a token is about that a page under an origin brought, and
// uses it up. It is [identity.ErrUnproved] for a token that does not hold; other
// errors are those of the store.
func (s *Site) Verify(ctx context.Context, token, origin string) (identity.Proof, error) {
	said, err := s.read(token)
	if err == nil {
		err = s.check(said, origin)
	}
	now := s.config.Now()
	if err == nil {
		err = s.config.Spent.spend(ctx, s.config.ID, said.ID, said.Expiry.Time().Add(2*skew), now)
		if err != nil && !errors.Is(err, errSpent) {
			return identity.Proof{}, err
		}
	}
	if err != nil {
		return identity.Proof{}, fmt.Errorf("site %s: %w: %w", s.config.ID, identity.ErrUnproved, err)
	}
	name := said.Name
	if name == "" {
		name = said.Subject
	}
	return identity.Proof{
		Provider: s.config.ID, Issuer: Issuer(s.config.ID), Subject: said.Subject,
		Name: name, Groups: said.Groups, SID: origin,
	}, nil
}

// read returns the claims of a token whose signature holds.
func (s *Site) read(token string) (said claims, err error) {
	if len(token) > maxToken {
		return said, fmt.Errorf("the token is longer than %d bytes", maxToken)
	}
	var algorithms []jose.SignatureAlgorithm
	for v := range maps.Values(s.verifiers) {
		if !slices.Contains(algorithms, v.algorithm) {
			algorithms = append(algorithms, v.algorithm)
		}
	}
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 {
		return said, fmt.Errorf("the token is no JWT that is signed as the configuration says (%v)", algorithms)
	}
	by, err := s.verifier(parsed.Headers[0])
	if err != nil {
		return said, err
	}
	var payload json.RawMessage
	if err := parsed.Claims(by.key, &payload); err != nil {
		return said, errors.New("the signature is not by the site's key")
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return said, errors.New("a claim is not of its kind: groups is a list of texts, aud a text, times are numbers")
	}
	return said, nil
}

// verifier returns what the signature of a token is held against. A site with
// one key need not name it.
func (s *Site) verifier(header jose.Header) (by verifier, err error) {
	by, ok := s.verifiers[header.KeyID]
	if !ok && header.KeyID == "" && len(s.verifiers) == 1 {
		for only := range maps.Values(s.verifiers) {
			by, ok = only, true
		}
	}
	switch {
	case !ok && header.KeyID == "":
		return by, errors.New("the token does not name its key (kid), and the site has several")
	case !ok:
		return by, fmt.Errorf("the site has no key with the id %.64q (kid)", header.KeyID)
	case string(by.algorithm) != header.Algorithm:
		return by, fmt.Errorf("the key signs with %s, and the token says %.16q (alg)", by.algorithm, header.Algorithm)
	}
	return by, nil
}

// check holds the claims of a signed token against the site, the page and the
// time.
func (s *Site) check(said claims, origin string) error {
	switch {
	case said.Issuer != s.config.ID:
		return fmt.Errorf("the token is from %.64q (iss)", said.Issuer)
	case len(said.Audience) != 1 || said.Audience[0] != s.config.Audience:
		return fmt.Errorf("the token is for %.200q and not for %q alone (aud)", []string(said.Audience), s.config.Audience)
	case said.Origin == "" || said.Origin != origin:
		return fmt.Errorf("the token is for a page under %.200q and came from one under %.200q (origin)", said.Origin, origin)
	case !slices.Contains(s.config.Origins, origin):
		return fmt.Errorf("origin %.200q is not on the site's list", origin)
	case said.ID == "" || len(said.ID) > maxText:
		return fmt.Errorf("the token needs an id of its own, of at most %d bytes (jti)", maxText)
	case len(said.Groups) > maxGroups:
		return fmt.Errorf("the token has %d groups: put only those into it that Bureau knows, %d at most (groups)", len(said.Groups), maxGroups)
	}
	if err := checkText(said.Subject); err != nil || said.Subject == "" {
		return errors.New("the subject is missing, too long or not plain text (sub)")
	}
	if err := checkText(said.Name); err != nil {
		return errors.New("the name is too long or not plain text (name)")
	}
	return s.checkTime(said)
}

// checkTime holds the times of a token against the clock.
func (s *Site) checkTime(said claims) error {
	now := s.config.Now()
	if said.Expiry == nil || said.IssuedAt == nil {
		return errors.New("the token does not say when it was made and when it ends (iat, exp)")
	}
	made, ends := said.IssuedAt.Time(), said.Expiry.Time()
	switch {
	case !now.Before(ends.Add(skew)):
		return fmt.Errorf("the token ended %s ago (exp)", now.Sub(ends).Truncate(time.Second))
	case made.After(now.Add(skew)):
		return fmt.Errorf("the token will be made in %s: compare the clocks of the two servers (iat)", made.Sub(now).Truncate(time.Second))
	case said.NotBefore != nil && said.NotBefore.Time().After(now.Add(skew)):
		return errors.New("the token does not hold yet (nbf)")
	case !ends.After(made), ends.Sub(made) > maxLifetime:
		return fmt.Errorf("the token lives from %s to %s: let it live for minutes, %s at most (exp)", made.UTC().Format(time.TimeOnly), ends.UTC().Format(time.TimeOnly), maxLifetime)
	}
	return nil
}

// checkText reports that a text cannot be shown or told apart.
func checkText(text string) error {
	if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("not plain text")
	}
	return nil
}
