package web

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/identity"
	"bureau/identity/visitors"
	sites "bureau/identity/visitorstest"
)

const (
	ownURL   = "https://bureau.larkfield.example"
	intranet = "https://intranet.larkfield.example"
	wiki     = "https://wiki.larkfield.example" // of the same site
	partner  = "https://partner.example"        // another site's
)

var siteKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// A siteHouse is a house with two sites that vouch for their visitors.
type siteHouse struct {
	*house
	url string
	log *bytes.Buffer // what the server says, guarded by the handler
}

func newSiteHouse(t *testing.T) *siteHouse {
	t.Helper()
	h := &siteHouse{house: newHouse(t), log: new(bytes.Buffer)}
	h.config.Log = slog.New(slog.NewTextHandler(h.log, nil))
	h.rights.policy.Store(parsed(t, company+"groups: [{id: g-hr, departments: [hr]}, {id: g-finance, departments: [finance]}, {id: g-admin, departments: [hr], roles: [administrator]}]\n"))
	h.serves(t)
	h.url = serve(t, h.house)
	return h
}

// serves gives the house its sites, as a start of the server does.
func (h *siteHouse) serves(t *testing.T) {
	t.Helper()
	spent, err := visitors.OpenSpent(t.Context(), h.db)
	if err != nil {
		t.Fatal(err)
	}
	grants := map[string]identity.Grants{}
	h.config.Sites = nil
	for id, origins := range map[string][]string{"intranet": {intranet, wiki}, "partner": {partner}} {
		site, err := visitors.New(visitors.Config{ID: id, Audience: ownURL, Origins: origins, Keys: []visitors.Key{{Public: siteKey.Public()}}, Spent: spent})
		if err != nil {
			t.Fatal(err)
		}
		grants[id] = identity.Grants{
			Issuer: visitors.Issuer(id), Visitors: true, Session: 30 * time.Minute, Idle: 10 * time.Minute,
			Groups: map[string]string{"people/HR": "g-hr", "财务": "g-finance", "admins": "g-admin"}, People: map[string]string{"of-mei": "mei"},
		}
		h.config.Sites = append(h.config.Sites, Site{Introducer: site, ID: id, Origins: origins, Session: 30 * time.Minute})
	}
	h.config.Directory, err = identity.Open(t.Context(), h.db, identity.Config{Policy: h.rights.policy.Load, Providers: grants})
	if err != nil {
		t.Fatal(err)
	}
}

// tokenOf returns a good token of the intranet.
func tokenOf(subject string, groups ...string) string {
	return sites.Sign(siteKey, "", sites.Of("intranet", ownURL, intranet, subject, time.Now(), groups...))
}

// exchange brings a token from a page.
func (h *siteHouse) exchange(t *testing.T, origin, token string) reply {
	t.Helper()
	body, err := json.Marshal(map[string]string{"token": token})
	if err != nil {
		t.Fatal(err)
	}
	return h.from(t, origin, "POST", exchangePath, "", string(body))
}

// from sends a request as a page under an origin does, with a session unless
// that is "".
func (h *siteHouse) from(t *testing.T, origin, method, path, session, body string) reply {
	t.Helper()
	return h.request(t, method, h.url+path, "", func(r *http.Request) {
		if origin != "" {
			r.Header.Set("Origin", origin)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}
		r.Header.Set("Content-Type", "application/json")
		if session != "" {
			r.Header.Set("Authorization", "Bearer "+session)
		}
		r.Body, r.ContentLength = readCloser{strings.NewReader(body)}, int64(len(body))
	})
}

// enters returns the session of a visitor of the intranet.
func (h *siteHouse) enters(t *testing.T, subject string, groups ...string) (session string) {
	t.Helper()
	got := decoded[struct {
		Session string
		Seconds int
	}](t, h.exchange(t, intranet, tokenOf(subject, groups...)))
	if got.Session == "" || got.Seconds != 1800 {
		t.Fatalf("%+v", got)
	}
	return got.Session
}

