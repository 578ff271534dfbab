package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/identity/oidc"
	"bureau/identity/oidctest"
)

// corp returns a house whose people sign in with a provider, and with
// passwords. It trusts the provider's group "leeds" to be of Human Resources.
func corp(t *testing.T) (h *house, address string, fake *oidctest.Provider) {
	t.Helper()
	h = newHouse(t)
	fake = oidctest.Start(t)
	h.rights.policy.Store(parsed(t, company+"groups: [{id: g-hr, departments: [hr]}]\n"))
	address = serve(t, h)
	provider, err := oidc.New(oidc.Config{
		ID: "corp", Issuer: fake.Issuer(), ClientID: oidctest.ClientID, Secret: oidctest.Secret, Redirect: address + "/sign-in/corp/callback",
		GroupsClaim: "groups", NameClaim: "name",
	})
	if err != nil {
		t.Fatal(err)
	}
	directory, err := identity.Open(t.Context(), h.db, identity.Config{
		Policy:    h.rights.policy.Load,
		Providers: map[string]identity.Grants{"corp": {Issuer: fake.Issuer(), Groups: map[string]string{"leeds": "g-hr"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.config.Directory, h.config.DemoSignIn, h.config.Passwords = directory, false, true
	h.config.Providers = []Provider{{provider, "corp", access.Names{"": "Larkfield"}}}
	fake.Set(func(p *oidctest.Provider) {
		p.Person = oidctest.Claims{"sub": "1", "name": "Nele <b>Voss</b>", "groups": []string{"leeds", "unknown"}, "sid": "s1"}
	})
	return h, address, fake
}

// A browser keeps cookies and follows where it is led.
type browser struct {
	http.Client
	t *testing.T
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{http.Client{Jar: jar}, t}
}

func (b *browser) get(address string) reply {
	b.t.Helper()
	response, err := b.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(response)
}

func (b *browser) post(address string, form url.Values) reply {
	b.t.Helper()
	response, err := b.PostForm(address, form)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(response)
}

func (b *browser) read(response *http.Response) reply {
	b.t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	response.Header.Set("At", response.Request.URL.String())
	return reply{response.StatusCode, response.Header, string(body)}
}

// token returns the token of the browser's session, or "".
func (b *browser) token(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == plainCookie {
			return c.Value
		}
	}
	return ""
}

// callback begins a sign-in and returns the address that the provider leads
// back to, without going there.
func (b *browser) callback(address string) string {
	b.t.Helper()
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/callback") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	defer func() { b.CheckRedirect = nil }()
	return b.get(address + "/sign-in/corp").header.Get("Location")
}

func TestAProviderSignsSomebodyIn(t *testing.T) {
	h, address, _ := corp(t)
	b := newBrowser(t)
	page := b.get(address + "/documents/bands")
	if !strings.Contains(page.body, `href="/sign-in/corp?next=%2Fdocuments%2Fbands"`) || !strings.Contains(page.body, "Larkfield") || strings.Contains(page.body, "Hanna") {
		t.Fatalf("sign-in page: %s", page.body)
	}
	page = b.get(address + "/sign-in/corp?next=%2Fdocuments%2Fbands")
	if page.header.Get("At") != address+"/documents/bands" || !strings.Contains(page.body, "secret-of-hr") || !strings.Contains(page.body, "Nele &lt;b&gt;Voss") {
		t.Fatalf("%d at %s: %s", page.status, page.header.Get("At"), page.body)
	}
	if got := b.get(address + "/documents/merger"); got.status != http.StatusNotFound {
		t.Errorf("Finance's document: %d", got.status)
	}
	p := dial(t, address, b.token(address))
	p.put(`{"type":"hello","version":1,"language":"en"}`)
	if f := p.next(); f["type"] != "ready" || !strings.HasPrefix(f["person"].(map[string]any)["id"].(string), "sso:") {
		t.Errorf("%v", f)
	}
	// The right goes with the group, in the open socket too.
	h.rights.policy.Store(parsed(t, company))
	p.put(`{"type":"ask","id":"1","text":"x"}`)
	if f := p.next(); f["code"] != "no_access" {
		t.Errorf("after the group is gone: %v", f)
	}
}

func TestWhoHasNoDepartmentIsToldSoAndReadsNothing(t *testing.T) {
	_, address, fake := corp(t)
	fake.Set(func(p *oidctest.Provider) {
		p.Person = oidctest.Claims{"sub": "2", "name": "hanna", "email": "hanna@larkfield.example", "email_verified": true, "groups": []string{"g-hr", "hr"}}
	})
	b := newBrowser(t)
	page := b.get(address + "/sign-in/corp")
	if page.status != http.StatusNotFound || !strings.Contains(page.body, "nothing you may read") || !strings.Contains(page.body, `action="/sign-out"`) {
		t.Errorf("%d: %s", page.status, page.body)
	}
	if got := b.get(address + "/documents/leave"); got.status != http.StatusNotFound || strings.Contains(got.body, "26 days") {
		t.Errorf("reads what is for everyone: %d", got.status)
	}
}

func TestACallbackIsForTheBrowserThatBegan(t *testing.T) {
	for name, c := range map[string]func(t *testing.T, address string, b *browser) (*browser, string){
		"Stolen": func(t *testing.T, address string, b *browser) (*browser, string) {
			return newBrowser(t), b.callback(address)
		},
		"OfAnotherAttempt": func(_ *testing.T, address string, b *browser) (*browser, string) {
			first := b.callback(address)
			b.callback(address)
			return b, first
		},
		"Twice": func(t *testing.T, address string, b *browser) (*browser, string) {
			once := b.callback(address)
			if b.get(once); b.token(address) == "" {
				t.Fatal("the first time was refused")
			}
			b.post(address+"/sign-out", nil)
			return b, once
		},
		"WithoutState": func(_ *testing.T, address string, b *browser) (*browser, string) {
			u, _ := url.Parse(b.callback(address))
			return b, address + u.Path + "?code=" + url.QueryEscape(u.Query().Get("code"))
		},
		"WithAnothersCode": func(t *testing.T, address string, b *browser) (*browser, string) {
			theirs, _ := url.Parse(newBrowser(t).callback(address))
			own, _ := url.Parse(b.callback(address))
			q := url.Values{"code": {theirs.Query().Get("code")}, "state": {own.Query().Get("state")}}
			return b, address + own.Path + "?" + q.Encode()
		},
		"Refused": func(_ *testing.T, address string, b *browser) (*browser, string) {
			u, _ := url.Parse(b.callback(address))
			return b, address + u.Path + "?error=access_denied&state=" + url.QueryEscape(u.Query().Get("state"))
		},
		"NeverBegun": func(_ *testing.T, address string, b *browser) (*browser, string) {
			return b, address + "/sign-in/corp/callback?code=x&state=y"
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, address, _ := corp(t)
			b, callback := c(t, address, newBrowser(t))
			if got := b.get(callback); got.status != http.StatusBadRequest || b.token(address) != "" {
				t.Errorf("%d, session %q: %s", got.status, b.token(address), got.body)
			}
		})
	}
}

func TestASignInThatFailsSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*oidctest.Provider)
		status int
		words  string
	}{
		"Away":          {func(p *oidctest.Provider) { p.Before = func(*http.Request) bool { return false } }, http.StatusServiceUnavailable, "does not answer"},
		"Unsigned":      {func(p *oidctest.Provider) { p.Sign = oidctest.Unsigned }, http.StatusBadRequest, "not completed"},
		"TooManyGroups": {func(p *oidctest.Provider) { p.Person = oidctest.Claims{"sub": "1", "hasgroups": true} }, http.StatusForbidden, "too many"},
	} {
		_, address, fake := corp(t)
		fake.Set(c.change)
		b := newBrowser(t)
		if got := b.get(address + "/sign-in/corp"); got.status != c.status || !strings.Contains(got.body, c.words) || b.token(address) != "" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	_, address, _ := corp(t)
	for _, path := range []string{"/sign-in/other", "/sign-in/other/callback", "/sign-in/corp/other"} {
		if got := newBrowser(t).get(address + path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

func TestAProvidersFarewellEndsSessionsAndSockets(t *testing.T) {
	_, address, fake := corp(t)
	b := newBrowser(t)
	b.get(address + "/sign-in/corp")
	p := dial(t, address, b.token(address))
	p.put(`{"type":"hello","version":1,"language":"en"}`)
	p.next()
	say := func(token string) int {
		return newBrowser(t).post(address+"/sign-in/corp/logout", url.Values{"logout_token": {token}}).status
	}
	if status := say("nonsense"); status != http.StatusBadRequest {
		t.Errorf("nonsense: %d", status)
	}
	if status := say(fake.Farewell("2", "")); status != http.StatusOK {
		t.Errorf("somebody else: %d", status)
	}
	if b.get(address+"/").status != http.StatusOK {
		t.Fatal("another's farewell ended the session")
	}
	if status := say(fake.Farewell("1", "s1")); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("close code %d", code)
	}
	if got := b.get(address + "/"); got.header.Get("At") != address+"/sign-in" {
		t.Errorf("led to %s", got.header.Get("At"))
	}
	once := fake.Farewell("1", "")
	if status := say(once); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	b.get(address + "/sign-in/corp")
	if status := say(once); status != http.StatusBadRequest {
		t.Errorf("a farewell that is replayed: %d", status)
	}
	if b.get(address+"/").header.Get("At") == address+"/sign-in" {
		t.Error("a farewell that is replayed has ended a session")
	}
}

func TestAPasswordSignsInAndAWrongOneSaysSo(t *testing.T) {
	h, address, _ := corp(t)
	const password = "correct horse battery"
	if err := h.config.Directory.SetPassword(t.Context(), "hanna", password, true, h.config.Now()); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	for _, form := range []url.Values{
		{"person": {"hanna"}, "password": {"wrong " + password}}, {"person": {"nobody"}, "password": {password}}, {"person": {"hanna"}}, {"person": {"finn"}},
	} {
		form.Set("next", "/documents/bands")
		got := b.post(address+"/sign-in", form)
		if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "do not belong together") || !strings.Contains(got.body, `value="/documents/bands"`) ||
			strings.Contains(got.body, password) || b.token(address) != "" {
			t.Errorf("%v: %d %s", form, got.status, got.body)
		}
	}
	got := b.post(address+"/sign-in", url.Values{"person": {"hanna"}, "password": {password}, "next": {"/documents/bands"}})
	if got.header.Get("At") != address+"/documents/bands" || !strings.Contains(got.body, "secret-of-hr") {
		t.Fatalf("%d at %s", got.status, got.header.Get("At"))
	}
	// An administrator's word, from another process, ends what is open.
	p := dial(t, address, b.token(address))
	if err := h.config.Directory.Disable(t.Context(), "hanna", h.config.Now()); err != nil {
		t.Fatal(err)
	}
	h.sweep(t.Context())
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("close code %d", code)
	}
	got = b.post(address+"/sign-in", url.Values{"person": {"hanna"}, "password": {password}})
	if got.status != http.StatusForbidden || !strings.Contains(got.body, "ended") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestNobodyChoosesWhoTheyAreWhereThereIsASignIn(t *testing.T) {
	h, address, _ := corp(t)
	b := newBrowser(t)
	if got := b.post(address+"/sign-in", url.Values{"person": {"hanna"}}); got.status != http.StatusUnauthorized || b.token(address) != "" {
		t.Errorf("%d", got.status)
	}
	// A session of a demonstration on the same data opens nothing either.
	if got := h.request(t, "GET", address+"/documents/bands", "hanna", nil); got.status != http.StatusSeeOther {
		t.Errorf("%d", got.status)
	}
}

func TestOverTLSCookiesAreOfThisHostAlone(t *testing.T) {
	h, address, _ := corp(t)
	h.config.Secure = true
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address + "/sign-in/corp")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for _, c := range append(response.Cookies(), h.cookie(h.sessionCookie(), "x", 0)) {
		if !strings.HasPrefix(c.Name, "__Host-bureau_") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("%+v", c)
		}
	}
	if len(response.Cookies()) != 1 {
		t.Errorf("cookies %v", response.Cookies())
	}
	if got := h.request(t, "GET", address+"/", "", func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: plainCookie, Value: h.token("hanna")})
	}); got.status != http.StatusSeeOther {
		t.Errorf("a cookie without the prefix opens: %d", got.status)
	}
}

