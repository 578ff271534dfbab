package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/chat"
)

var update = flag.Bool("update", false, "write the golden files")

func TestAnswerIsTheProtocolsSequence(t *testing.T) {
	var b strings.Builder
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = slowly(fromShelf(h.shelf))
		p := open("hanna")
		p.put(`{"type":"ask","id":"q1","text":"How many days?","conversation":"c1","departments":["everyone"]}`)
		for _, f := range append([]map[string]any{p.ready}, p.until("done")...) {
			if f["answer"] != nil {
				f["answer"] = "ANSWER"
			}
			line, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n", line)
		}
	})
	const golden = "testdata/answer.golden.jsonl"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
}

// slowly is a script with time enough between its events for each to be shown
// by itself.
func slowly(script func(context.Context, access.Scope, chat.Question, func(chat.Event) bool)) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	return func(ctx context.Context, scope access.Scope, q chat.Question, yield func(chat.Event) bool) {
		script(ctx, scope, q, func(e chat.Event) bool {
			time.Sleep(2 * flushPeriod)
			return yield(e)
		})
	}
}

// secrets are the words that only one department may read, with a title.
var secrets = map[string][]string{
	"hr":      {"secret-of-hr", "Pay bands", "bands"},
	"finance": {"secret-of-finance", "Acquisition plan", "merger"},
}

// visits has, for each route that shows what is in documents, everything a
// person sees there. A new such route without a line here fails the test.
var visits = map[string]func(t *testing.T, h *house, url, person string) string{
	"GET /{$}": func(t *testing.T, h *house, url, person string) string {
		return h.request(t, "GET", url+"/", person, nil).body
	},
	"GET /documents/{id}": func(t *testing.T, h *house, url, person string) string {
		seen := ""
		for id := range h.shelf.documents {
			seen += h.request(t, "GET", url+"/documents/"+string(id)+"?passage=0-20", person, nil).body
		}
		return seen
	},
	"GET /api/documents/{id}": func(t *testing.T, h *house, url, person string) string {
		seen := ""
		for id := range h.shelf.documents {
			seen += h.request(t, "GET", url+"/api/documents/"+string(id)+"?passage=0-20", person, nil).body
		}
		return seen
	},
	"GET /api/conversations": func(t *testing.T, h *house, url, person string) string {
		h.answered(t, url, person)
		return h.request(t, "GET", url+"/api/conversations?q=SAYS", person, nil).body
	},
	"GET /api/conversations/{id}": func(t *testing.T, h *house, url, person string) string {
		h.answered(t, url, person)
		return h.request(t, "GET", url+"/api/conversations/c", person, nil).body
	},
	"GET /api/conversations/{id}/export": func(t *testing.T, h *house, url, person string) string {
		h.answered(t, url, person)
		return h.request(t, "GET", url+"/api/conversations/c/export?format=md", person, nil).body + h.request(t, "GET", url+"/api/conversations/c/export?format=json", person, nil).body
	},
	"POST /api/ask": func(t *testing.T, h *house, url, person string) string {
		return h.send(t, "POST", url+"/api/ask", person, `{"text":"Everything!","departments":["everyone","hr","finance"]}`).body
	},
	"GET /api/answers/{answer}": func(t *testing.T, h *house, url, person string) string {
		seen := ""
		for _, asker := range []string{"hanna", "finn"} {
			seen += h.request(t, "GET", url+"/api/answers/"+h.answered(t, url, asker), person, nil).body
		}
		return seen
	},
	"GET /socket": func(t *testing.T, h *house, url, person string) string {
		p := h.visitAs(t, url, person)
		seen := ""
		for _, departments := range []string{`[]`, `["hr","finance"]`, `["everyone","hr","finance","nonsense"]`} {
			p.put(`{"type":"ask","id":"` + fmt.Sprint(len(seen)) + `","text":"Everything!","conversation":"c","departments":` + departments + `}`)
			for _, f := range p.until("done") {
				line, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				seen += string(line)
			}
		}
		return seen
	},
}

// answered has a question of a person answered in their conversation c, and
// returns the answer's id.
func (h *house) answered(t *testing.T, url, person string) string {
	t.Helper()
	p := h.visitAs(t, url, person)
	defer p.Close()
	p.put(`{"type":"ask","id":"answered","text":"Everything!","conversation":"c"}`)
	return p.until("done")[0]["answer"].(string)
}

