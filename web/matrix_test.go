package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/identity"
)

// officers are an administrator and an auditor, of Finance both.
const officers = company + `  - {id: admin, name: Administrator, departments: [finance], roles: [administrator]}
  - {id: auditor, name: Auditor, departments: [finance], roles: [auditor]}
`

// A call is one request to a route about what is Hanna's. CONVERSATION, ANSWER
// and SESSION in it stand for ids of hers.
type call struct {
	callers    Callers // who may call, said here once more
	path, body string
	own        int // status for Hanna
	other      int // for whomever else the table admits; own unless set
	admin      int // for an administrator; other unless set
}

// matrix has a call of every route, by its pattern.
var matrix = map[string]call{
	"GET /{$}":                           {callers: SignedIn, path: "/", own: 200},
	"GET /documents/{id}":                {callers: SignedIn, path: "/documents/bands", own: 200, other: 404},
	"GET /socket":                        {callers: SignedInOrGreeting, path: "/socket", own: 200},
	"GET /api/conversations":             {callers: SignedInOrHeld, path: "/api/conversations?q=pay", own: 200},
	"GET /api/conversations/{id}":        {callers: SignedInOrHeld, path: "/api/conversations/CONVERSATION", own: 200, other: 404},
	"PATCH /api/conversations/{id}":      {callers: SignedInOrHeld, path: "/api/conversations/CONVERSATION", body: `{"title":"x"}`, own: 200, other: 404},
	"DELETE /api/conversations/{id}":     {callers: SignedInOrHeld, path: "/api/conversations/CONVERSATION", own: 204, other: 404},
	"GET /api/conversations/{id}/export": {callers: SignedInOrHeld, path: "/api/conversations/CONVERSATION/export", own: 200, other: 404},
	"POST /api/ask":                      {callers: SignedInOrHeld, path: "/api/ask", body: `{"text":"Pay?","conversation":"CONVERSATION"}`, own: 200},
	"GET /api/answers/{answer}":          {callers: SignedInOrHeld, path: "/api/answers/ANSWER", own: 200, other: 404},
	"POST /api/answers/{answer}/stop":    {callers: SignedInOrHeld, path: "/api/answers/ANSWER/stop", own: 204, other: 404},
	"POST /api/feedback":                 {callers: SignedInOrHeld, path: "/api/feedback", body: `{"answer":"ANSWER","vote":"up"}`, own: 204, other: 404},
	"GET /api/documents/{id}":            {callers: SignedInOrVisiting, path: "/api/documents/bands", own: 200, other: 404},
	"POST /api/visitor":                  {callers: HostSites, path: "/api/visitor", own: 403}, // as this server's own page
	"DELETE /api/visitor":                {callers: HostSites, path: "/api/visitor", own: 403},
	"GET /api/sessions":                  {callers: SignedIn, path: "/api/sessions", own: 200},
	"DELETE /api/sessions/{id}":          {callers: SignedIn, path: "/api/sessions/SESSION", own: 204, other: 404, admin: 204},
	"GET /api/departments":               {callers: SignedIn, path: "/api/departments", own: 200},
	"GET /api/openapi.yaml":              {callers: Anyone, path: "/api/openapi.yaml", own: 200},
	"/api/":                              {callers: SignedIn, path: "/api/none", own: 404},
	"GET /sign-in":                       {callers: Anyone, path: "/sign-in", own: 200},
	"POST /sign-in":                      {callers: Anyone, path: "/sign-in", own: 404}, // as nobody whom the demonstration knows
	"GET /sign-in/{provider}":            {callers: Anyone, path: "/sign-in/none", own: 404},
	"GET /sign-in/{provider}/callback":   {callers: Anyone, path: "/sign-in/none/callback", own: 404},
	"POST /sign-in/{provider}/logout":    {callers: Providers, path: "/sign-in/none/logout", own: 404},
	"POST /sign-out":                     {callers: Anyone, path: "/sign-out", own: 303},
	"GET /static/{file}":                 {callers: Anyone, path: "/static/widget.js", own: 200},
	"GET /healthz":                       {callers: Anyone, path: "/healthz", own: 200},
	"/":                                  {callers: Anyone, path: "/nowhere", own: 404},
}

