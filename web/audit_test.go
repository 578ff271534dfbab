package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/audit"
	"bureau/chat"
	"bureau/identity"
	"bureau/identity/oidctest"
)

// linesOf are the kinds of lines that a visit of each route that shows documents
// leaves, with those of the questions that the visit asks first. What shows
// again what somebody was given before leaves none of its own.
var linesOf = map[string][]audit.Kind{
	"GET /{$}":                           nil, // questions that may be asked, and no passages
	"GET /documents/{id}":                {"document.opened"},
	"GET /socket":                        {"answer.ended", "answer.sources"},
	"POST /api/ask":                      {"answer.ended", "answer.sources"},
	"GET /api/answers/{answer}":          {"answer.ended", "answer.sources"},
	"GET /api/documents/{id}":            {"document.opened"},
	"GET /api/conversations":             {"answer.ended", "answer.sources"},
	"GET /api/conversations/{id}":        {"answer.ended", "answer.sources"},
	"GET /api/conversations/{id}/export": {"answer.ended", "answer.sources", "export.made"},
}

// named matches a document that a reply names by its address.
var named = regexp.MustCompile(`documents/([a-z]+)\?passage`)

func TestP9_EveryRouteThatShowsDocumentsLeavesItsLines(t *testing.T) {
	for _, r := range newHouse(t).routes() {
		if !r.documents {
			continue
		}
		want, ok := linesOf[r.pattern]
		if !ok {
			t.Errorf("route %q shows documents and is not among those of this test", r.pattern)
			continue
		}
		h := newHouse(t)
		seen := visits[r.pattern](t, h, serve(t, h), "hanna")
		kinds, documents := map[audit.Kind]bool{}, map[string]bool{}
		for _, l := range h.audit.Lines() {
			if l.By.Person != "hanna" {
				continue // of others whom the visit has asked too
			}
			kinds[l.Kind] = true
			if l.By.SignIn != identity.ByChoice || l.By.Session == "" || l.By.Door != audit.Browser && l.By.Door != audit.API {
				t.Errorf("%s: %s is by %+v", r.pattern, l.Kind, l.By)
			}
			if sent, ok := audit.Decode[audit.SourcesSent](l); ok {
				for _, p := range sent.Sources {
					documents[p.Document] = true
				}
			}
		}
		if got := slices.Sorted(maps.Keys(kinds)); !slices.Equal(got, want) {
			t.Errorf("%s leaves %v, want %v", r.pattern, got, want)
		}
		matches := named.FindAllStringSubmatch(seen, -1)
		if r.pattern == "GET /socket" && len(matches) == 0 {
			t.Errorf("no document is named in %s", seen)
		}
		for _, match := range matches {
			if !documents[match[1]] {
				t.Errorf("%s names document %s, which is in no line", r.pattern, match[1])
			}
		}
	}
}

func TestP9_ATokenIsNamedInTheLine(t *testing.T) {
	h := newHouse(t)
	address := serve(t, h)
	id, secret := h.made(t, identity.Token{Owner: "hanna", Service: true, Actions: []identity.Action{identity.Ask}})
	h.byToken(t, "POST", address+"/api/ask", secret, `{"text":"Everything!"}`)
	lines := h.audit.Lines()
	want := audit.By{Door: audit.API, Person: "service:" + id, SignIn: "token", Token: id, Owner: "hanna"}
	if len(lines) != 2 || lines[0].By != want || lines[1].By != want {
		t.Errorf("lines %+v, want two by %+v", lines, want)
	}
}

func TestP9_ADocumentIsNamedWithItsVersion(t *testing.T) {
	h := newHouse(t)
	leave := h.shelf.documents["leave"]
	leave.Document.Version = "v7"
	h.shelf.documents["leave"] = leave
	address := serve(t, h)
	for path, status := range map[string]int{"/documents/leave": http.StatusOK, "/documents/merger": http.StatusNotFound} {
		if got := h.request(t, "GET", address+path, "hanna", nil); got.status != status {
			t.Fatalf("%s: %d", path, got.status)
		}
	}
	lines := h.audit.Lines()
	if len(lines) != 1 {
		t.Fatalf("%d lines, want the one of the document that was shown", len(lines))
	}
	if opened, ok := audit.Decode[audit.DocumentOpened](lines[0]); !ok || opened.Document != "leave" || opened.Version != "v7" || opened.Scope == nil || opened.Scope.Key == "" {
		t.Errorf("line %s", lines[0].Event)
	}
}