// knocks opens a socket from a page and says hello with a session.
func (h *siteHouse) knocks(t *testing.T, origin, session string) *peer {
	t.Helper()
	ws, response, err := websocket.DefaultDialer.Dial("ws"+h.url[len("http"):]+"/socket", http.Header{"Origin": {origin}})
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, response)
	}
	response.Body.Close()
	t.Cleanup(func() { ws.Close() })
	p := &peer{Conn: ws, t: t}
	p.put(fmt.Sprintf(`{"type":"hello","version":1,"language":"en","session":%q}`, session))
	return p
}

func TestAVisitorAsksReadsAndLeavesUnderTheSitesOrigin(t *testing.T) {
	h := newSiteHouse(t)
	session := h.enters(t, "0001", "people/HR", "unknown", "hr")
	p := h.knocks(t, intranet, session)
	if p.ready = p.next(); p.ready["type"] != "ready" || p.ready["person"].(map[string]any)["name"] != "0001" {
		t.Fatalf("hello: %v", p.ready)
	}
	p.put(`{"type":"ask","id":"1","text":"Everything!","conversation":"c"}`)
	said := fmt.Sprint(p.until("done"))
	if !strings.Contains(said, "secret-of-hr") || strings.Contains(said, "secret-of-finance") {
		t.Errorf("answer %s", said)
	}
	for path, want := range map[string]string{
		"/api/conversations": "Everything!", "/api/conversations/c": "secret-of-hr", "/api/documents/bands?passage=0-20": "secret-of-hr",
		"/api/conversations/c/export?format=md": "Pay bands",
	} {
		got := h.from(t, intranet, "GET", path, session, "")
		if got.status != http.StatusOK || !strings.Contains(got.body, want) || strings.Contains(got.body, "secret-of-finance") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		if got.header.Get("Access-Control-Allow-Origin") != intranet || got.header.Get("Access-Control-Allow-Credentials") != "" || !slices.Contains(got.header.Values("Vary"), "Origin") {
			t.Errorf("%s: %v", path, got.header)
		}
	}
	if got := h.from(t, intranet, "POST", "/api/ask", session, `{"text":"Pay?"}`); got.status != http.StatusOK || !strings.Contains(got.body, "secret-of-hr") {
		t.Errorf("ask: %d %s", got.status, got.body)
	}
	if got := h.from(t, intranet, "GET", "/api/documents/merger", session, ""); got.status != http.StatusNotFound || strings.Contains(got.body, "Heron") {
		t.Errorf("another department's document: %d", got.status)
	}
	if got := h.from(t, intranet, "DELETE", exchangePath, session, ""); got.status != http.StatusNoContent {
		t.Errorf("leaving: %d %s", got.status, got.body)
	}
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("the socket of somebody who has left: %d", code)
	}
	if got := h.from(t, intranet, "GET", "/api/conversations", session, ""); got.status != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", got.status)
	}
	if got := h.from(t, intranet, "DELETE", exchangePath, session, ""); got.status != http.StatusNoContent {
		t.Errorf("leaving twice: %d", got.status)
	}
}

