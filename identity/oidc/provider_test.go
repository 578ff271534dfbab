package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bureau/identity"
	"bureau/identity/oidctest"
)

const redirect = "https://bureau.example/sign-in/corp/callback"

// settled returns the settings of the tests' client of a fake provider.
func settled(fake *oidctest.Provider) Config {
	return Config{
		ID: "corp", Issuer: fake.Issuer(), ClientID: oidctest.ClientID, Secret: oidctest.Secret, Redirect: redirect,
		Scopes: []string{"profile", "email"}, GroupsClaim: "groups", NameClaim: "name",
	}
}

func dialled(t *testing.T, c Config) *Provider {
	t.Helper()
	p, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var attempt = identity.Attempt{State: "the state", Nonce: "the nonce of this sign-in", Verifier: strings.Repeat("v", 43)}

// code has the fake provider sign its person in and returns the code.
func code(t *testing.T, p *Provider, a identity.Attempt) string {
	t.Helper()
	address, err := p.Authorize(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode != http.StatusFound || back.Query().Get("state") != a.State {
		t.Fatalf("%d to %v, %v", response.StatusCode, back, err)
	}
	return back.Query().Get("code")
}

func signIn(t *testing.T, p *Provider) (identity.Proof, error) {
	t.Helper()
	return p.Exchange(t.Context(), code(t, p, attempt), attempt)
}

var hanna = oidctest.Claims{"sub": "0001", "name": "Hanna Reed", "email": "hanna@larkfield.example", "email_verified": true, "sid": "s1", "groups": []string{"hr"}}

func TestATokenThatHoldsSaysWhoItIs(t *testing.T) {
	for _, kind := range []string{oidctest.RS256, oidctest.ES256} {
		fake := oidctest.Start(t)
		fake.Rotate(kind)
		fake.Set(func(p *oidctest.Provider) { p.Person = hanna })
		proof, err := signIn(t, dialled(t, settled(fake)))
		if err != nil {
			t.Fatal(err)
		}
		want := identity.Proof{
			Provider: "corp", Issuer: fake.Issuer(), Subject: "0001", Name: "Hanna Reed", Email: "hanna@larkfield.example", SID: "s1", Groups: []string{"hr"},
		}
		if fmt.Sprint(proof) != fmt.Sprint(want) {
			t.Errorf("%s: %+v", kind, proof)
		}
	}
}

func TestATokenThatDoesNotHoldIsRefused(t *testing.T) {
	set := func(name string, value any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { c[name] = value } }
	}
	for name, lie := range map[string]func(*oidctest.Provider){
		"Expired":           set("exp", time.Now().Add(-2*skew).Unix()),
		"NoExpiry":          func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { delete(c, "exp") } },
		"NotYet":            set("nbf", time.Now().Add(time.Hour).Unix()),
		"ForeignAudience":   set("aud", "another"),
		"NoAudience":        set("aud", []string{}),
		"AnotherParty":      set("azp", "another"),
		"SeveralAudiences":  set("aud", []string{oidctest.ClientID, "another"}),
		"ForeignIssuer":     set("iss", "https://evil.example"),
		"WrongNonce":        set("nonce", "of another sign-in"),
		"NoNonce":           func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { delete(c, "nonce") } },
		"Unsigned":          func(p *oidctest.Provider) { p.Sign = oidctest.Unsigned },
		"SharedSecret":      func(p *oidctest.Provider) { p.Sign = oidctest.Shared },
		"PublicKeyAsSecret": func(p *oidctest.Provider) { p.Sign = p.Confused() },
		"Nonsense":          func(p *oidctest.Provider) { p.Sign = func(oidctest.Claims) string { return "a.b.c" } },
		"NothingAtAll":      func(p *oidctest.Provider) { p.Sign = func(oidctest.Claims) string { return "" } },
		"AnotherCompany":    set("hd", "evil.example"),
		"GroupsAreAnObject": set("groups", map[string]any{"hr": true}),
	} {
		t.Run(name, func(t *testing.T) {
			fake := oidctest.Start(t)
			fake.Set(func(p *oidctest.Provider) {
				p.Person = oidctest.Claims{"sub": "0001", "hd": "larkfield.example"}
				lie(p)
			})
			config := settled(fake)
			config.Require = map[string]string{"hd": "larkfield.example"}
			if proof, err := signIn(t, dialled(t, config)); !errors.Is(err, identity.ErrUnproved) || proof.Subject != "" {
				t.Errorf("%+v, %v", proof, err)
			}
		})
	}
}