func TestP1_L20_EveryRouteShowsEachPersonTheirOwn(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for _, r := range h.routes() {
		if !r.documents {
			continue
		}
		visit, ok := visits[r.pattern]
		if !ok {
			t.Errorf("route %q shows documents and has no visit in this test", r.pattern)
			continue
		}
		for person, own := range map[string]string{"hanna": "hr", "finn": "finance"} {
			seen := visit(t, h, url, person)
			if seen == "" {
				t.Errorf("%s as %s shows nothing at all", r.pattern, person)
			}
			for department, words := range secrets {
				for _, word := range words {
					if department != own && strings.Contains(seen, word) {
						t.Errorf("%s shows %s, who is not of %s, %q", r.pattern, person, department, word)
					}
				}
			}
			if r.pattern != "GET /{$}" && !slices.ContainsFunc(secrets[own], func(word string) bool { return strings.Contains(seen, word) }) {
				t.Errorf("%s does not show %s their own", r.pattern, person)
			}
		}
	}
}

func TestL20_RoutesThatShowNoDocumentsAreListed(t *testing.T) {
	known := []string{
		"PATCH /api/conversations/{id}", "DELETE /api/conversations/{id}", "POST /api/answers/{answer}/stop", "POST /api/feedback", "GET /api/sessions", "DELETE /api/sessions/{id}", "POST /api/visitor", "DELETE /api/visitor", "GET /api/openapi.yaml", "/api/",
		"GET /sign-in", "POST /sign-in", "GET /sign-in/{provider}", "GET /sign-in/{provider}/callback", "POST /sign-in/{provider}/logout", "POST /sign-out", "GET /static/{file}", "GET /healthz", "/",
		"GET /api/departments",
	}
	for _, r := range newHouse(t).routes() {
		if _, ok := visits[r.pattern]; !ok && !slices.Contains(known, r.pattern) {
			t.Errorf("route %q is new: does it show what is in documents?", r.pattern)
		}
	}
}

func TestP4_L27_ForeignAndUnknownDocumentsLookTheSame(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	unknown := h.request(t, "GET", url+"/documents/nothing", "hanna", nil)
	if unknown.status != http.StatusNotFound {
		t.Fatalf("unknown document: %d", unknown.status)
	}
	for _, path := range []string{"/documents/merger", "/documents/merger?passage=0-9", "/documents/%2e%2e", "/documents/a.b", "/documents/" + strings.Repeat("a", 300)} {
		got := h.request(t, "GET", url+path, "hanna", nil)
		if diff := cmp.Diff(unknown, got, cmp.AllowUnexported(reply{})); diff != "" {
			t.Errorf("%s differs from an unknown document:\n%s", path, diff)
		}
	}
	for _, asked := range h.shelf.asked {
		if !documentID.MatchString(string(asked)) {
			t.Errorf("the library was asked for %q", asked)
		}
	}
}

// L23: the address of a document, of a passage or of an answer is no right. Once
// the right is gone it is that of nothing.
func TestL23_AnAddressOpensNothingOnceTheRightIsGone(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	answer := h.answered(t, url, "hanna")
	for _, path := range []string{"/documents/bands", "/documents/bands?passage=0-9", "/api/answers/" + answer} {
		if got := h.request(t, "GET", url+path, "hanna", nil); !strings.Contains(got.body, "secret-of-hr") {
			t.Errorf("%s shows %d %.100s before", path, got.status, got.body)
		}
	}
	h.rights.policy.Store(parsed(t, strings.Replace(company, "title: {en: HR advisor, zh-Hans: 人力资源顾问}, departments: [hr]", "departments: []", 1)))
	for _, path := range []string{"/documents/bands", "/documents/bands?passage=0-9", "/api/answers/" + answer} {
		if got := h.request(t, "GET", url+path, "hanna", nil); strings.Contains(got.body, "secret-of-hr") || strings.Contains(got.body, "Pay bands") {
			t.Errorf("%s shows %d %.100s afterwards", path, got.status, got.body)
		}
	}
}

// L26: what a browser keeps is gone with the session. That the page keeps
// nothing in localStorage is looked at where its scripts are.
func TestL26_SigningOutClearsWhatTheBrowserKeeps(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	got := h.post(t, url+"/sign-out", nil)
	if got.header.Get("Clear-Site-Data") != `"storage"` {
		t.Errorf("Clear-Site-Data is %q", got.header.Get("Clear-Site-Data"))
	}
	if set := got.header.Get("Set-Cookie"); !strings.HasPrefix(set, plainCookie+"=;") || !strings.Contains(set, "Max-Age=0") {
		t.Errorf("the cookie stays: %q", set)
	}
}

// L35: no route tells who else there is, or which departments.
func TestL35_NobodyIsToldOfOtherPeopleAndDepartments(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for person, foreign := range map[string][]string{
		"hanna": {"finn", "Finn Marsh", "Controller", "Finance", "finance", "财务部"},
		"finn":  {"hanna", "Hanna Reed", "Human Resources", "hr@larkfield.example", "人力资源部", "Nele"},
	} {
		for pattern, visit := range visits {
			seen := visit(t, h, url, person)
			for _, word := range foreign {
				if strings.Contains(strings.ReplaceAll(seen, "secret-of-finance", ""), word) {
					t.Errorf("%s tells %s of %q", pattern, person, word)
				}
			}
		}
		seen := fmt.Sprint(h.visitAs(t, url, person).ready)
		if name := map[string]string{"hanna": "Human Resources", "finn": "Finance"}[person]; !strings.Contains(seen, name) {
			t.Errorf("%s is not told of their own department %s: %s", person, name, seen)
		}
	}
}