func TestL32_OnlyPagesOfListedOriginsGetAnything(t *testing.T) {
	h := newSiteHouse(t)
	session := h.enters(t, "0001", "people/HR")
	for _, origin := range []string{"https://evil.example", "null", "http://intranet.larkfield.example", "https://intranet.larkfield.example:8443", "https://intranet.larkfield.example.evil.example", "https://INTRANET.larkfield.example", "*", ""} {
		got := h.exchange(t, origin, tokenOf("0001", "people/HR"))
		if got.status != http.StatusForbidden || !strings.Contains(got.body, `"origin"`) {
			t.Errorf("%q exchanges: %d %s", origin, got.status, got.body)
		}
		if allowed := got.header.Get("Access-Control-Allow-Origin"); origin != "" && allowed != "*" { // so that it can say so
			t.Errorf("%q may not read that it is refused: %q", origin, allowed)
		}
		for _, path := range []string{"/api/conversations", "/api/documents/leave", "/documents/leave", "/"} {
			if got := h.from(t, origin, "GET", path, session, ""); got.status == http.StatusOK || got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%q gets %s: %d %v", origin, path, got.status, got.header)
			}
		}
		_, response, err := websocket.DefaultDialer.Dial("ws"+h.url[len("http"):]+"/socket", http.Header{"Origin": {origin}})
		if err == nil || response.StatusCode < http.StatusBadRequest {
			t.Errorf("%q opens a socket: %v", origin, err)
		}
		if response != nil {
			response.Body.Close()
		}
	}
	// A session is of one page's origin, and of the way in that it began by.
	if got := h.from(t, wiki, "GET", "/api/conversations", session, ""); got.status != http.StatusUnauthorized {
		t.Errorf("another page of the same site: %d", got.status)
	}
	chosen, err := h.config.Directory.Begin(t.Context(), identity.Entry{Person: "hanna", Provider: identity.ByChoice, SID: intranet}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := h.from(t, intranet, "GET", "/api/conversations", chosen, ""); got.status != http.StatusUnauthorized {
		t.Errorf("a session of another way in: %d", got.status)
	}
	// Another site's page has its own visitors and none of this one's.
	if got := h.from(t, partner, "GET", "/api/conversations", session, ""); got.status != http.StatusUnauthorized {
		t.Errorf("another site's page: %d", got.status)
	}
	if got := h.exchange(t, partner, tokenOf("0001", "people/HR")); got.status != http.StatusBadRequest {
		t.Errorf("a token for another page: %d", got.status)
	}
	if code := h.knocks(t, partner, session).closed(); code != closeSignedOut {
		t.Errorf("a socket of another site's page: %d", code)
	}
}

func TestL32_WithoutSitesNoOtherOriginGetsAnything(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for _, c := range []struct{ method, path string }{{"OPTIONS", exchangePath}, {"POST", exchangePath}, {"GET", "/api/conversations"}, {"GET", "/static/widget.js"}, {"OPTIONS", "/api/conversations"}} {
		got := h.request(t, c.method, url+c.path, "", func(r *http.Request) {
			r.Header.Set("Origin", intranet)
			r.Header.Set("Access-Control-Request-Method", "POST")
		})
		if got.header.Get("Access-Control-Allow-Origin") != "" || got.header.Get("Cross-Origin-Resource-Policy") != "same-origin" || c.path != "/static/widget.js" && got.status < 400 {
			t.Errorf("%s %s: %d %v", c.method, c.path, got.status, got.header)
		}
	}
}

func TestScriptsAreLentAndNothingElse(t *testing.T) {
	h := newSiteHouse(t)
	for path, lent := range map[string]bool{"/static/widget.js": true, "/static/words-en.js": true, "/static/visitor.js": true, "/static/page.css": false, "/": false, "/sign-in": false, "/healthz": false, "/api/openapi.yaml": false} {
		got := h.request(t, "GET", h.url+path, "", func(r *http.Request) { r.Header.Set("Origin", "https://any.example") })
		if got.status >= 400 || (got.header.Get("Cross-Origin-Resource-Policy") == "cross-origin") != lent || (got.header.Get("Access-Control-Allow-Origin") == "*") != lent {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
	}
}

func TestABrowserIsToldWhatAPageMaySend(t *testing.T) {
	h := newSiteHouse(t)
	for origin, allowed := range map[string]string{intranet: intranet, "https://evil.example": ""} {
		got := h.request(t, "OPTIONS", h.url+"/api/conversations/c", "", func(r *http.Request) {
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", "PATCH")
			r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		})
		if got.header.Get("Access-Control-Allow-Origin") != allowed || (got.status == http.StatusNoContent) != (allowed != "") || got.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %d %v", origin, got.status, got.header)
		}
		if allowed != "" && (!strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(got.header.Get("Access-Control-Allow-Methods"), "PATCH")) {
			t.Errorf("%v", got.header)
		}
	}
}