// A kind is a kind of caller, and what each kind of route must answer it with:
// 0 leaves it to the call.
type kind struct {
	name                     string
	page, json, socket, held int // routes for who is signed in; held are those for tokens too
	administrators, auditors int
	credential               func(t *testing.T, h *house, at route) func(*http.Request)
	owner, administrator     bool
}

// kinds are all kinds of callers; the owner of what is asked for comes last,
// for the call may delete it.
func kinds() []kind {
	out := kind{page: 303, json: 401, socket: 401, held: 401, administrators: 401, auditors: 401}
	turnedAway := func(name string, credential func(*testing.T, *house, route) func(*http.Request)) kind {
		k := out
		k.name, k.credential = name, credential
		return k
	}
	in := func(name, person string) kind {
		return kind{name: name, administrators: 403, auditors: 403, credential: func(_ *testing.T, h *house, _ route) func(*http.Request) {
			return h.withSession(h.token(person))
		}}
	}
	admin, auditor, owner := in("administrator", "admin"), in("auditor", "auditor"), in("employee", "hanna")
	admin.administrators, admin.administrator = 0, true
	auditor.auditors = 0
	owner.owner = true
	return []kind{
		turnedAway("nobody", func(*testing.T, *house, route) func(*http.Request) { return func(*http.Request) {} }),
		turnedAway("expired session", func(t *testing.T, h *house, _ route) func(*http.Request) {
			token, err := h.config.Directory.Begin(t.Context(), identity.Entry{Person: "hanna", Provider: identity.ByChoice}, h.config.Now().Add(-48*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return h.withSession(token)
		}),
		turnedAway("disabled", func(t *testing.T, h *house, _ route) func(*http.Request) {
			token := h.token("mei")
			if err := h.config.Directory.Disable(t.Context(), "mei", h.config.Now()); err != nil {
				t.Fatal(err)
			}
			return h.withSession(token)
		}),
		turnedAway("made-up token", func(*testing.T, *house, route) func(*http.Request) { return withToken("bureau_x") }),
		{name: "token without the action", page: 303, json: 403, socket: 401, held: 403, administrators: 401, auditors: 401, credential: func(t *testing.T, h *house, at route) func(*http.Request) {
			other := identity.Ask
			if at.action == identity.Ask {
				other = identity.Conversations
			}
			return withToken(h.tokenFor(t, "hanna", other))
		}},
		in("foreign employee", "finn"), admin, auditor,
		{name: "token", page: 303, json: 403, socket: 401, administrators: 401, auditors: 401, owner: true, credential: func(t *testing.T, h *house, _ route) func(*http.Request) {
			return withToken(h.tokenFor(t, "hanna", identity.Actions()...))
		}},
		owner,
	}
}

// withSession and withToken give a request what its caller has.
func (h *house) withSession(token string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(h.cookie(h.sessionCookie(), token, 60)) }
}

func withToken(secret string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }
}