func TestDocumentShowsItsPassageMarked(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	text := h.shelf.documents["leave"].Markdown
	start := strings.Index(text, "Leeds")
	page := h.request(t, "GET", fmt.Sprintf("%s/documents/leave?passage=%d-%d", url, start, start+10), "hanna", nil).body
	for _, want := range []string{
		`<p class="passage" id="Passage">Leeds has <strong>26 days</strong> a year.</p>`, `<p>Suzhou has 12 days.</p>`,
		`<h2 id="annual-leave">Annual leave</h2>`, `<span class="tag">Everyone</span>`, `2026-02-10`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("missing %s in %s", want, page)
		}
	}
	for _, range_ := range []string{"", "9-1", "-4", "x-y", "0-999999999", "999999-9999999"} {
		if got := h.request(t, "GET", url+"/documents/leave?passage="+range_, "hanna", nil); got.status != http.StatusOK {
			t.Errorf("passage=%s: %d", range_, got.status)
		}
	}
}

func TestL03_P2_WhoReadsNothingIsToldSoAndNothingIsAsked(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	p := h.visitAs(t, url, "hanna")
	for id, departments := range []string{`["finance"]`, `["nonsense"]`, `[""]`} {
		p.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"Everything!","departments":%s}`, id, departments))
		if f := p.next(); f["type"] != "failed" || f["code"] != "no_access" {
			t.Errorf("departments %s: %v", departments, f)
		}
	}
	for _, person := range []string{"nele", "nobody"} {
		q := dial(t, url, h.token(person))
		q.put(`{"type":"hello","version":1}`)
		if code := q.closed(); code != closeSignedOut {
			t.Errorf("%s: close code %d", person, code)
		}
		if got := h.request(t, "GET", url+"/documents/leave", person, nil); strings.Contains(got.body, "26 days") {
			t.Errorf("%s reads a document", person)
		}
	}
	if n := len(h.answers.asked); n > 0 {
		t.Errorf("the answerer was asked %d times", n)
	}
}

func TestL12_ARightThatGoesEndsTheAnswer(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	begun, goOn := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		defer close(ended)
		yield(chat.Stage{Name: chat.Searching})
		close(begun)
		<-goOn
		for yield(chat.Delta{Text: "secret-of-hr "}) {
		}
	}
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"Pay?"}`)
	<-begun
	h.rights.policy.Store(parsed(t, strings.Replace(company, "name: Hanna Reed, title: {en: HR advisor, zh-Hans: 人力资源顾问}, departments: [hr]", "name: Hanna Reed", 1)))
	close(goOn)
	for {
		f := p.next()
		if strings.Contains(fmt.Sprint(f), "secret-of-hr") {
			t.Fatalf("shown after the right was gone: %v", f)
		}
		if f["type"] == "failed" {
			if f["code"] != "revoked" {
				t.Errorf("code %v", f["code"])
			}
			break
		}
	}
	<-ended // the model's work was stopped too

	// The same socket asks again with what is left.
	h.answers.script = fromShelf(h.shelf)
	p.put(`{"type":"ask","id":"2","text":"Pay?"}`)
	if seen := fmt.Sprint(p.until("done")); strings.Contains(seen, "Pay bands") || !strings.Contains(seen, "Leave policy") {
		t.Errorf("after the right was gone: %s", seen)
	}
}