func TestASitesPageHasNoRightsOfACookie(t *testing.T) {
	h := newSiteHouse(t)
	asFinn := func(r *http.Request) {
		r.Header.Set("Origin", intranet) // of the same company, so that a browser may send the cookie
		r.Header.Set("Sec-Fetch-Site", "same-site")
		r.Header.Set("Content-Type", "application/json")
	}
	for _, path := range []string{"/api/conversations", "/api/sessions", "/api/documents/leave"} {
		if got := h.request(t, "GET", h.url+path, "finn", asFinn); got.status != http.StatusUnauthorized {
			t.Errorf("%s with a cookie: %d", path, got.status)
		}
	}
	for _, c := range []struct{ method, path string }{{"POST", "/api/ask"}, {"DELETE", "/api/conversations/c"}, {"POST", "/sign-out"}, {"POST", "/sign-in"}} {
		if got := h.request(t, c.method, h.url+c.path, "finn", asFinn); got.status != http.StatusUnauthorized && got.status != http.StatusForbidden {
			t.Errorf("%s with a cookie: %d", c.path, got.status)
		}
	}
	ws, response, err := websocket.DefaultDialer.Dial("ws"+h.url[len("http"):]+"/socket", http.Header{"Origin": {intranet}, "Cookie": {plainCookie + "=" + h.token("finn")}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	p := &peer{Conn: ws, t: t}
	defer ws.Close()
	p.put(`{"type":"hello","version":1}`)
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("a socket with a cookie: %d", code)
	}
	// A visitor's session is no cookie, and a person's cookie no visitor's session.
	session := h.enters(t, "0001", "people/HR")
	if got := h.request(t, "GET", h.url+"/api/conversations", "", func(r *http.Request) { r.AddCookie(h.cookie(plainCookie, session, 60)) }); got.status != http.StatusUnauthorized {
		t.Errorf("a visitor's session as a cookie: %d", got.status)
	}
	if got := h.byToken(t, "GET", h.url+"/api/conversations", session, ""); got.status != http.StatusUnauthorized {
		t.Errorf("a visitor's session without a page: %d", got.status)
	}
	if got := h.from(t, intranet, "GET", "/api/conversations", h.token("finn"), ""); got.status != http.StatusUnauthorized {
		t.Errorf("a cookie's session as a visitor's: %d", got.status)
	}
	_, program := h.made(t, identity.Token{Owner: "hanna", Actions: identity.Actions()})
	if got := h.from(t, intranet, "GET", "/api/conversations", program, ""); got.status != http.StatusUnauthorized {
		t.Errorf("a program's token from a page: %d", got.status)
	}
	if got := h.byToken(t, "GET", h.url+"/api/documents/leave", program, ""); got.status != http.StatusForbidden {
		t.Errorf("a program's token for a document: %d", got.status)
	}
}

func TestL09_AVisitorReadsWhatTheGroupsOfTheConfigurationGive(t *testing.T) {
	h := newSiteHouse(t)
	many := []string{"people/HR"}
	for i := range 1000 {
		many = append(many, fmt.Sprintf("group-%04d", i))
	}
	for name, c := range map[string]struct {
		subject string
		groups  []string
		reads   []string
	}{
		"One":        {"1", []string{"people/HR"}, []string{"bands", "leave"}},
		"Odd":        {"2", []string{"财务", "<b>", `"`, "a\nb"}, []string{"leave", "merger"}},
		"Both":       {"3", []string{"people/HR", "财务"}, []string{"bands", "leave", "merger"}},
		"Thousand":   {"4", many, []string{"bands", "leave"}},
		"Unknown":    {"5", []string{"g-hr", "hr", "people/hr", "", " people/HR"}, nil},
		"None":       {"6", nil, nil},
		"NameOfHers": {"hanna", nil, nil}, // the id of a person of the configuration
		"Tied":       {"of-mei", []string{"财务"}, []string{"bands", "leave"}},
	} {
		session := h.enters(t, c.subject, c.groups...)
		var reads []string
		for _, id := range slices.Sorted(maps.Keys(h.shelf.documents)) {
			if h.from(t, intranet, "GET", "/api/documents/"+string(id), session, "").status == http.StatusOK {
				reads = append(reads, string(id))
			}
		}
		if !slices.Equal(reads, c.reads) {
			t.Errorf("%s reads %v, want %v", name, reads, c.reads)
		}
	}
}

func TestL06_AVisitorHasNoRole(t *testing.T) {
	h := newSiteHouse(t)
	h.rights.policy.Store(parsed(t, strings.Replace(company, "id: mei,", "id: mei, roles: [administrator],", 1)+"groups: [{id: g-hr, departments: [hr]}, {id: g-admin, departments: [hr], roles: [administrator]}]\n"))
	for _, subject := range []string{"1", "of-mei"} { // by a group, and by being somebody else here
		session := h.enters(t, subject, "admins")
		if got := h.from(t, intranet, "GET", "/api/documents/bands", session, ""); got.status != http.StatusOK {
			t.Fatalf("%s reads nothing: %d", subject, got.status)
		}
		for _, c := range []struct{ method, path string }{{"GET", "/api/sessions"}, {"DELETE", "/api/sessions/x"}, {"GET", "/api/anything"}} {
			if got := h.from(t, intranet, c.method, c.path, session, ""); got.status != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d %s", c.method, c.path, subject, got.status, got.body)
			}
		}
	}
	who, err := h.config.Directory.Session(t.Context(), identity.SessionID(h.enters(t, "2", "admins")), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if has, err := h.config.Directory.Has(t.Context(), who.Person, "administrator", time.Now()); has || err != nil {
		t.Errorf("a group of the site's gives a role: %v, %v", has, err)
	}
}

// TestL20_EveryRouteAnswersAVisitorAsItsLineSays calls every route from a listed
// page with a visitor's session, and with the cookie of an administrator that a
// browser may send along.
func TestL20_EveryRouteAnswersAVisitorAsItsLineSays(t *testing.T) {
	h := newSiteHouse(t)
	h.rights.policy.Store(parsed(t, officers+"groups: [{id: g-hr, departments: [hr]}, {id: g-finance, departments: [finance]}, {id: g-admin, departments: [hr], roles: [administrator]}]\n"))
	for _, at := range h.routes() {
		if strings.HasSuffix(at.pattern, "/socket") || at.callers == HostSites {
			continue // which have tests of their own
		}
		method, _, ok := strings.Cut(at.pattern, " ")
		if !ok {
			method = http.MethodGet
		}
		c, session := matrix[at.pattern], h.enters(t, "0001", "people/HR", "admins")
		fill := strings.NewReplacer("CONVERSATION", "c", "ANSWER", "none", "SESSION", identity.SessionID(h.token("hanna")))
		got := h.request(t, method, h.url+fill.Replace(c.path), "admin", func(r *http.Request) {
			r.Header.Set("Origin", intranet)
			r.Header.Set("Sec-Fetch-Site", "same-site")
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+session)
			body := fill.Replace(c.body)
			r.Body, r.ContentLength = readCloser{strings.NewReader(body)}, int64(len(body))
		})
		admitted := got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && got.status != http.StatusSeeOther
		reads := at.callers == Anyone && !at.changes
		if want := at.callers.visitors() || reads; admitted != want && at.callers != Providers {
			t.Errorf("%s is for %s and answers a visitor with %d", at.pattern, at.callers, got.status)
		}
		if shared := got.header.Get("Access-Control-Allow-Origin"); shared != "" && !strings.HasPrefix(c.path, "/api/") && !strings.HasPrefix(c.path, "/static/") {
			t.Errorf("%s may be read from another origin", at.pattern)
		}
	}
}

