package oidc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	vendor "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"bureau/identity"
)

// A Config is how a provider knows Bureau, and what its claims are called.
type Config struct {
	ID          string // of the provider, here
	Issuer      string // its URL, exactly as its tokens have it
	ClientID    string
	Secret      string            // "" for a public client
	Redirect    string            // URL that the provider leads back to
	Scopes      []string          // besides openid
	GroupsClaim string            // "" for no groups
	NameClaim   string            // of the name that is shown
	RosterClaim string            // of the id on the provider's roster; "" for none
	Require     map[string]string // claims that must have a value
	Timeout     time.Duration     // of each request to the provider; 10 s
	Now         func() time.Time  // time.Now unless set
}

// skew is how far the provider's clock may be behind ours.
const skew = time.Minute

// algorithms are the signatures that are accepted: of a key that only the
// provider has, so neither "none" nor a shared secret.
var algorithms = []string{vendor.RS256, vendor.RS384, vendor.RS512, vendor.PS256, vendor.PS384, vendor.PS512, vendor.ES256, vendor.ES384, vendor.ES512, vendor.EdDSA}

// A Provider is one OpenID Connect provider.
type Provider struct {
	config  Config
	client  *http.Client
	found   atomic.Pointer[discovered] // nil before it was asked first
	finding singleflight.Group
}

// A discovered is what a provider says of itself.
type discovered struct {
	endpoint oauth2.Endpoint
	verifier *vendor.IDTokenVerifier
	keys     string // address of the keys
}

// New returns a provider of a complete Config. Nothing is sent to it yet.
func New(config Config) (*Provider, error) {
	issuer, err := url.Parse(config.Issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme != "https" && (issuer.Scheme != "http" || !isLoopback(issuer.Hostname())) {
		return nil, fmt.Errorf("issuer %q is not an address like https://login.example.com", config.Issuer)
	}
	if config.ClientID == "" {
		return nil, errors.New("client_id is missing")
	}
	if config.Timeout == 0 {
		config.Timeout = 10 * time.Second
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Provider{config: config, client: &http.Client{Timeout: config.Timeout, Transport: failing{}}}, nil
}

// failing makes an error of a reply that says the server has one, so that every
// way of not answering is the same.
type failing struct{}

func (failing) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && response.StatusCode >= http.StatusInternalServerError {
		return nil, errors.Join(fmt.Errorf("%s: status %s", r.URL.Path, response.Status), response.Body.Close())
	}
	return response, err
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Authorize returns where a browser goes to sign in.
func (p *Provider) Authorize(ctx context.Context, a identity.Attempt) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.oauth(found).AuthCodeURL(a.State, vendor.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Exchange returns who has signed in, for the code that their browser came back
// with. It is [identity.ErrAway] when the provider does not answer,
// [identity.ErrUnproved] when what it answers does not hold, and
// [identity.ErrTooManyGroups].
func (p *Provider) Exchange(ctx context.Context, code string, a identity.Attempt) (identity.Proof, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return identity.Proof{}, err
	}
	ctx = vendor.ClientContext(ctx, p.client)
	token, err := p.oauth(found).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if refused := new(oauth2.RetrieveError); errors.As(err, &refused) {
		return identity.Proof{}, p.unproved("the code was refused: " + refused.ErrorCode)
	}
	if err != nil {
		return identity.Proof{}, p.away(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return identity.Proof{}, p.unproved("there is no ID token")
	}
	word, err := found.verifier.Verify(ctx, raw)
	if err != nil {
		return identity.Proof{}, p.judge(err)
	}
	return p.proof(word, a)
}

// Farewell reads a back-channel logout token.
func (p *Provider) Farewell(ctx context.Context, token string) (identity.Farewell, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return identity.Farewell{}, err
	}
	word, err := found.verifier.VerifyLogout(vendor.ClientContext(ctx, p.client), token)
	if err != nil {
		return identity.Farewell{}, p.judge(err)
	}
	return identity.Farewell{Issuer: p.config.Issuer, Subject: word.Subject, SID: word.SessionID, ID: word.TokenID, Expires: word.Expiry}, nil
}

// discover asks the provider what it is, once. A failure is not kept: the next
// sign-in asks again. Those who come meanwhile wait for the same answer.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	if found := p.found.Load(); found != nil {
		return found, nil
	}
	answer := p.finding.DoChan("", func() (any, error) {
		// The answer is for all who wait, so the end of one is not its end.
		ctx := vendor.ClientContext(context.WithoutCancel(ctx), p.client)
		provider, err := vendor.NewProvider(ctx, p.config.Issuer)
		if err != nil {
			return nil, p.away(err)
		}
		var says struct {
			Keys string `json:"jwks_uri"`
		}
		if err := provider.Claims(&says); err != nil {
			return nil, p.away(err)
		}
		found := &discovered{provider.Endpoint(), provider.VerifierContext(ctx, &vendor.Config{
			ClientID: p.config.ClientID, SupportedSigningAlgs: algorithms,
			Now: func() time.Time { return p.config.Now().Add(-skew) },
		}), says.Keys}
		p.found.Store(found)
		return found, nil
	})
	select {
	case got := <-answer:
		if got.Err != nil {
			return nil, got.Err
		}
		return got.Val.(*discovered), nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (p *Provider) oauth(found *discovered) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.Secret, RedirectURL: p.config.Redirect,
		Endpoint: found.endpoint, Scopes: append([]string{vendor.ScopeOpenID}, p.config.Scopes...),
	}
}

// away says that the provider did not answer.
func (p *Provider) away(err error) error {
	return fmt.Errorf("provider %s: %w: %w", p.config.ID, identity.ErrAway, err)
}

// unproved says that the provider's word does not hold.
func (p *Provider) unproved(why string) error {
	return fmt.Errorf("provider %s: %w: %s", p.config.ID, identity.ErrUnproved, why)
}

// judge tells a token that does not hold from keys that could not be had, which
// the vendor's package says in words alone.
func (p *Provider) judge(err error) error {
	if strings.Contains(err.Error(), "fetching keys") {
		return p.away(err)
	}
	return p.unproved(err.Error())
}