func TestASwappedKeyIsRefused(t *testing.T) {
	fake := oidctest.Start(t)
	swapped := fake.Swapped()
	fake.Set(func(p *oidctest.Provider) { p.Person, p.Sign = hanna, swapped })
	if _, err := signIn(t, dialled(t, settled(fake))); !errors.Is(err, identity.ErrUnproved) {
		t.Error(err)
	}
}

func TestAClockThatIsALittleBehindIsNoMistake(t *testing.T) {
	fake := oidctest.Start(t)
	fake.Set(func(p *oidctest.Provider) { p.Person, p.Lifetime = hanna, -skew/2 })
	if _, err := signIn(t, dialled(t, settled(fake))); err != nil {
		t.Error(err)
	}
}

func TestACodeIsForOneSignInOfOneBrowser(t *testing.T) {
	fake := oidctest.Start(t)
	fake.Set(func(p *oidctest.Provider) { p.Person = hanna })
	p := dialled(t, settled(fake))
	other := attempt
	other.Verifier = strings.Repeat("w", 43)
	if _, err := p.Exchange(t.Context(), code(t, p, attempt), other); !errors.Is(err, identity.ErrUnproved) {
		t.Errorf("another browser's verifier: %v", err)
	}
	once := code(t, p, attempt)
	if _, err := p.Exchange(t.Context(), once, attempt); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Exchange(t.Context(), once, attempt); !errors.Is(err, identity.ErrUnproved) {
		t.Errorf("a code that was used: %v", err)
	}
}

func TestKeysMayChange(t *testing.T) {
	fake := oidctest.Start(t)
	fake.Set(func(p *oidctest.Provider) { p.Person = hanna })
	p := dialled(t, settled(fake))
	for i := range 4 {
		if _, err := signIn(t, p); err != nil {
			t.Fatalf("after %d changes: %v", i, err)
		}
		fake.Rotate([]string{oidctest.ES256, oidctest.RS256}[i%2])
	}
	if n := fake.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("discovered %d times", n)
	}
}

func TestAnUnknownKeyIsAskedForByOneOfMany(t *testing.T) {
	fake := oidctest.Start(t)
	p := dialled(t, settled(fake))
	if _, err := p.Farewell(t.Context(), fake.Farewell("1", "")); err != nil {
		t.Fatal(err)
	}
	before, asked, release := fake.Asked("/keys"), make(chan struct{}, 100), make(chan struct{})
	fake.Set(func(p *oidctest.Provider) {
		p.Sign = p.Unpublished()
		p.Before = func(*http.Request) bool { asked <- struct{}{}; <-release; return true }
	})
	const many = 60
	var wait sync.WaitGroup
	ready := make(chan struct{}, many)
	for range many {
		token := fake.Farewell("1", "")
		wait.Go(func() {
			ready <- struct{}{}
			if _, err := p.Farewell(t.Context(), token); !errors.Is(err, identity.ErrUnproved) {
				t.Error(err)
			}
		})
	}
	for range many {
		<-ready
	}
	<-asked
	close(release)
	wait.Wait()
	if n := fake.Asked("/keys") - before; n > many/2 {
		t.Errorf("the keys were asked for %d times by %d at once", n, many)
	}
}

func TestAProviderThatIsAwayIsSaidSoAndAskedAgain(t *testing.T) {
	for _, path := range []string{"/.well-known/openid-configuration", "/token", "/keys"} {
		t.Run(path, func(t *testing.T) {
			fake := oidctest.Start(t)
			fake.Set(func(p *oidctest.Provider) { p.Person = hanna })
			p := dialled(t, settled(fake))
			away := func(gone bool) {
				fake.Set(func(p *oidctest.Provider) {
					p.Before = func(r *http.Request) bool { return !gone || r.URL.Path != path }
				})
			}
			away(true)
			try := func() error {
				if _, err := p.Authorize(t.Context(), attempt); err != nil {
					return err
				}
				_, err := signIn(t, p)
				return err
			}
			if err := try(); !errors.Is(err, identity.ErrAway) {
				t.Errorf("away: %v", err)
			}
			away(false)
			if err := try(); err != nil {
				t.Errorf("back again: %v", err)
			}
		})
	}
}

