package oidc

import (
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"

	vendor "github.com/coreos/go-oidc/v3/oidc"

	"bureau/identity"
)

// maxGroups is how many groups of a token are read. Providers leave them out
// long before.
const maxGroups = 10_000

// proof reads an ID token whose signature, issuer, audience and time hold.
func (p *Provider) proof(word *vendor.IDToken, a identity.Attempt) (identity.Proof, error) {
	if a.Nonce == "" || subtle.ConstantTimeCompare([]byte(word.Nonce), []byte(a.Nonce)) != 1 {
		return identity.Proof{}, p.unproved("the token is for another sign-in (nonce)")
	}
	var claims map[string]any
	if err := word.Claims(&claims); err != nil {
		return identity.Proof{}, p.unproved(err.Error())
	}
	// A token for several may have been asked for by another of them.
	if by, named := claims["azp"]; (named || len(word.Audience) > 1) && by != p.config.ClientID {
		return identity.Proof{}, p.unproved("the token is for another client (azp)")
	}
	for _, name := range slices.Sorted(maps.Keys(p.config.Require)) {
		if fmt.Sprint(claims[name]) != p.config.Require[name] {
			return identity.Proof{}, p.unproved("claim " + name + " is not what the configuration requires")
		}
	}
	groups, err := p.groups(claims)
	if err != nil {
		return identity.Proof{}, err
	}
	proof := identity.Proof{
		Provider: p.config.ID, Issuer: p.config.Issuer, Subject: word.Subject,
		Name: textOf(claims, p.config.NameClaim), Groups: groups, SID: textOf(claims, "sid"),
		External: textOf(claims, p.config.RosterClaim),
	}
	if claims["email_verified"] == true {
		proof.Email = textOf(claims, "email")
	}
	if proof.Name == "" {
		proof.Name = word.Subject
	}
	return proof, nil
}

// groups reads the groups of a token. A claim that is missing is no groups, but
// where the provider says that it left them out, for there are too many, the
// sign-in is refused: to go on would be to take rights away without a word.
func (p *Provider) groups(claims map[string]any) ([]string, error) {
	name := p.config.GroupsClaim
	if name == "" {
		return nil, nil
	}
	elsewhere, _ := claims["_claim_names"].(map[string]any)
	_, left := elsewhere[name]
	if left || isTrue(claims["hasgroups"]) {
		return nil, fmt.Errorf("provider %s: %w", p.config.ID, identity.ErrTooManyGroups)
	}
	var groups []string
	switch value := claims[name].(type) {
	case nil:
	case string: // some providers write a list of one so
		groups = []string{value}
	case []any:
		for _, one := range value {
			if group, ok := one.(string); ok {
				groups = append(groups, group)
			}
		}
	default:
		return nil, p.unproved("claim " + name + " is no list of groups")
	}
	if len(groups) > maxGroups {
		return nil, fmt.Errorf("provider %s: %w", p.config.ID, identity.ErrTooManyGroups)
	}
	return groups, nil
}

// textOf returns a claim that is a text, or "".
func textOf(claims map[string]any, name string) string {
	text, _ := claims[name].(string)
	return text
}

// isTrue reports whether a claim is true, also where it is written as text.
func isTrue(claim any) bool { return claim == true || claim == "true" }
