package oidctest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// ClientID and Secret are those of the one client that a provider knows.
const (
	ClientID = "bureau"
	Secret   = "a secret of the tests"
)

// Claims are those of a token.
type Claims map[string]any

// A Provider signs in, without asking, whoever its Person is at the moment. Its
// fields may be changed under Set.
type Provider struct {
	mu     sync.Mutex
	server *httptest.Server
	keys   []*key // the last one signs
	codes  map[string]grant
	// Person are the claims of whoever is signed in next.
	Person Claims
	// Change changes the claims of the next tokens, nonce and times included.
	Change func(Claims)
	// Sign signs instead of the provider's own key.
	Sign func(Claims) string
	// Before is called before each request is answered; false answers 503.
	Before func(*http.Request) bool
	// Lifetime of a token; 5 minutes.
	Lifetime  time.Duration
	asked     map[string]int
	farewells int
}

// A grant is what a code is for.
type grant struct {
	nonce, challenge, redirect string
	person                     Claims
}

// Start starts a provider that ends with the test.
func Start(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{codes: map[string]grant{}, asked: map[string]int{}, Lifetime: 5 * time.Minute}
	p.Rotate(RS256)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.publish)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		before := p.Before
		p.asked[r.URL.Path]++
		p.mu.Unlock()
		if before != nil && !before(r) {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

// Issuer returns the provider's address.
func (p *Provider) Issuer() string { return p.server.URL }

// Set changes the provider.
func (p *Provider) Set(change func(*Provider)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// Asked returns how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer(), "authorization_endpoint": p.Issuer() + "/authorize", "token_endpoint": p.Issuer() + "/token",
		"jwks_uri": p.Issuer() + "/keys", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		// A provider that offers what must not be taken.
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
	})
}

// authorize leads the browser back with a code.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" {
		http.Error(w, "not an authorisation request with PKCE and a nonce", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := fmt.Sprintf("code-%d-%s", len(p.codes), q.Get("nonce")[:8])
	p.codes[code] = grant{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri"), maps.Clone(p.Person)}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// token gives a token for a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	p.mu.Lock()
	defer p.mu.Unlock()
	code := r.PostFormValue("code")
	g, ok := p.codes[code]
	p.codes[code] = grant{} // the number of codes goes on
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	unescaped, _ := url.QueryUnescape(secret)
	switch {
	case id != ClientID || unescaped != Secret:
		respond(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
	case !ok || g.challenge == "" || g.redirect != r.PostFormValue("redirect_uri") || g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		respond(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
	default:
		claims := p.claims(g.person)
		claims["nonce"] = g.nonce
		if p.Change != nil {
			p.Change(claims)
		}
		respond(w, http.StatusOK, map[string]any{"access_token": "unused", "token_type": "Bearer", "id_token": p.sign(claims)})
	}
}

// claims returns those of a token of now.
func (p *Provider) claims(person Claims) Claims {
	now := time.Now()
	claims := Claims{"iss": p.Issuer(), "aud": ClientID, "iat": now.Unix(), "exp": now.Add(p.Lifetime).Unix()}
	maps.Copy(claims, person)
	return claims
}

// Farewell returns a back-channel logout token of a person, for one session of
// theirs unless sid is "".
func (p *Provider) Farewell(subject, sid string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.farewells++
	claims := p.claims(Claims{"jti": fmt.Sprint(p.farewells), "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
	for name, value := range map[string]string{"sub": subject, "sid": sid} {
		if value != "" {
			claims[name] = value
		}
	}
	if p.Change != nil {
		p.Change(claims)
	}
	return p.sign(claims)
}

func (p *Provider) sign(claims Claims) string {
	if p.Sign != nil {
		return p.Sign(claims)
	}
	return p.keys[len(p.keys)-1].sign(claims)
}

func respond(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // an error here is a client that left
}
