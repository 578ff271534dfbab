package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"bureau/access"
	"bureau/chat"
)

// eventsOf returns the frames of a reply of server-sent events.
func eventsOf(t *testing.T, r reply) []map[string]any {
	t.Helper()
	if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %s: %s", r.status, r.header.Get("Content-Type"), r.body)
	}
	var frames []map[string]any
	for event := range strings.SplitSeq(strings.TrimSuffix(r.body, "\n\n"), "\n\n") {
		if event == ": " {
			continue
		}
		var kind, id, data string
		if n, err := fmt.Sscanf(event, "event: %s\nid: %s\n", &kind, &id); n != 2 {
			t.Fatalf("event %q: %v", event, err)
		}
		_, data, _ = strings.Cut(event, "\ndata: ")
		var frame map[string]any
		if err := json.Unmarshal([]byte(data), &frame); err != nil || frame["type"] != kind {
			t.Fatalf("event %q: %v", event, err)
		}
		frames = append(frames, frame)
	}
	return frames
}

// decoded returns the JSON of a reply.
func decoded[T any](t *testing.T, r reply) (value T) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("%d: %s", r.status, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), &value); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return value
}

func TestTheHTTPDoorShowsWhatTheSocketShows(t *testing.T) {
	h := newHouse(t)
	h.answers.script = says(rich(h.shelf))
	url := serve(t, h)
	var whole, byHTTP, later shown
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"Leave?"}`)
	whole.read(t, p, 1000)
	for _, f := range eventsOf(t, h.send(t, "POST", url+"/api/ask", "hanna", `{"id":"1","text":"Leave?"}`)) {
		byHTTP.take(t, f)
	}
	whole.same(t, byHTTP)
	for _, f := range eventsOf(t, h.request(t, "GET", url+"/api/answers/"+whole.Answer, "hanna", nil)) {
		later.take(t, f)
	}
	whole.same(t, later)
	last := eventsOf(t, h.request(t, "GET", url+"/api/answers/"+whole.Answer+"?after=1", "hanna", func(r *http.Request) {
		r.Header.Set("Last-Event-ID", fmt.Sprint(whole.Seq))
	}))
	if len(last) != 1 || last[0]["type"] != "done" {
		t.Errorf("a browser that has seen all is sent %v", last)
	}
	c := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/"+h.onlyConversation(t), "hanna", nil))
	if len(c.Turns) != 1 {
		t.Fatalf("turns %+v", c.Turns)
	}
	turn := c.Turns[0]
	if live, kept := strings.Join(whole.Blocks, ""), strings.Join(turn.Blocks, ""); live != kept || kept == "" {
		t.Errorf("kept blocks %s\nlive %s", kept, live)
	}
	if turn.Answer != whole.Answer || turn.State != "done" || float64(turn.Seq) != whole.Seq || turn.Markdown != whole.End["markdown"] || !turn.Cut ||
		len(turn.Citations) != len(whole.Citations) || turn.Question != "Leave?" || turn.ID != "1" || turn.SearchedFor != "days of leave" {
		t.Errorf("turn %+v", turn)
	}
	kept, err := json.Marshal(turn.Sources)
	live, liveErr := json.Marshal(whole.Sources)
	if err != nil || liveErr != nil || !sameJSON(t, kept, live) {
		t.Errorf("sources %s\nlive %s", kept, live)
	}
}

// onlyConversation returns the one conversation of Hanna's that there is.
func (h *house) onlyConversation(t *testing.T) string {
	t.Helper()
	page, err := h.history.List(t.Context(), "hanna", 0)
	if err != nil || len(page.Conversations) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	return page.Conversations[0].ID
}

// sameJSON reports whether two documents say the same.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var one, other any
	if json.Unmarshal(a, &one) != nil || json.Unmarshal(b, &other) != nil {
		t.Fatalf("%s and %s", a, b)
	}
	return cmp.Equal(one, other)
}

func TestConversationsAreTheirPersonsAlone(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	answer := h.answered(t, url, "hanna") // in conversation c
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/api/conversations/ID", ""},
		{"GET", "/api/conversations/ID/export?format=md", ""},
		{"GET", "/api/conversations/ID/export?format=json", ""},
		{"PATCH", "/api/conversations/ID", `{"title":"Mine"}`},
		{"DELETE", "/api/conversations/ID", ""},
		{"GET", "/api/answers/ANSWER", ""},
		{"POST", "/api/answers/ANSWER/stop", `{}`},
		{"POST", "/api/feedback", `{"answer":"ANSWER","vote":"down"}`},
	} {
		ask := func(id, answer string) reply {
			fill := strings.NewReplacer("ID", id, "ANSWER", answer)
			return h.send(t, c.method, url+fill.Replace(c.path), "finn", fill.Replace(c.body))
		}
		unknown, foreign := ask("none", "none"), ask("c", answer)
		if diff := cmp.Diff(unknown, foreign, cmp.AllowUnexported(reply{})); diff != "" || unknown.status != http.StatusNotFound {
			t.Errorf("%s %s: %v\n%s", c.method, c.path, unknown, diff)
		}
	}
	for person, want := range map[string]int{"hanna": 1, "finn": 0} {
		page := decoded[conversationPage](t, h.request(t, "GET", url+"/api/conversations", person, nil))
		if len(page.Conversations) != want {
			t.Errorf("%s has %+v", person, page)
		}
	}
	if c := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c", "hanna", nil)); c.Title != "Everything!" || c.Turns[0].Feedback != nil {
		t.Errorf("it was touched: %+v", c)
	}
}

// everyWrite are the requests that change something.
var everyWrite = []struct{ method, path, body string }{
	{"POST", "/api/ask", `{"text":"x","id":"w"}`},
	{"POST", "/api/feedback", `{"answer":"ANSWER","vote":"down"}`},
	{"POST", "/api/answers/ANSWER/stop", `{}`},
	{"PATCH", "/api/conversations/c", `{"title":"Changed"}`},
	{"DELETE", "/api/conversations/c", ``},
	{"DELETE", "/api/sessions/x", ``},
	{"POST", "/api/visitor", `{"token":"x"}`},
	{"DELETE", "/api/visitor", ``},
}

func TestL32_NoWriteComesFromAnotherSite(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	answer := h.answered(t, url, "hanna")
	for _, r := range h.routes() {
		method, path, _ := strings.Cut(r.pattern, " ")
		known := func(w struct{ method, path, body string }) bool {
			return w.method == method && len(strings.Split(w.path, "/")) == len(strings.Split(path, "/")) && strings.HasPrefix(w.path, strings.Split(path, "{")[0])
		}
		if strings.HasPrefix(path, "/api/") && method != "GET" && !slices.ContainsFunc(everyWrite, known) {
			t.Errorf("%s is in no line of this test", r.pattern)
		}
	}
	for _, w := range everyWrite {
		for name, change := range map[string]func(*http.Request){
			"NoOrigin":      func(r *http.Request) { r.Header.Del("Origin") },
			"ForeignOrigin": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
			"NullOrigin":    func(r *http.Request) { r.Header.Set("Origin", "null") },
			"CrossSite":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"Form":          func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		} {
			if name == "Form" && w.method == "DELETE" {
				continue // it has no body
			}
			got := h.request(t, w.method, url+strings.ReplaceAll(w.path, "ANSWER", answer), "hanna", func(r *http.Request) {
				body := strings.ReplaceAll(w.body, "ANSWER", answer)
				r.Body, r.ContentLength = readCloser{strings.NewReader(body)}, int64(len(body))
				r.Header.Set("Origin", url)
				r.Header.Set("Content-Type", "application/json")
				change(r)
			})
			if got.status != http.StatusForbidden && got.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s %s %s: %d", w.method, w.path, name, got.status)
			}
		}
	}
	c := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c", "hanna", nil))
	if c.Title != "Everything!" || len(c.Turns) != 1 || c.Turns[0].Feedback != nil || len(h.answers.asked) != 1 {
		t.Errorf("something was changed: %+v", c)
	}
}

func TestWrongRequestsAreNamed(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	h.answered(t, url, "hanna")
	long := strings.Repeat("长", maxQuestion+1)
	for _, c := range []struct {
		method, path, body, code string
		status                   int
	}{
		{"GET", "/api/nothing", "", "not_found", 404},
		{"GET", "/api/conversations?before=x", "", "bad_frame", 400},
		{"GET", "/api/conversations?before=-1", "", "bad_frame", 400},
		{"GET", "/api/conversations?q=" + long, "", "too_long", 413},
		{"GET", "/api/conversations/c/export?format=pdf", "", "bad_frame", 400},
		{"GET", "/api/answers/x?after=-1", "", "bad_frame", 400},
		{"GET", "/api/answers/x?after=x", "", "bad_frame", 400},
		{"GET", "/api/answers/x", "", "no_answer", 404},
		{"GET", "/api/answers/" + long, "", "bad_frame", 400},
		{"PATCH", "/api/conversations/c", `{"title":"  "}`, "bad_frame", 400},
		{"PATCH", "/api/conversations/c", `{"title":"` + long + `"}`, "bad_frame", 400},
		{"PATCH", "/api/conversations/c", `[`, "bad_frame", 400},
		{"POST", "/api/ask", `{"text":" "}`, "empty", 400},
		{"POST", "/api/ask", `{"text":"` + long + `"}`, "too_long", 413},
		{"POST", "/api/ask", `{"text":"` + strings.Repeat("x", maxFrame) + `"}`, "too_large", 413},
		{"POST", "/api/ask", `{"text":"x","conversation":"c","after":"none"}`, "no_answer", 404},
		{"POST", "/api/ask", `{"text":"x","departments":["finance"]}`, "no_access", 404},
		{"POST", "/api/ask", `{"text":7}`, "bad_frame", 400},
		{"POST", "/api/feedback", `{"answer":"x","vote":"up"}`, "no_answer", 404},
		{"POST", "/api/feedback", `{"answer":"x","vote":"sideways"}`, "bad_frame", 400},
	} {
		got := h.send(t, c.method, url+c.path, "hanna", c.body)
		var failure struct{ Code, Words string }
		if err := json.Unmarshal([]byte(got.body), &failure); err != nil || got.status != c.status || failure.Code != c.code || failure.Words == "" {
			t.Errorf("%s %.60s %.60s: %d %s, want %d %s", c.method, c.path, c.body, got.status, got.body, c.status, c.code)
		}
	}
	for _, r := range h.routes() {
		method, path, _ := strings.Cut(r.pattern, " ")
		if !strings.HasPrefix(path, "/api/") || path == "/api/openapi.yaml" || path == exchangePath { // which asks for an origin first
			continue
		}
		if got := h.send(t, method, url+path, "", "{}"); got.status != http.StatusUnauthorized {
			t.Errorf("%s for nobody: %d", r.pattern, got.status)
		}
	}
}

func TestALongConversationComesInPartsAndIsExportedWhole(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	const n = 130
	for i := range n {
		turn := chat.Beginning{Answer: fmt.Sprint("a", i), Person: "hanna", Conversation: "c", Newest: true, Question: fmt.Sprint("question ", i), At: time.Now()}
		if _, err := h.history.Begin(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
		if err := h.history.Keep(t.Context(), turn.Answer, []chat.Event{chat.Delta{Text: "Yes."}, chat.Done{Text: "Yes."}}); err != nil {
			t.Fatal(err)
		}
	}
	latest := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c", "hanna", nil))
	if len(latest.Turns) != 100 || latest.Turns[99].Question != "question 129" || latest.Earlier == "" {
		t.Errorf("%d turns, earlier %q", len(latest.Turns), latest.Earlier)
	}
	first := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c?before="+latest.Earlier, "hanna", nil))
	if len(first.Turns) != n-100 || first.Turns[0].Question != "question 0" || first.Turns[n-101].Answer != latest.Turns[0].After || first.Earlier != "" {
		t.Errorf("%d turns before them, earlier %q", len(first.Turns), first.Earlier)
	}
	if got := h.request(t, "GET", url+"/api/conversations/c?before=x", "hanna", nil); got.status != http.StatusBadRequest {
		t.Errorf("before nothing: %+v", got)
	}
	exported := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c/export?format=json", "hanna", nil))
	if len(exported.Turns) != n || exported.Turns[0].Question != "question 0" || exported.Turns[n-1].Question != "question 129" || exported.Earlier != "" {
		t.Errorf("%d turns are exported", len(exported.Turns))
	}
}

func TestConversationsAreListedRenamedExportedAndDeleted(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	h.answered(t, url, "hanna")
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"2","text":"年假有几天？","conversation":"d"}`)
	first := p.until("done")[0]["answer"].(string)
	p.put(`{"type":"ask","id":"3","text":"Edited: how many days?","conversation":"d","after":""}`)
	p.until("done")
	p.put(fmt.Sprintf(`{"type":"ask","id":"4","text":"And in Suzhou?","conversation":"d","after":"%s"}`, first))
	p.until("done")
	p.put(fmt.Sprintf(`{"type":"feedback","answer":"%s","vote":"down","reason":"wrong","comment":"It is 27."}`, first))
	if f := p.next(); f["type"] != "noted" || f["answer"] != first || f["vote"] != "down" {
		t.Errorf("feedback: %v", f)
	}
	list := func(query string) (titles []string) {
		for _, c := range decoded[conversationPage](t, h.request(t, "GET", url+"/api/conversations"+query, "hanna", nil)).Conversations {
			titles = append(titles, c.Title)
		}
		return titles
	}
	if got := list(""); !slices.Equal(got, []string{"年假有几天？", "Everything!"}) {
		t.Errorf("list %q", got)
	}
	if got := list("?q=%E5%B9%B4%E5%81%87"); !slices.Equal(got, []string{"年假有几天？"}) {
		t.Errorf("search for 年假: %q", got)
	}
	renamed := decoded[conversationEntry](t, h.send(t, "PATCH", url+"/api/conversations/d", "hanna", `{"title":" Days \n of leave "}`))
	if renamed.Title != "Days of leave" || renamed.Turns != 3 {
		t.Errorf("renamed %+v", renamed)
	}
	c := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/d", "hanna", nil))
	after := []string{c.Turns[0].After, c.Turns[1].After, c.Turns[2].After}
	if !slices.Equal(after, []string{"", "", first}) || c.Turns[0].Feedback == nil || c.Turns[0].Feedback.Comment != "It is 27." {
		t.Errorf("turns %+v", c.Turns)
	}
	md := h.request(t, "GET", url+"/api/conversations/d/export?format=md", "hanna", nil)
	for _, want := range []string{"# Days of leave\n", "> 年假有几天？\n", "Asked anew, from the beginning.", "Asked anew, following 1.", "It says Leave policy.", "- [1] [Pay bands"} {
		if !strings.Contains(md.body, want) {
			t.Errorf("the export lacks %q:\n%s", want, md.body)
		}
	}
	if d := md.header.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="conversation-`) || !strings.HasSuffix(d, `.md"`) {
		t.Errorf("disposition %s", d)
	}
	exported := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/d/export?format=json", "hanna", nil))
	if diff := cmp.Diff(c, exported); diff != "" {
		t.Errorf("export: %s", diff)
	}
	if got := h.send(t, "DELETE", url+"/api/conversations/d", "hanna", ""); got.status != http.StatusNoContent {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	if got := list(""); !slices.Equal(got, []string{"Everything!"}) {
		t.Errorf("after it was deleted: %q", got)
	}
	p.put(`{"type":"follow","answer":"` + first + `"}`)
	if f := p.next(); f["code"] != "no_answer" {
		t.Errorf("its answer: %v", f)
	}
}

func TestP3_L24_HistoryHidesWhatIsReadNoMore(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	answer := h.answered(t, url, "hanna")
	all := func() (seen string) {
		for _, path := range []string{"/api/conversations", "/api/conversations?q=bands", "/api/conversations?q=everything", "/api/conversations/c",
			"/api/conversations/c/export?format=md", "/api/conversations/c/export?format=json", "/api/answers/" + answer} {
			seen += h.request(t, "GET", url+path, "hanna", nil).body
		}
		return seen
	}
	if seen := all(); strings.Count(seen, "Pay bands") < 5 {
		t.Fatalf("before: %s", seen)
	}
	h.rights.policy.Store(parsed(t, withoutHR))
	seen := all()
	for _, word := range append(secrets["hr"], "Leave policy", "secret-of") {
		if strings.Contains(seen, word) {
			t.Errorf("after the right was gone %q is shown: %s", word, seen)
		}
	}
	for _, want := range []string{"Everything!", `"state":"hidden"`, "This answer is left out", `{"conversations":[]}`, `"code":"revoked"`} {
		if !strings.Contains(seen, want) {
			t.Errorf("%s is missing in %s", want, seen)
		}
	}
	h.rights.policy.Store(parsed(t, company))
	h.shelf.narrow("bands", "finance") // the document instead of the person
	if seen := all(); strings.Contains(seen, "Pay bands") {
		t.Errorf("after the document was narrowed: %s", seen)
	}
}

func TestDeletingStopsWhatIsBeingWritten(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	ended := make(chan struct{})
	h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		defer close(ended)
		yield(chat.Stage{Name: chat.Writing})
		<-ctx.Done()
	}
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"x","conversation":"c"}`)
	p.until("stage")
	if got := h.send(t, "DELETE", url+"/api/conversations/c", "hanna", ""); got.status != http.StatusNoContent {
		t.Fatalf("%d %s", got.status, got.body)
	}
	<-ended
	p.until("done")
	if got := h.request(t, "GET", url+"/api/conversations/c", "hanna", nil); got.status != http.StatusNotFound {
		t.Errorf("it came back: %d", got.status)
	}
}