func TestP9_WaysInAndOutLeaveLines(t *testing.T) {
	h, address, fake := corp(t)
	if err := h.config.Directory.SetPassword(t.Context(), "finn", "correct horse battery", true, time.Now()); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	typed := "my password, in the wrong field"
	b.post(address+"/sign-in", url.Values{"person": {typed}, "password": {"x"}})
	b.post(address+"/sign-in", url.Values{"person": {"finn"}, "password": {"wrong"}})
	b.post(address+"/sign-in", url.Values{"person": {"finn"}, "password": {"correct horse battery"}})
	b.post(address+"/sign-out", nil)
	b.get(address + "/sign-in/corp")
	b.post(address+"/sign-out", nil)
	fake.Set(func(p *oidctest.Provider) { p.Person = oidctest.Claims{"sub": "", "name": "Nobody"} })
	b.get(address + "/sign-in/corp")

	var got []string
	for _, l := range h.audit.Lines() {
		person := l.By.Person
		if strings.HasPrefix(person, "sso:") {
			person = "sso"
		}
		got = append(got, strings.Join([]string{string(l.Kind), l.By.SignIn, person}, " "))
		if in := strings.HasPrefix(string(l.Kind), "sign_in."); in != (l.By.Address == "127.0.0.1") {
			t.Errorf("%s comes from %q", l.Kind, l.By.Address)
		}
		if strings.Contains(string(l.Event)+l.Typed, "wrong field") || (l.Typed != "") != (len(got) == 1) {
			t.Errorf("line %+v has what was typed as it was", l)
		}
		if l.Typed != "" && l.Typed != h.audit.Key().Conceal(typed) {
			t.Errorf("what was typed is %q, and not its keyed hash", l.Typed)
		}
	}
	want := []string{
		"sign_in.refused password ", "sign_in.refused password finn", "sign_in.done password finn", "sign_out.done password finn",
		"sign_in.done corp sso", "sign_out.done corp sso", "sign_in.refused corp ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("lines\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestP9_ASessionThatSomebodyEndsLeavesALine(t *testing.T) {
	h := newHouse(t)
	address := serve(t, h)
	other := identity.SessionID(h.token("hanna"))
	if got := h.send(t, "DELETE", address+"/api/sessions/"+other, "hanna", ""); got.status != http.StatusNoContent {
		t.Fatalf("%d %s", got.status, got.body)
	}
	lines := h.audit.Lines()
	if ended, ok := audit.Decode[audit.SessionsEnded](lines[0]); !ok || ended.Person != "hanna" || ended.Sessions != 1 || !strings.HasPrefix(other, ended.Session) {
		t.Errorf("line %+v", lines[0])
	}
}

// A full is an audit without room.
type full struct{}

func (full) Append(context.Context, ...audit.Entry) error {
	return errors.New("no space left on device")
}

func TestP9_NothingIsGivenThatTheAuditWouldMiss(t *testing.T) {
	h := newHouse(t)
	address := serve(t, h)
	h.answered(t, address, "hanna")
	h.config.Audit = full{}
	for _, path := range []string{"/documents/leave", "/api/conversations/c/export?format=md", "/api/conversations/c/export?format=json"} {
		got := h.request(t, "GET", address+path, "hanna", func(r *http.Request) { r.Header.Set("Accept-Language", "zh-Hans") })
		if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "无法写入记录") && !strings.Contains(got.body, "a record of every answer") || strings.Contains(got.body, "26 days") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	got := h.post(t, address+"/sign-in", map[string]string{"person": "hanna"})
	if got.status != http.StatusServiceUnavailable || got.header.Get("Set-Cookie") != "" {
		t.Errorf("signed in: %d %v", got.status, got.header)
	}
	// What takes away is not held up.
	if got := h.request(t, "POST", address+"/sign-out", "hanna", nil); got.status != http.StatusSeeOther {
		t.Errorf("signed out: %d %s", got.status, got.body)
	}
}

func TestP6_AnAnswerThatTheAuditWouldMissHasAReason(t *testing.T) {
	for language, words := range map[string]string{english: "keeps a record of every answer", simplified: "无法写入记录", traditional: "無法寫入紀錄"} {
		f := failureOf(chat.Unaudited)
		if f.code != "unaudited" || !f.retry || !strings.Contains(f.words.in(language), words) {
			t.Errorf("%s: %+v", language, f)
		}
	}
}