func TestL15_TheSameSubjectOfTwoSitesIsTwoPeople(t *testing.T) {
	h := newSiteHouse(t)
	here := h.enters(t, "0001", "people/HR")
	there := decoded[struct{ Session string }](t, h.exchange(t, partner, sites.Sign(siteKey, "", sites.Of("partner", ownURL, partner, "0001", time.Now(), "people/HR")))).Session
	if got := h.from(t, intranet, "POST", "/api/ask", here, `{"text":"Everything!","conversation":"c"}`); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := h.from(t, partner, "GET", "/api/conversations/c", there, ""); got.status != http.StatusNotFound {
		t.Errorf("another site's person of the same subject reads it: %d", got.status)
	}
	again := h.enters(t, "0001", "people/HR")
	if got := h.from(t, intranet, "GET", "/api/conversations/c", again, ""); got.status != http.StatusOK {
		t.Errorf("who comes again: %d", got.status)
	}
}

func TestATokenIsExchangedOnce(t *testing.T) {
	h := newSiteHouse(t)
	token := tokenOf("0001", "people/HR")
	var all sync.WaitGroup
	outcomes := make([]int, 8)
	for i := range outcomes {
		all.Go(func() { outcomes[i] = h.exchange(t, intranet, token).status })
	}
	all.Wait()
	if slices.Sort(outcomes); outcomes[0] != http.StatusOK || outcomes[1] != http.StatusBadRequest {
		t.Errorf("at once: %v", outcomes)
	}
	h.serves(t) // as after a restart
	if got := h.exchange(t, intranet, token); got.status != http.StatusBadRequest || !strings.Contains(got.body, "sign_in_failed") {
		t.Errorf("after a restart: %d %s", got.status, got.body)
	}
}