func TestSignedOutStreamsEnd(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	goOn, begun := make(chan struct{}), make(chan struct{})
	h.answers.script = func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Stage{Name: chat.Searching})
		close(begun)
		<-goOn
		yield(chat.Delta{Text: "secret-of-hr"})
		yield(chat.Done{Mode: chat.ByModel, Text: "secret-of-hr"})
	}
	token := h.token("hanna")
	got := make(chan reply)
	go func() {
		got <- h.request(t, "POST", url+"/api/ask", "", func(r *http.Request) {
			r.AddCookie(h.cookie(h.sessionCookie(), token, 60))
			r.Header.Set("Origin", url)
			r.Header.Set("Content-Type", "application/json")
			r.Body = readCloser{strings.NewReader(`{"text":"Pay?"}`)}
			r.ContentLength = -1
		})
	}()
	<-begun
	h.request(t, "POST", url+"/sign-out", "", func(r *http.Request) { r.AddCookie(h.cookie(h.sessionCookie(), token, 60)) })
	close(goOn)
	frames := eventsOf(t, <-got)
	if last := frames[len(frames)-1]; last["code"] != "revoked" || strings.Contains(fmt.Sprint(frames), "secret") {
		t.Errorf("after the session ended: %v", frames)
	}
}

func TestTheDescriptionHasEveryRouteAndNoOther(t *testing.T) {
	h := newHouse(t)
	var description struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal([]byte(h.request(t, "GET", serve(t, h)+"/api/openapi.yaml", "", nil).body), &description); err != nil {
		t.Fatal(err)
	}
	var described, served []string
	for path, methods := range description.Paths {
		for method := range methods {
			if method != "parameters" {
				described = append(described, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, r := range h.routes() {
		if _, path, _ := strings.Cut(r.pattern, " "); strings.HasPrefix(path, "/api/") {
			served = append(served, r.pattern)
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if diff := cmp.Diff(served, described); diff != "" {
		t.Errorf("openapi.yaml (-served +described):\n%s", diff)
	}
}

// The fields that the description names are those that are sent.
func TestTheDescriptionHasEveryFieldOfATurn(t *testing.T) {
	var description struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any `yaml:"properties"`
			} `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(openAPIFile, &description); err != nil {
		t.Fatal(err)
	}
	full := turn{
		Answer: "a", After: "b", ID: "c", Question: "d", Asked: time.Unix(0, 0), State: "done", Seq: 1, Sources: []source{{N: 1}}, SearchedFor: "e",
		Blocks: []string{"f"}, Citations: []turnCitation{{}}, Refusal: &turnRefusal{}, Mode: "g", Cited: []int{1}, Markdown: "h",
		Stopped: true, Cut: true, Partial: true, Code: "i", Words: "j", Retry: true, Feedback: &turnFeedback{}, Suggestions: []string{"k"},
	}
	entry := conversationEntry{ID: "a", Running: "b", Found: &found{}}
	for name, value := range map[string]any{
		"Turn": full, "Entry": entry, "Page": conversationPage{Next: "1"}, "Conversation": shownConversation{Earlier: "1"},
		"Source": source{Updated: "a", Language: "b", Also: []also{{}}},
		"Ask":    ask{ID: "a", Conversation: "b", After: new(string), Departments: []string{"c"}},
	} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var sent map[string]any
		if err := json.Unmarshal(data, &sent); err != nil {
			t.Fatal(err)
		}
		var fields, described []string
		for field := range sent {
			fields = append(fields, field)
		}
		for field := range description.Components.Schemas[name].Properties {
			described = append(described, field)
		}
		slices.Sort(fields)
		slices.Sort(described)
		if diff := cmp.Diff(fields, described); diff != "" {
			t.Errorf("%s (-sent +described):\n%s", name, diff)
		}
	}
}