func TestL24_L33_AfterARightIsGoneTheOldAnswerIsInNoPrompt(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"Pay?","conversation":"c"}`)
	p.until("done")
	p.put(`{"type":"ask","id":"2","text":"More?","conversation":"c"}`)
	p.until("done")
	if n := len(h.answers.asked[1].Earlier); n != 1 {
		t.Fatalf("%d earlier turns, want the one that was asked", n)
	}
	h.rights.policy.Store(parsed(t, strings.Replace(company, "name: Hanna Reed, title: {en: HR advisor, zh-Hans: 人力资源顾问}, departments: [hr]", "name: Hanna Reed", 1)))
	p.put(`{"type":"ask","id":"3","text":"And?","conversation":"c"}`)
	p.until("done")
	if n := len(h.answers.asked[2].Earlier); n != 0 {
		t.Errorf("%d earlier turns after the right was gone", n)
	}
}

func TestL17_AnAnswerIsStoppedByItsPersonAlone(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Sources{Sources: []chat.Source{sourceOf(1, h.shelf.documents["leave"], "Suzhou has 12 days.")}})
		yield(chat.Delta{Text: "Twelve."})
		yield(chat.Stage{Name: chat.Writing})
		<-ctx.Done()
	}
	own, phone, other := h.visitAs(t, url, "hanna"), h.visitAs(t, url, "hanna"), h.visitAs(t, url, "finn")
	own.put(`{"type":"ask","id":"1","text":"Leave?"}`)
	frames := own.until("stage")
	stop := `{"type":"stop","answer":"` + frames[0]["answer"].(string) + `"}`
	other.put(`{"type":"stop","answer":"UNKNOWN"}`)
	unknown := other.next()
	other.put(stop)
	if diff := cmp.Diff(unknown, other.next()); diff != "" || unknown["code"] != "no_answer" {
		t.Errorf("a foreign answer is told from an unknown one: %v\n%s", unknown, diff)
	}
	phone.put(stop)
	last := own.until("done")
	if end := last[len(last)-1]; end["stopped"] != true || !strings.Contains(end["markdown"].(string), "Twelve.") {
		t.Errorf("stopped: %v", end)
	}
}

func TestL32_SocketsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	token := h.token("hanna")
	for name, origin := range map[string][]string{
		"Foreign": {"https://evil.example"}, "None": nil, "Null": {"null"}, "OtherPort": {"http://127.0.0.1:1"}, "Empty": {""},
		"Suffix": {url + ".evil.example"}, "User": {"http://" + url[len("http://"):] + "@evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{"Cookie": {plainCookie + "=" + token}}
			if origin != nil {
				header["Origin"] = origin
			}
			ws, response, err := websocket.DefaultDialer.Dial("ws"+url[len("http"):]+"/socket", header)
			if err == nil {
				ws.Close()
				t.Fatal("the socket opened")
			}
			defer response.Body.Close()
			if response.StatusCode != http.StatusForbidden {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
	dial(t, url, token) // and the page's own opens (L31)
}

func TestSignOutEndsItsSockets(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	token := h.token("hanna")
	p := dial(t, url, token)
	other := h.visitAs(t, url, "hanna")
	p.put(`{"type":"hello","version":1}`)
	p.next()
	got := h.request(t, "POST", url+"/sign-out", "", func(r *http.Request) { r.AddCookie(h.cookie(h.sessionCookie(), token, 60)) })
	if got.status != http.StatusSeeOther {
		t.Errorf("status %d", got.status)
	}
	if code := p.closed(); code != closeSignedOut {
		t.Errorf("close code %d", code)
	}
	if code := dial(t, url, token).closed(); code != closeSignedOut {
		t.Errorf("an ended session opens a socket: %d", code)
	}
	other.put(`{"type":"ask","id":"1","text":"x"}`)
	other.until("done") // another session of the same person goes on
}

func TestShutdownInterruptsAndSaysToComeBack(t *testing.T) {
	h := newHouse(t)
	ended := make(chan struct{})
	h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		defer close(ended)
		yield(chat.Stage{Name: chat.Searching})
		<-ctx.Done()
	}
	url := serve(t, h)
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"x"}`)
	p.until("stage")
	if err := h.desk.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	default:
		t.Error("the desk closed before the answer had ended")
	}
	if f := p.next(); f["code"] != "interrupted" || f["retry"] != true {
		t.Errorf("the answer ended with %v", f)
	}
	p.put(`{"type":"ask","id":"2","text":"x"}`)
	if f := p.next(); f["code"] != "restarting" || f["id"] != "2" {
		t.Errorf("a question after the desk closed: %v", f)
	}
	if err := h.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if code := p.closed(); code != websocket.CloseGoingAway {
		t.Errorf("close code %d", code)
	}
	if code := dial(t, url, h.token("finn")).closed(); code != websocket.CloseGoingAway {
		t.Errorf("a socket after shutdown: %d", code)
	}
}

func TestConfigMistakesAreReportedAtOnce(t *testing.T) {
	_, err := New(Config{})
	for _, name := range []string{"Directory", "Library", "Desk", "History"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not in %v", name, err)
		}
	}
}

func TestHealthTellsNothing(t *testing.T) {
	h := newHouse(t)
	got := h.request(t, "GET", serve(t, h)+"/healthz", "", nil)
	if got.status != http.StatusOK || got.body != "ok\n" {
		t.Errorf("%d %q", got.status, got.body)
	}
}

func TestWithoutDemoSignInNobodySignsIn(t *testing.T) {
	h := newHouse(t)
	h.config.DemoSignIn = false
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	for _, method := range []string{"GET", "POST"} {
		if got := h.request(t, method, server.URL+"/sign-in", "", nil); got.status != http.StatusForbidden || len(got.header["Set-Cookie"]) > 0 {
			t.Errorf("%s: %d %v", method, got.status, got.header)
		}
	}
}