// made returns the secret of a new token.
func (h *house) made(t *testing.T, token identity.Token) (id, secret string) {
	t.Helper()
	token.Name, token.Expires = "of a test", h.config.Now().Add(time.Hour)
	token, secret, err := h.config.Directory.NewToken(t.Context(), token, h.config.Now())
	if err != nil {
		t.Fatal(err)
	}
	return token.ID, secret
}

// byToken sends a request with a token and without a cookie.
func (h *house) byToken(t *testing.T, method, url, secret, body string) reply {
	t.Helper()
	return h.request(t, method, url, "", func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", "application/json")
		r.Body = readCloser{strings.NewReader(body)}
		r.ContentLength = int64(len(body))
	})
}

func TestL10_ATokenAsksWithItsOwnersRightsAndNoMore(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	id, secret := h.made(t, identity.Token{Owner: "hanna", Actions: []identity.Action{identity.Ask}})
	got := h.byToken(t, "POST", url+"/api/ask", secret, `{"text":"Everything!"}`)
	if got.status != http.StatusOK || !strings.Contains(got.body, "secret-of-hr") || strings.Contains(got.body, "Heron") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := h.byToken(t, "GET", url+"/api/conversations", secret, ""); got.status != http.StatusForbidden || !strings.Contains(got.body, "not_made_for") {
		t.Errorf("an action that it is not made for: %d %s", got.status, got.body)
	}
	for _, path := range []string{"/", "/documents/leave"} { // a browser's doors take cookies alone
		if got := h.byToken(t, "GET", url+path, secret, ""); got.status != http.StatusSeeOther {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	for name, value := range map[string]string{"Unknown": secret + "x", "Empty": "", "ID": id} {
		if got := h.byToken(t, "POST", url+"/api/ask", value, `{"text":"x"}`); got.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	// A token that does not hold is not helped by a cookie.
	if got := h.request(t, "GET", url+"/api/conversations", "hanna", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }); got.status != http.StatusUnauthorized {
		t.Errorf("with a cookie: %d", got.status)
	}
	if got := h.request(t, "GET", url+"/api/conversations", "hanna", func(r *http.Request) { r.SetBasicAuth("of", "a proxy") }); got.status != http.StatusOK {
		t.Errorf("behind a proxy with a password of its own: %d", got.status)
	}
	h.rights.policy.Store(parsed(t, strings.ReplaceAll(company, "id: hanna", "id: johanna")))
	if got := h.byToken(t, "POST", url+"/api/ask", secret, `{"text":"x"}`); got.status != http.StatusUnauthorized {
		t.Errorf("after the owner has left: %d", got.status)
	}
}

func TestATokenIsNarrowedToItsDepartments(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	_, secret := h.made(t, identity.Token{Owner: "hanna", Actions: identity.Actions(), Departments: []access.Department{access.Everyone}})
	for _, body := range []string{`{"text":"Everything!"}`, `{"text":"Everything!","departments":["everyone","hr"]}`} {
		got := h.byToken(t, "POST", url+"/api/ask", secret, body)
		if !strings.Contains(got.body, "Leave policy") || strings.Contains(got.body, "secret-of-hr") {
			t.Errorf("%s: %s", body, got.body)
		}
	}
	if got := h.byToken(t, "POST", url+"/api/ask", secret, `{"text":"Everything!","departments":["hr"]}`); got.status != http.StatusNotFound {
		t.Errorf("a wish for more: %d %s", got.status, got.body)
	}
	// What its owner asked rests on more, and is hidden from it.
	h.answered(t, url, "hanna")
	whole := h.byToken(t, "GET", url+"/api/conversations/c", secret, "")
	if whole.status != http.StatusOK || strings.Contains(whole.body, "secret-of-hr") || !strings.Contains(whole.body, `"hidden"`) {
		t.Errorf("%d %s", whole.status, whole.body)
	}
}

func TestAServicesConversationsAreItsOwn(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	_, secret := h.made(t, identity.Token{Owner: "hanna", Service: true, Actions: identity.Actions()})
	h.answered(t, url, "hanna")
	if got := h.byToken(t, "GET", url+"/api/conversations/c", secret, ""); got.status != http.StatusNotFound {
		t.Errorf("its owner's: %d", got.status)
	}
	if got := h.byToken(t, "POST", url+"/api/ask", secret, `{"text":"Pay?","conversation":"of-the-service"}`); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := h.byToken(t, "GET", url+"/api/conversations/of-the-service", secret, ""); got.status != http.StatusOK {
		t.Errorf("its own: %d", got.status)
	}
	if got := h.request(t, "GET", url+"/api/conversations/of-the-service", "hanna", nil); got.status != http.StatusNotFound {
		t.Errorf("its owner reads it: %d", got.status)
	}
}

func TestL28_SessionsAreEndedByTheirPersonOrAnAdministrator(t *testing.T) {
	h := newHouse(t)
	h.rights.policy.Store(parsed(t, strings.Replace(company, "id: mei,", "id: mei, roles: [administrator],", 1)))
	url := serve(t, h)
	hanna, finn := h.token("hanna"), h.token("finn")
	listed := func(person string) string { return h.request(t, "GET", url+"/api/sessions", person, nil).body }
	if list := listed("hanna"); strings.Contains(list, "finn") || !strings.Contains(list, identity.SessionID(hanna)) {
		t.Errorf("hanna sees %s", list)
	}
	if list := listed("mei"); !strings.Contains(list, "finn") || !strings.Contains(list, "hanna") {
		t.Errorf("an administrator sees %s", list)
	}
	end := func(person, token string) int {
		return h.send(t, "DELETE", url+"/api/sessions/"+identity.SessionID(token), person, "").status
	}
	if foreign, unknown := end("hanna", finn), end("hanna", "none"); foreign != http.StatusNotFound || unknown != foreign {
		t.Errorf("another's: %d, none: %d", foreign, unknown)
	}
	p := dial(t, url, finn)
	if status := end("mei", finn); status != http.StatusNoContent {
		t.Errorf("an administrator: %d", status)
	}
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("close code %d", code)
	}
	if status := end("hanna", hanna); status != http.StatusNoContent {
		t.Errorf("one's own: %d", status)
	}
	_, secret := h.made(t, identity.Token{Owner: "mei", Actions: identity.Actions()})
	if got := h.byToken(t, "GET", url+"/api/sessions", secret, ""); got.status != http.StatusForbidden {
		t.Errorf("an administrator's token: %d", got.status)
	}
}
