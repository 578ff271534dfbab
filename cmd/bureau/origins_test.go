package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bureau/ingest"
)

// fetchingHouse is a house with one source, "wiki", of this configuration.
func fetchingHouse(t *testing.T, source string) house {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": "departments: [{id: hr, name: Human Resources}]\npeople: [{id: mei, name: Mei}, {id: hanna, name: Hanna, departments: [hr]}]\n" +
		"sources:\n  - {id: wiki, readers: [everyone], every: 1h, " + source + "}\n"})
	return newHouse(t, filepath.Join(folder, "bureau.yaml"))
}

// folder is where the configuration is.
func (h house) folder() string { return filepath.Dir(h.config) }

func (h house) wantFinds(person, word string, want bool) {
	h.t.Helper()
	if got := h.run("search", word, "--as", person); strings.Contains(got.stdout, word) != want {
		h.t.Errorf("%s finds %q: want %v\n%s%s", person, word, want, got.stdout, got.stderr)
	}
}

// commitTo commits a file in the repository in a folder.
func commitTo(t *testing.T, folder, name, text string) {
	t.Helper()
	write(t, folder, map[string]string{name: text})
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch=main"}, {"add", "--all"}, {"-c", "user.name=Mei", "-c", "user.email=mei@example.com", "commit", "--quiet", "--message=change"}} {
		c := exec.CommandContext(t.Context(), "git", append([]string{"-C", folder}, args...)...)
		c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}

func TestGitRepositoryIsASource(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed here")
	}
	repository := t.TempDir()
	commitTo(t, repository, "docs/leave.md", "# Leave\n\nAnnual leave is 28 days.\n")
	h := fetchingHouse(t, "git: {url: "+repository+", folder: docs}")
	path := map[string]string{"PATH": os.Getenv("PATH")}
	run := func(args ...string) outcome {
		t.Helper()
		got := program(t.Context(), path, append([]string{"-c", h.config, "--data", h.data, "--model", none, "--embedder", none}, args...)...)
		if got.status != exitDone {
			t.Fatalf("%v: %+v", args, got)
		}
		return got
	}
	if got := run("ingest"); !strings.Contains(got.stdout, "1 documents: 1 indexed (1 new)") {
		t.Errorf("%+v", got)
	}
	h.wantFinds("mei", "Annual", true)
	commitTo(t, repository, "docs/leave.md", "# Leave\n\nYearly leave is 29 days.\n")
	if got := run("ingest"); !strings.Contains(got.stdout, "1 unchanged") { // it is not due
		t.Errorf("%+v", got)
	}
	if got := run("ingest", "--fetch"); !strings.Contains(got.stdout, "1 documents: 1 indexed (0 new)") {
		t.Errorf("%+v", got)
	}
	h.wantFinds("mei", "Yearly", true)
	got := run("status").stdout
	for _, want := range []string{"wiki: git " + repository + ", folder docs was fetched at ", "next at "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if got := run("doctor", "--ollama", emptyOllama(t)); !strings.Contains(got.stdout, "all 1 can be reached") {
		t.Errorf("%+v", got)
	}
	if err := os.RemoveAll(repository); err != nil {
		t.Fatal(err)
	}
	if got := h.run("ingest", "--fetch"); got.status != exitFailed || !strings.Contains(got.stdout, "failed: wiki: fetch git ") {
		t.Errorf("%+v", got)
	}
	h.wantFinds("mei", "Yearly", true)
	if got := h.run("doctor", "--ollama", emptyOllama(t)); got.status != exitFailed || !strings.Contains(got.stdout, "FAIL  source wiki") {
		t.Errorf("%+v", got)
	}
}

func TestWebsiteIsASource(t *testing.T) {
	text := "Annual leave is 28 days"
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/sitemap.xml":
			fmt.Fprintf(w, "<urlset><url><loc>%s/leave</loc></url></urlset>", server.URL)
		case "/leave":
			fmt.Fprintf(w, "<!DOCTYPE html><html><title>Leave</title><body><main><h1>Leave</h1><p>%s.</p></main></body></html>", text)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	h := fetchingHouse(t, "website: {url: "+server.URL+"/, delay: 0s, private: true}")
	h.mustRun("ingest")
	h.wantFinds("mei", "Annual", true)
	text = "Yearly leave is 29 days"
	h.mustRun("ingest", "--fetch")
	h.wantFinds("mei", "Yearly", true)

	if got := fetchingHouse(t, "website: {url: "+server.URL+"/, delay: 0s}").run("ingest"); got.status != exitFailed || !strings.Contains(got.stdout, "private: true") {
		t.Errorf("an address of this machine is asked: %+v", got)
	}
}

