package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"bureau/audit"
)

// lines returns the lines of a house's audit that a filter leaves, without those
// about the audit itself.
func (h house) lines(filter ...string) []audit.Line {
	h.t.Helper()
	return slices.DeleteFunc(report[[]audit.Line](h, append([]string{"audit", "show"}, filter...)...), func(l audit.Line) bool {
		return strings.HasPrefix(string(l.Kind), "audit.")
	})
}

// kinds returns the kinds of lines, in their order.
func kinds(lines []audit.Line) (all []string) {
	for _, l := range lines {
		all = append(all, string(l.Kind))
	}
	return all
}

// post sends JSON as the page does.
func (v visitor) post(path, body string) string {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.address+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", v.address)
	return v.do(request)
}

// byDoor asks by each door and returns the documents whose text was shown, by
// their ids. The server of the page's doors is one process, the commands others.
var byDoor = map[audit.Door]func(t *testing.T, h house, address string) (shown []string){
	audit.Browser: func(t *testing.T, _ house, address string) (shown []string) {
		v := signIn(t, address, "hanna")
		for _, f := range v.socket().ask(aboutPay[0]) {
			for _, s := range f.Sources {
				shown = append(shown, documentOf(s.URL))
			}
		}
		v.get("/documents/" + shown[0])
		v.get("/api/conversations/c/export?format=md")
		return shown
	},
	audit.API: func(t *testing.T, _ house, address string) (shown []string) {
		for event := range strings.SplitSeq(signIn(t, address, "hanna").post("/api/ask", `{"text":"`+aboutPay[0]+`"}`), "\n\n") {
			var f frame
			_, data, _ := strings.Cut(event, "\ndata: ")
			if json.Unmarshal([]byte(data), &f) == nil {
				for _, s := range f.Sources {
					shown = append(shown, documentOf(s.URL))
				}
			}
		}
		return shown
	},
	audit.CommandLine: func(_ *testing.T, h house, _ string) (shown []string) {
		for _, s := range report[askReport](h, "ask", "--as", "hanna", aboutPay[0]).Sources {
			shown = append(shown, s.Document)
		}
		h.mustRun("search", "--as", "hanna", aboutPay[0])
		simulate(h, aboutPay[0], "/quit")
		return shown
	},
}

// answersBy is how many answers each of them has.
var answersBy = map[audit.Door]int{audit.Browser: 1, audit.API: 1, audit.CommandLine: 2}

// documentOf returns the id of a document from the address of its page.
func documentOf(url string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(url, "/documents/"), "?")
	return id
}

// elsewhere are the doors that other tests hold, and why.
var elsewhere = map[audit.Door]string{
	audit.Slack:  "a workspace is another program: slack's own tests have one",
	audit.Widget: "what is on another site's page is a socket with another way in",
	audit.Server: "nobody comes by it",
}