func TestATokenThatDoesNotHoldOpensNothing(t *testing.T) {
	h := newSiteHouse(t)
	now := time.Now()
	good := sites.Of("intranet", ownURL, intranet, "0001", now, "people/HR")
	for name, body := range map[string]string{
		"Unsigned": `{"token":"` + sites.Sign(nil, "", good) + `"}`, "PublicKeyAsSecret": `{"token":"` + sites.Sign([]byte(siteKey.Public().(ed25519.PublicKey)), "", good) + `"}`,
		"Expired": `{"token":"` + sites.Sign(siteKey, "", good.With("exp", now.Add(-time.Hour).Unix()).With("iat", now.Add(-time.Hour-time.Minute).Unix())) + `"}`,
		"Nothing": ``, "NoToken": `{}`, "NoText": `{"token":7}`, "NoJSON": `token=` + tokenOf("1"), "LongToken": `{"token":"` + strings.Repeat("a", maxExchange-100) + `"}`,
	} {
		if got := h.from(t, intranet, "POST", exchangePath, "", body); got.status != http.StatusBadRequest || strings.Contains(got.body, "session") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := h.from(t, intranet, "POST", exchangePath, "", `{"token":"`+strings.Repeat("a", maxExchange)+`"}`); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("oversize: %d %s", got.status, got.body)
	}
	if list, err := h.config.Directory.Sessions(t.Context(), "", time.Now()); err != nil || len(list) != 0 {
		t.Errorf("sessions %v, %v", list, err)
	}
}