func TestASlowProviderIsNotWaitedForLonger(t *testing.T) {
	fake := oidctest.Start(t)
	hold := make(chan struct{})
	defer close(hold)
	fake.Set(func(p *oidctest.Provider) {
		p.Before = func(*http.Request) bool { <-hold; return true }
	})
	config := settled(fake)
	config.Timeout = time.Millisecond
	if _, err := dialled(t, config).Authorize(t.Context(), attempt); !errors.Is(err, identity.ErrAway) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dialled(t, settled(fake)).Authorize(ctx, attempt); !errors.Is(err, context.Canceled) {
		t.Errorf("a browser that left: %v", err)
	}
}

func TestGroupsAreAsTheTokenHasThem(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("group-%04d", i))
	}
	odd := []string{"/Finance & Co/Leeds", "财务部", "a,b;c", "<script>", " spaced ", "", "new\nline", "🦊", strings.Repeat("长", 5000), "\u202Ereversed", `quo"te\`}
	for name, c := range map[string]struct {
		claim any
		want  []string
	}{
		"None": {nil, nil}, "Empty": {[]string{}, nil}, "One": {"hr", []string{"hr"}}, "Thousand": {many, many}, "Odd": {odd, odd},
		"Numbers": {[]any{1, "hr", nil, []string{"x"}}, []string{"hr"}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := oidctest.Start(t)
			fake.Set(func(p *oidctest.Provider) { p.Person = oidctest.Claims{"sub": "1", "groups": c.claim} })
			proof, err := signIn(t, dialled(t, settled(fake)))
			if err != nil || !slices.Equal(proof.Groups, c.want) {
				t.Errorf("%q, %v", proof.Groups, err)
			}
		})
	}
}

func TestGroupsThatAreLeftOutRefuseTheSignIn(t *testing.T) {
	for name, claims := range map[string]oidctest.Claims{
		"Elsewhere": {"_claim_names": map[string]string{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]string{"endpoint": "https://graph.example/"}}},
		"Flag":      {"hasgroups": true},
	} {
		claims["sub"] = "1"
		fake := oidctest.Start(t)
		fake.Set(func(p *oidctest.Provider) { p.Person = claims })
		if _, err := signIn(t, dialled(t, settled(fake))); !errors.Is(err, identity.ErrTooManyGroups) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAddressThatIsNotVerifiedIsNone(t *testing.T) {
	for _, verified := range []any{false, nil, "true", "yes", 1} {
		fake := oidctest.Start(t)
		fake.Set(func(p *oidctest.Provider) {
			p.Person = oidctest.Claims{"sub": "1", "email": "hanna@larkfield.example", "email_verified": verified}
		})
		if proof, err := signIn(t, dialled(t, settled(fake))); err != nil || proof.Email != "" {
			t.Errorf("%v: %q, %v", verified, proof.Email, err)
		}
	}
}

func TestAFarewellMustHoldLikeAToken(t *testing.T) {
	fake := oidctest.Start(t)
	p := dialled(t, settled(fake))
	got, err := p.Farewell(t.Context(), fake.Farewell("0001", "s1"))
	if left := time.Until(got.Expires); left < time.Minute || left > time.Hour || got.ID == "" {
		t.Errorf("id %q, expires in %v", got.ID, left)
	}
	got.ID, got.Expires = "", time.Time{}
	if want := (identity.Farewell{Issuer: fake.Issuer(), Subject: "0001", SID: "s1"}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for name, lie := range map[string]func(*oidctest.Provider){
		"Unsigned":        func(p *oidctest.Provider) { p.Sign = oidctest.Unsigned },
		"ForeignAudience": func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { c["aud"] = "another" } },
		"AnIDToken":       func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { c["nonce"] = "n" } },
		"NoEvent":         func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { delete(c, "events") } },
		"Old": func(p *oidctest.Provider) {
			p.Change = func(c oidctest.Claims) { c["exp"] = time.Now().Add(-time.Hour).Unix() }
		},
	} {
		fake.Set(func(p *oidctest.Provider) { p.Sign, p.Change = nil, nil; lie(p) })
		if _, err := p.Farewell(t.Context(), fake.Farewell("0001", "")); !errors.Is(err, identity.ErrUnproved) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoProviderIsSaidAtOnce(t *testing.T) {
	for _, issuer := range []string{"", "login.example.com", "http://login.example.com", "ftp://x", "://"} {
		if _, err := New(Config{Issuer: issuer, ClientID: "x"}); err == nil || !strings.Contains(err.Error(), issuer) {
			t.Errorf("%q: %v", issuer, err)
		}
	}
	if _, err := New(Config{Issuer: "https://login.example.com"}); err == nil || !strings.Contains(err.Error(), "client_id") {
		t.Error(err)
	}
}