func TestP9_EveryDoorLeavesTheLinesOfWhatItShowed(t *testing.T) {
	h := indexed(t)
	server := start(t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	address := server.await(`http://127\.0\.0\.1:\d+`)
	for _, door := range audit.Doors() {
		ask, ok := byDoor[door]
		if !ok {
			if elsewhere[door] == "" {
				t.Errorf("nobody asks by the door %q", door)
			}
			continue
		}
		before := len(h.lines())
		shown := ask(t, h, address)
		slices.Sort(shown)
		if shown = slices.Compact(shown); len(shown) == 0 {
			t.Errorf("%s: nothing was shown", door)
		}
		var written []string
		ended := 0
		for _, l := range h.lines()[before:] {
			if l.By.Person != "hanna" || l.Kind == "sign_in.done" || l.Kind == "export.made" {
				continue // a sign-in is by the browser, whatever it is for, and an export by the HTTP door
			}
			if l.By.Door != door {
				t.Errorf("%s: %s is by %s", door, l.Kind, l.By.Door)
			}
			sent, ok := audit.Decode[audit.SourcesSent](l)
			for _, p := range sent.Sources {
				written = append(written, p.Document)
				if p.Passage == "" || p.Version == "" || sent.Generation != 1 || sent.Scope.Key == "" {
					t.Errorf("%s: %s", door, l.Event)
				}
			}
			if !ok && l.Kind == "answer.ended" {
				ended++
			}
		}
		slices.Sort(written)
		if written = slices.Compact(written); !slices.Equal(written, shown) || ended != answersBy[door] {
			t.Errorf("%s: in the audit are %v and %d ends, shown were %v in %d answers", door, written, ended, shown, answersBy[door])
		}
		if found := h.lines("--person", "hanna", "--question", aboutPay[0]); len(found) < 2*ended {
			t.Errorf("%s: %d lines are found by the question", door, len(found))
		}
		for _, document := range shown {
			if len(h.lines("--document", document)) == 0 {
				t.Errorf("nothing is found about document %s", document)
			}
		}
	}
	got := kinds(h.lines())
	for _, kind := range []string{"configuration.loaded", "sign_in.done", "document.opened", "export.made", "passages.shown"} {
		if !slices.Contains(got, kind) {
			t.Errorf("no line is %s: %v", kind, got)
		}
	}
	text := h.mustRun("audit", "show", "--document", "hr/pay-bands-2026.md")
	if !strings.Contains(text, "hr/pay-bands-2026.md (") || !strings.Contains(text, "hanna by browser, signed in by choice") {
		t.Errorf("for people it is\n%s", text)
	}
	server.signal(syscall.SIGTERM)
	head := strings.TrimPrefix(server.await(`head=\d+:[0-9a-f]{64}`), "head=")
	if status := server.status(); status != exitDone {
		t.Fatalf("status %d", status)
	}
	if out := h.mustRun("audit", "verify", "--head", head); !strings.Contains(out, "no fault") || !strings.Contains(out, "is the one of the head") {
		t.Errorf("verified: %s", out)
	}
}

// A server that is killed while somebody reads its answer leaves the line of
// what they have seen.
func TestP9_NothingWasShownThatAKillTakesOutOfTheAudit(t *testing.T) {
	h := newTalker(t)
	server, address := h.serve()
	s := signIn(t, address, "hanna").socket()
	s.send(map[string]any{"type": "ask", "id": "1", "text": aboutPay[0], "conversation": "c"})
	var answer string
	var shown []string
	for answer == "" || len(shown) == 0 {
		f := s.next()
		answer = f.Answer
		for _, source := range f.Sources {
			shown = append(shown, documentOf(source.URL))
		}
	}
	server.kill()
	h.mustRun("audit", "verify")
	var written []string
	for _, l := range h.lines("--answer", answer) {
		sent, _ := audit.Decode[audit.SourcesSent](l)
		for _, p := range sent.Sources {
			written = append(written, p.Document)
		}
	}
	if !slices.Equal(written, shown) {
		t.Errorf("in the audit are %v, shown were %v", written, shown)
	}
}

func TestP9_CommandsThatChangeAWayInLeaveLines(t *testing.T) {
	h := newHouse(t, sample)
	type_ := func(text string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		status := run(t.Context(), env{
			args: append([]string{"-c", h.config, "--data", h.data}, args...), lookup: func(string) (string, bool) { return "", false },
			stdout: &out, stderr: &out, stdin: strings.NewReader(text),
		})
		if status != exitDone {
			t.Fatalf("%v: %d %s", args, status, out.String())
		}
	}
	type_("correct horse battery\n", "user", "add", "hanna")
	type_("another horse battery\n", "user", "passwd", "hanna")
	h.mustRun("token", "create", "hanna", "--name", "nightly", "--departments", "hr")
	made, ok := audit.Decode[audit.TokenMade](h.lines()[2])
	if !ok || made.Owner != "hanna" || made.Name != "nightly" || !slices.Equal(made.Departments, []string{"hr"}) || made.Expires.IsZero() {
		t.Errorf("line %+v", made)
	}
	h.mustRun("token", "revoke", made.Token)
	h.mustRun("user", "disable", "hanna")
	h.mustRun("user", "enable", "hanna")
	h.mustRun("session", "revoke", "hanna")
	h.mustRun("feedback", "export")
	want := []string{"account.changed", "account.changed", "token.made", "token.revoked", "account.changed", "account.changed", "session.ended", "export.made"}
	lines := h.lines()
	if got := kinds(lines); !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
	for _, l := range lines {
		if l.By.Door != audit.CommandLine || l.By.Account == "" {
			t.Errorf("%s is by %+v", l.Kind, l.By)
		}
	}
}

func TestP9_ASwitchOfTheIndexLeavesALine(t *testing.T) {
	h := indexed(t)
	h.mustRun("reindex")
	h.mustRun("index", "rollback")
	var switches []string
	for _, l := range h.lines() {
		if s, ok := audit.Decode[audit.IndexSwitched](l); ok {
			switches = append(switches, fmt.Sprintf("%d to %d", s.Before, s.After))
		}
	}
	if !slices.Equal(switches, []string{"1 to 2", "2 to 1"}) {
		t.Errorf("switches %v", switches)
	}
}

func TestP9_AChangeOfThePolicyLeavesALine(t *testing.T) {
	folder := t.TempDir()
	company := "departments: [{id: hr}]\nsources: [{id: hr, path: ., readers: [hr]}]\n"
	write(t, folder, map[string]string{"bureau.yaml": company + "people: [{id: hanna, departments: [hr]}]\n"})
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	config, err := (&settings{Config: h.config, Data: &h.data}).load()
	if err != nil {
		t.Fatal(err)
	}
	policy := newLivePolicy(config, config.auditor())
	write(t, folder, map[string]string{"bureau.yaml": company})
	policy.refresh()
	lines := h.lines()
	if changed, ok := audit.Decode[audit.PolicyChanged](lines[0]); !ok || changed.Before != config.hash || changed.After == changed.Before || len(changed.After) != 64 {
		t.Errorf("line %s", lines[0].Event)
	}
}

func TestP9_VerifyFailsWithThePlaceOfAnEdit(t *testing.T) {
	h := indexed(t)
	h.mustRun("ask", "--as", "hanna", aboutPay[0])
	if got := h.run("audit", "verify"); got.status != exitDone || !strings.Contains(got.stdout, "no fault") {
		t.Fatalf("%+v", got)
	}
	files, err := filepath.Glob(filepath.Join(h.data, "audit", "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	write(t, filepath.Dir(files[0]), map[string]string{filepath.Base(files[0]): strings.Replace(read(t, files[0]), `"person":"hanna"`, `"person":"feng"`, 1)})
	got := h.run("audit", "verify")
	if got.status != exitFailed || !strings.Contains(got.stdout, "FAULT edited") || !strings.Contains(got.stdout, "line 2, 000000000001.jsonl:2") {
		t.Errorf("%+v", got)
	}
	if got := h.run("audit", "show"); got.status != exitDone || !strings.Contains(got.stderr, "1 lines are left out") || strings.Contains(got.stdout, "feng") {
		t.Errorf("%+v", got)
	}
	for _, misused := range [][]string{{"audit", "verify", "--head", "7"}, {"audit", "show", "--since", "yesterday"}, {"audit", "export", "--format", "csv"}} {
		if got := h.run(misused...); got.status != exitMisused {
			t.Errorf("%v: %+v", misused, got)
		}
	}
}

func TestP9_WithoutAnAuditNobodyIsAnsweredUnlessTheConfigurationSaysSo(t *testing.T) {
	h := indexed(t)
	write(t, h.data, map[string]string{"audit": "a file where the folder should be"})
	got := h.run("ask", "--as", "hanna", aboutPay[0])
	if got.status != exitFailed || strings.Contains(got.stdout, "£63,500") || !strings.Contains(got.stderr, "the audit cannot be written") || !strings.Contains(got.stderr, "required: false") {
		t.Errorf("%+v", got)
	}
	if got := h.run("search", "--as", "hanna", aboutPay[0]); got.status != exitFailed || strings.Contains(got.stdout, "Pay bands") {
		t.Errorf("%+v", got)
	}
	server := start(t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	server.await("the audit cannot be written")
	if status := server.status(); status != exitFailed {
		t.Errorf("a server without an audit ends with %d", status)
	}
	// Where it may be missing, people are answered.
	company := t.TempDir()
	write(t, company, map[string]string{"bureau.yaml": read(t, sample) + "\naudit: {required: false}\n"})
	if err := os.CopyFS(filepath.Join(company, "documents"), os.DirFS(filepath.Join(filepath.Dir(sample), "documents"))); err != nil {
		t.Fatal(err)
	}
	h.config = filepath.Join(company, "bureau.yaml")
	if got := h.run("ask", "--as", "hanna", aboutPay[0]); got.status != exitDone || !strings.Contains(got.stdout, "£63,500") {
		t.Errorf("%+v", got)
	}
}

func TestP9_ALostKeyIsSaidAndNotReplaced(t *testing.T) {
	h := indexed(t)
	h.mustRun("search", "--as", "hanna", aboutPay[0])
	says := func() finding {
		var findings []finding
		if err := json.Unmarshal([]byte(h.run("doctor", "--json").stdout), &findings); err != nil {
			t.Fatal(err)
		}
		return findings[slices.IndexFunc(findings, func(f finding) bool { return f.Part == "audit" })]
	}
	if f := says(); !f.OK || !strings.Contains(f.Says, "2 lines; its key is beside it") {
		t.Errorf("%+v", f)
	}
	key := filepath.Join(h.data, "audit.key")
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	if f := says(); f.OK || !strings.Contains(f.Remedy, key) {
		t.Errorf("%+v", f)
	}
	if got := h.run("search", "--as", "hanna", aboutPay[0]); got.status != exitFailed || !strings.Contains(got.stderr, "its key is missing") {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a key was made over lines of another")
	}
}

func TestP9_TheExportIsShapedAsOCSF(t *testing.T) {
	h := indexed(t)
	h.mustRun("ask", "--as", "hanna", aboutPay[0])
	h.mustRun("token", "create", "hanna", "--name", "nightly")
	var classes []string
	for line := range strings.Lines(h.mustRun("audit", "export")) {
		var event struct {
			Class    int `json:"class_uid"`
			Type     int `json:"type_uid"`
			Activity int `json:"activity_id"`
			Category int `json:"category_uid"`
			Severity int `json:"severity_id"`
			Time     int64
			Metadata struct{ Version string }
			Actor    struct{ User struct{ UID string } }
			Unmapped struct{ Event json.RawMessage }
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if event.Type != event.Class*100+event.Activity || event.Category != event.Class/1000 || event.Severity == 0 || event.Time == 0 || event.Metadata.Version != audit.OCSFVersion || event.Unmapped.Event == nil {
			t.Errorf("%s", line)
		}
		classes = append(classes, fmt.Sprint(event.Type, " ", event.Actor.User.UID))
	}
	if want := []string{"600399 ", "600302 hanna", "600302 hanna", "300401 "}; !slices.Equal(classes, want) {
		t.Errorf("classes %v, want %v", classes, want)
	}
	if lines := h.mustRun("audit", "export", "--format", "lines", "--since", "2999-01-01"); lines != "" {
		t.Errorf("since the future: %s", lines)
	}
}