// waitingHouse is a house whose source waits for what is written into pipe.
func waitingHouse(t *testing.T) (h house, pipe string) {
	t.Helper()
	h = fetchingHouse(t, "command: [./export.sh]")
	pipe = filepath.Join(h.folder(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, h.folder(), map[string]string{"export.sh": "#!/bin/sh\nread text < " + pipe + " && echo \"$text\" > \"$1/leave.md\"\n"})
	if err := os.Chmod(filepath.Join(h.folder(), "export.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	return h, pipe
}

// let waits until the program reads the pipe, and lets it go on.
func let(t *testing.T, pipe string) (write func(text string)) {
	t.Helper()
	open, err := os.OpenFile(pipe, os.O_WRONLY, 0) // which waits for a reader
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) {
		_, _ = open.WriteString(text) // the reader may have been killed
		open.Close()
	}
}

func (h house) child(args ...string) *child {
	return start(h.t, append([]string{"-c", h.config, "--data", h.data, "--model", none, "--embedder", none}, args...)...)
}

func TestP3_RightsAreTakenAwayBeforeASlowFetchEnds(t *testing.T) {
	h, pipe := waitingHouse(t)
	c := h.child("ingest")
	let(t, pipe)("Annual leave\n")
	c.await("1 indexed")
	h.wantFinds("mei", "Annual", true)
	write(t, h.folder(), map[string]string{"bureau.yaml": strings.Replace(read(t, h.config), "readers: [everyone]", "readers: [hr]", 1)})
	c = h.child("ingest", "--fetch")
	goOn := let(t, pipe) // the fetch is under way
	h.wantFinds("mei", "Annual", false)
	h.wantFinds("hanna", "Annual", true)
	goOn("Yearly leave\n")
	c.await("1 indexed .*1 with other readers")
	if status := c.status(); status != exitDone {
		t.Errorf("status %d", status)
	}
	h.wantFinds("mei", "Yearly", false)
	h.wantFinds("hanna", "Yearly", true)
}

func TestP7_KilledFetchLeavesTheDocuments(t *testing.T) {
	h, pipe := waitingHouse(t)
	c := h.child("ingest")
	let(t, pipe)("Annual leave\n")
	c.await("1 indexed")
	c = h.child("ingest", "--fetch")
	goOn := let(t, pipe)
	c.kill()
	goOn("") // its program ends by itself
	h.wantFinds("mei", "Annual", true)
	if got := report[ingest.Report](h, "ingest"); got.Unchanged != 1 || got.Deleted != 0 {
		t.Errorf("%+v", got)
	}
	c = h.child("ingest", "--fetch")
	let(t, pipe)("Yearly leave\n")
	c.await("1 indexed")
	h.wantFinds("mei", "Yearly", true)
}

func TestWatchFetchesBySchedule(t *testing.T) {
	h, pipe := waitingHouse(t)
	write(t, h.folder(), map[string]string{"bureau.yaml": strings.Replace(read(t, h.config), "every: 1h", "every: 1s", 1)})
	c := h.child("ingest", "--watch")
	let(t, pipe)("Annual leave\n")
	c.await("1 documents: 1 indexed") // by the run that begins meanwhile, or by the next
	let(t, pipe)("Yearly leave\n")
	c.await(" fetch: 1 documents: 1 indexed")
	h.wantFinds("mei", "Yearly", true)
	goOn := let(t, pipe) // a fetch is under way, and an edit waits for none
	defer goOn("")
	write(t, h.folder(), map[string]string{"bureau.yaml": strings.Replace(read(t, h.config), "readers: [everyone]", "readers: [hr]", 1)})
	c.await(" configuration: 1 documents: .*1 with other readers")
	h.wantFinds("mei", "Yearly", false)
	c.signal(syscall.SIGTERM)
	if status := c.status(); status != exitDone {
		t.Errorf("status %d", status)
	}
}

func TestMistakesOfOriginsAreSaidWithTheirLine(t *testing.T) {
	for _, c := range []struct{ name, source, says string }{
		{"Nothing", "{id: a, readers: [everyone]}", "has no path, and none of git, zip, s3, website, command"},
		{"Two", "{id: a, readers: [everyone], path: docs, zip: docs.zip}", "more than one of path, git"},
		{"UnknownKey", "{id: a, readers: [everyone], git: {url: /srv/docs.git, brunch: main}}", `:2: unknown key "brunch"`},
		{"UnknownOrigin", "{id: a, readers: [everyone], gti: {url: /srv/docs.git}}", `:2: unknown key "gti"`},
		{"NotAbsolute", "{id: a, readers: [everyone], git: {url: ../docs.git}}", "git: "},
		{"NoBucket", "{id: a, readers: [everyone], s3: {prefix: docs}}", "s3: bucket"},
		{"NoAddress", "{id: a, readers: [everyone], website: {url: www.example.com}}", "website: url"},
		{"NoProgram", "{id: a, readers: [everyone], command: []}", "command: names no program"},
		{"NoArchive", "{id: a, readers: [everyone], zip: ''}", "zip: names no archive"},
		{"PlainAddress", "{id: a, readers: [everyone], zip: http://www.example.com/docs.zip}", "zip: "},
		{"ASecret", "{id: a, readers: [everyone], git: {url: https://git.example.com/docs.git, token_env: s3cr-et}}", "token_env is not the name of an environment variable"},
		{"APasswordInTheAddress", "{id: a, readers: [everyone], git: {url: 'https://mei:s3cr-et@git.example.com/docs.git'}}", "name the variable that holds the token with token_env"},
		{"Schedule", "{id: a, readers: [everyone], zip: docs.zip, every: 1ms}", "at least 1s"},
		{"ScheduleOfAFolder", "{id: a, readers: [everyone], path: docs, every: 1h}", "every or timeout"},
		{"EnvironmentOfAnother", "{id: a, readers: [everyone], zip: docs.zip, environment: [HOME]}", "environment, which is for a command"},
		{"IDThatIsNoFolder", "{id: ../a, readers: [everyone], zip: docs.zip}", "the name of a folder"},
		{"HiddenID", "{id: .a, readers: [everyone], zip: docs.zip}", "the name of a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			write(t, folder, map[string]string{"bureau.yaml": "sources:\n  - " + c.source + "\n"})
			got := newHouse(t, filepath.Join(folder, "bureau.yaml")).run("ingest")
			if got.status != exitMisused || !strings.Contains(got.stderr, "bureau.yaml:2") || !strings.Contains(got.stderr, c.says) || strings.Contains(got.stderr, "s3cr-et") {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestSecretThatIsNotSetIsNamedByItsVariable(t *testing.T) {
	h := fetchingHouse(t, "s3: {endpoint: 'http://127.0.0.1:1', bucket: docs, access_key_env: WIKI_KEY, secret_key_env: WIKI_SECRET}")
	if got := h.run("ingest"); got.status != exitFailed || !strings.Contains(got.stdout, "the environment variable WIKI_KEY is not set") {
		t.Errorf("%+v", got)
	}
}

// An origin of a company's own is what docs/sources.md shows: one file, and one
// line.
func TestOriginOfTheDocumentationWorks(t *testing.T) {
	docs := read(t, filepath.Join(root, "docs", "sources.md"))
	if example := read(t, "wiki_test.go"); !strings.Contains(docs, "```go\n"+example+"```\n") {
		t.Error("docs/sources.md does not show wiki_test.go as it is")
	}
	pages := []wikiPage{{"team/leave", 1, "Annual leave is 28 days."}, {"team/trip", 1, "Book the train."}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_ = json.NewEncoder(w).Encode(pages)
	}))
	defer server.Close()
	lookup := func(name string) (string, bool) { return "t0ken", name == "WIKI_TOKEN" }
	source := ingest.Source{ID: "wiki"}
	from, err := (&wikiOrigin{server.URL, "WIKI_TOKEN"}).open(surroundings{wants: source.Wants, lookup: lookup})
	if err != nil || from.Check() != nil {
		t.Fatalf("%v, %v", err, from.Check())
	}
	folder := t.TempDir()
	for _, step := range [][]wikiPage{pages, {{"team/leave", 2, "Annual leave is 29 days."}}} {
		pages = step
		if err := from.Fetch(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(folder, "team"))
		if text := read(t, filepath.Join(folder, "team", "leave.md")); err != nil || text != step[0].Text || len(entries) != len(step) {
			t.Errorf("%q, %v, %v", text, entries, err)
		}
	}
}