// tokenFor returns the secret of a new token.
func (h *house) tokenFor(t *testing.T, owner string, actions ...identity.Action) string {
	t.Helper()
	now := h.config.Now()
	_, secret, err := h.config.Directory.NewToken(t.Context(), identity.Token{Owner: owner, Name: identity.SessionID(randomText()), Actions: actions, Expires: now.Add(time.Hour)}, now)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// wants returns the status that the table promises a kind of caller.
func (k kind) wants(at route, c call) int {
	said := 0
	switch path := at.pattern; {
	case at.callers == SignedInOrHeld:
		said = k.held
	case at.callers == SignedInOrGreeting:
		said = k.socket
	case at.callers == SignedIn && strings.Contains(path, "/api/"), at.callers == SignedInOrVisiting:
		said = k.json
	case at.callers == SignedIn:
		said = k.page
	case at.callers == Administrators:
		said = k.administrators
	case at.callers == Auditors:
		said = k.auditors
	}
	switch {
	case said != 0:
		return said
	case k.owner || c.other == 0:
		return c.own
	case k.administrator && c.admin != 0:
		return c.admin
	}
	return c.other
}

func TestP4_L20_EveryRouteAnswersEveryCallerAsItsLineSays(t *testing.T) {
	for pattern := range matrix {
		if _, ok := lineOf(newHouse(t).routes(), pattern); !ok {
			t.Errorf("the matrix calls %q, which is no route", pattern)
		}
	}
	for _, at := range newHouse(t).routes() {
		c, ok := matrix[at.pattern]
		if !ok {
			t.Errorf("route %q has no line in the matrix: how is it called, and what does it answer?", at.pattern)
			continue
		}
		if at.callers != c.callers {
			t.Errorf("%s is for %s, and should be for %s", at.pattern, at.callers, c.callers)
		}
		t.Run(strings.ReplaceAll(at.pattern, "/", ":"), func(t *testing.T) {
			h := newHouse(t)
			h.rights.policy.Store(parsed(t, officers))
			url := serve(t, h)
			answer := h.answeredFor(t, url, at)
			for _, k := range kinds() {
				if k.owner { // the one before may have deleted it
					answer = h.answeredFor(t, url, at)
				}
				fill := strings.NewReplacer("CONVERSATION", "c", "ANSWER", answer, "SESSION", identity.SessionID(h.token("hanna")))
				credential := k.credential(t, h, at)
				if got, want := h.calls(t, url, at, fill.Replace(c.path), fill.Replace(c.body), credential), k.wants(at, c); got != want {
					t.Errorf("%s is answered %d, not %d", k.name, got, want)
				}
			}
		})
	}
}

// lineOf returns the line of a pattern.
func lineOf(routes []route, pattern string) (route, bool) {
	for _, r := range routes {
		if r.pattern == pattern {
			return r, true
		}
	}
	return route{}, false
}

// answeredFor has a question of Hanna's answered in conversation c and returns
// the answer's id. To be stopped, it is still being written.
func (h *house) answeredFor(t *testing.T, url string, at route) string {
	t.Helper()
	if !strings.HasSuffix(at.pattern, "/stop") {
		return h.answered(t, url, "hanna")
	}
	h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Stage{Name: chat.Writing})
		<-ctx.Done()
	}
	for _, before := range h.desk.Running("hanna") {
		if err := h.desk.Stop("hanna", before.Answer); err != nil {
			t.Fatal(err)
		}
	}
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"` + randomText() + `","text":"x","conversation":"c"}`)
	return p.until("stage")[0]["answer"].(string)
}

// calls calls a route as a page of the server does, and returns the status. Of
// a socket it is 200 if it is opened, and 401 if it is closed with the code for
// who is signed out.
func (h *house) calls(t *testing.T, url string, at route, path, body string, credential func(*http.Request)) int {
	t.Helper()
	if strings.HasSuffix(at.pattern, "/socket") {
		return h.opens(t, url, credential)
	}
	method, _, ok := strings.Cut(at.pattern, " ")
	if !ok {
		method = http.MethodGet
	}
	got := h.send(t, method, url+path, "", body, credential)
	if got.status == http.StatusSeeOther && !strings.HasPrefix(got.header.Get("Location"), "/sign-in") {
		t.Errorf("%s leads to %s", path, got.header.Get("Location"))
	}
	return got.status
}

// opens opens a socket with what a caller has.
func (h *house) opens(t *testing.T, url string, credential func(*http.Request)) int {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, http.NoBody)
	credential(r)
	_, token, _ := strings.Cut(r.Header.Get("Cookie"), plainCookie+"=")
	p := dial(t, url, token)
	defer p.Close()
	p.put(`{"type":"hello","version":1,"language":"en"}`)
	if _, _, err := p.ReadMessage(); err == nil {
		return http.StatusOK
	}
	return http.StatusUnauthorized
}

func TestALineThatForgetsSomethingIsRefused(t *testing.T) {
	whole := route{pattern: "POST /x", callers: SignedInOrHeld, action: identity.Ask, changes: true, fails: asJSON, serve: noPage}
	if err := whole.check(); err != nil {
		t.Fatal(err)
	}
	for name, forget := range map[string]func(*route){
		"its callers":         func(r *route) { r.callers = "" },
		"its handler":         func(r *route) { r.serve = nil },
		"its manner":          func(r *route) { r.fails = nil },
		"that it changes":     func(r *route) { r.changes = false },
		"its path":            func(r *route) { r.pattern = "POST" },
		"that tokens come":    func(r *route) { r.callers = SignedIn },
		"that documents stay": func(r *route) { r.documents, r.kept = true, true },
		"that anyone reads":   func(r *route) { r.documents, r.callers, r.action = true, Anyone, "" },
	} {
		line := whole
		forget(&line)
		if line.check() == nil {
			t.Errorf("a line that forgets %s was taken", name)
		}
	}
}