func TestNoSecretIsTakenFromAnAddressOrWrittenToTheLog(t *testing.T) {
	h := newSiteHouse(t)
	token, session := tokenOf("0001", "people/HR"), h.enters(t, "0002", "people/HR")
	if got := h.from(t, intranet, "POST", exchangePath+"?token="+url.QueryEscape(token), "", "{}"); got.status != http.StatusBadRequest {
		t.Errorf("a token in the address: %d", got.status)
	}
	for _, query := range []string{"?session=", "?token=", "?access_token="} {
		if got := h.from(t, intranet, "GET", "/api/conversations"+query+session, "", ""); got.status != http.StatusUnauthorized {
			t.Errorf("a session in the address: %d", got.status)
		}
	}
	ws, response, err := websocket.DefaultDialer.Dial("ws"+h.url[len("http"):]+"/socket?session="+session, http.Header{"Origin": {intranet}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	defer ws.Close()
	p := &peer{Conn: ws, t: t}
	p.put(`{"type":"hello","version":1}`)
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("a session in the address of a socket: %d", code)
	}
	if got := h.exchange(t, intranet, token); got.status != http.StatusOK { // none of these has used it up
		t.Errorf("%d", got.status)
	}
	h.exchange(t, intranet, token)
	said := h.log.String()
	if !strings.Contains(said, "used before") {
		t.Errorf("the log does not say what was wrong: %s", said)
	}
	for _, secret := range []string{token, strings.Split(token, ".")[1], strings.Split(token, ".")[2], session} {
		if strings.Contains(said, secret) {
			t.Errorf("a secret is in the log: %s", said)
		}
	}
}

func TestL11_ARevokedVisitorLosesTheSocketAndTheAnswerAtOnce(t *testing.T) {
	for name, revoke := range map[string]func(h *siteHouse, person string) error{
		"Session": func(h *siteHouse, person string) error {
			_, err := h.config.Directory.EndAll(t.Context(), person)
			return err
		},
		"Disabled": func(h *siteHouse, person string) error {
			return h.config.Directory.Disable(t.Context(), person, time.Now())
		},
		"SiteGone": func(h *siteHouse, _ string) error {
			_, err := h.config.Directory.KeepOnly(t.Context(), []string{"partner"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSiteHouse(t)
			began := make(chan struct{})
			h.answers.script = lingers(began)
			session := h.enters(t, "0001", "people/HR")
			p := h.knocks(t, intranet, session)
			if p.ready = p.next(); p.ready["type"] != "ready" {
				t.Fatal(p.ready)
			}
			p.put(`{"type":"ask","id":"1","text":"Everything!","conversation":"c"}`)
			<-began
			if err := revoke(h, p.ready["person"].(map[string]any)["id"].(string)); err != nil {
				t.Fatal(err)
			}
			h.sweep(t.Context())
			if code := p.closed(); code != closeSignedOut {
				t.Errorf("close code %d", code)
			}
			if got := h.from(t, intranet, "GET", "/api/conversations", session, ""); got.status != http.StatusUnauthorized {
				t.Errorf("by HTTP: %d", got.status)
			}
			if name == "Disabled" {
				if got := h.exchange(t, intranet, tokenOf("0001", "people/HR")); got.status != http.StatusForbidden || !strings.Contains(got.body, "disabled") {
					t.Errorf("comes again: %d %s", got.status, got.body)
				}
			}
		})
	}
}

func TestAVisitorsSessionEndsByItsOwnLimits(t *testing.T) {
	h := newSiteHouse(t)
	now := time.Now()
	for after, lasts := range map[time.Duration]bool{time.Minute: true, 9 * time.Minute: true, 11 * time.Minute: false, 31 * time.Minute: false} {
		id := identity.SessionID(h.enters(t, "0001", "people/HR"))
		listed := func(s identity.Session) bool { return s.ID == id }
		if list, err := h.config.Directory.Sessions(t.Context(), "", now.Add(after)); err != nil || slices.ContainsFunc(list, listed) != lasts {
			t.Errorf("unused for %v, listed: %v, %v", after, list, err)
		}
		if err := h.config.Directory.Lasts(id, now.Add(after)); (err == nil) != lasts {
			t.Errorf("unused for %v: %v", after, err)
		}
	}
	id := identity.SessionID(h.enters(t, "0001", "people/HR"))
	one, err := h.config.Directory.Session(t.Context(), id, now)
	if err != nil {
		t.Fatal(err)
	}
	for at := now; at.Before(now.Add(29 * time.Minute)); at = at.Add(5 * time.Minute) {
		if err := h.config.Directory.Touch(t.Context(), one, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.config.Directory.Lasts(id, now.Add(29*time.Minute)); err != nil {
		t.Errorf("in use: %v", err)
	}
	if err := h.config.Directory.Lasts(id, now.Add(31*time.Minute)); err == nil {
		t.Error("it is in use and lasts for ever")
	}
}

func TestWrongTokensAreTakenSlowlyAndOthersAreNot(t *testing.T) {
	h := newSiteHouse(t)
	now := time.Now()
	h.config.Now = func() time.Time { return now }
	refused := 0
	for range 2 * wrongTokens.N {
		if got := h.exchange(t, intranet, "a.b.c"); got.status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != wrongTokens.N {
		t.Errorf("%d of %d wrong tokens were refused for their pace", refused, 2*wrongTokens.N)
	}
	lines := slices.DeleteFunc(h.audit.Lines(), func(l audit.Line) bool { return l.Kind != "sign_in.refused" })
	if len(lines) != wrongTokens.N {
		t.Errorf("%d lines of wrong tokens", len(lines))
	}
	for range 2 * wrongTokens.N { // right ones from the same place come in as before
		h.enters(t, "0001", "people/HR")
	}
	for h.rightTokens.Take("intranet", now) == 0 {
	}
	if got := h.exchange(t, intranet, tokenOf("0001")); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("a site that signs without end: %d", got.status)
	}
}

func TestASocketOfASitesPageSaysWhoseItIsOrEnds(t *testing.T) {
	h := newSiteHouse(t)
	session := h.enters(t, "0001", "people/HR")
	for name, frame := range map[string]string{
		"NoSession": `{"type":"hello","version":1}`, "Unknown": `{"type":"hello","version":1,"session":"x"}`,
		"AToken": `{"type":"hello","version":1,"session":"` + tokenOf("0001") + `"}`,
	} {
		ws, response, err := websocket.DefaultDialer.Dial("ws"+h.url[len("http"):]+"/socket", http.Header{"Origin": {intranet}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		p := &peer{Conn: ws, t: t}
		p.put(`{"type":"ask","id":"1","text":"Everything!"}`)
		if f := p.next(); f["code"] != "hello_first" {
			t.Errorf("%s: a question before hello: %v", name, f)
		}
		h.sweep(t.Context()) // which ends no socket that says nothing yet
		p.put(frame)
		if f := p.next(); f["code"] != "signed_out" {
			t.Errorf("%s: %v", name, f)
		}
		if code := p.closed(); code != closeSignedOut {
			t.Errorf("%s: %d", name, code)
		}
		ws.Close()
	}
	p := h.knocks(t, intranet, session)
	if f := p.next(); f["type"] != "ready" {
		t.Fatal(f)
	}
	p.put(fmt.Sprintf(`{"type":"hello","version":1,"session":%q}`, h.enters(t, "0002", "财务")))
	if f := p.next(); f["code"] != "hello_twice" {
		t.Errorf("another person's hello on the same socket: %v", f)
	}
}

func TestASocketThatDoesNotSayWhoseItIsEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.config.Sites = []Site{{ID: "intranet", Origins: []string{intranet}}}
		listener := newPipe()
		server := http.Server{Handler: h.Handler()}
		go server.Serve(listener)
		defer server.Close()
		start := time.Now()
		ws, response, err := (&websocket.Dialer{NetDialContext: listener.dial}).Dial("ws://localhost/socket", http.Header{"Origin": {intranet}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		defer ws.Close()
		if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || time.Since(start) != helloTime {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

// waits is a script that says it has begun, and goes on until it is stopped.
func lingers(began chan<- struct{}) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	return func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Stage{Name: chat.Searching})
		close(began)
		<-ctx.Done()
	}
}
