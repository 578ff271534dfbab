package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// demo starts the demonstration with quotes only and returns it with its
// address and its folder.
func demo(t *testing.T) (c *child, address, folder string) {
	t.Helper()
	folder = t.TempDir()
	c = start(t, "--data", folder, "--model", none, "--embedder", none, "demo", "--listen", "127.0.0.1:0")
	return c, c.await(`http://127\.0\.0\.1:\d+`), folder
}

func TestDemoAnswersHannaAndStopsWhenTold(t *testing.T) {
	c, address, _ := demo(t)
	s := signIn(t, address, "hanna").socket()
	frames := s.ask(aboutPay[0])
	done := frames[len(frames)-1]
	if done.Type != "done" || done.Mode != "quotes" || len(done.Cited) == 0 {
		t.Errorf("the end is %s", done.raw)
	}
	at := slices.IndexFunc(frames, func(f frame) bool { return f.Type == "sources" })
	first := slices.IndexFunc(frames, func(f frame) bool { return f.Type == "delta" })
	if at < 0 || first < at || !slices.ContainsFunc(frames[at].Sources, func(s shownSource) bool { return s.Title == "Pay bands 2026" }) {
		t.Errorf("sources are frame %d, words frame %d:\n%s", at, first, rawOf(frames))
	}
	c.signal(syscall.SIGTERM)
	closed := 0
	for {
		_ = s.SetReadDeadline(time.Now().Add(patience))
		if _, _, err := s.ReadMessage(); err != nil {
			var failed *websocket.CloseError
			if errors.As(err, &failed) {
				closed = failed.Code
			}
			break
		}
	}
	if status := c.status(); status != exitDone || closed != websocket.CloseGoingAway {
		t.Errorf("exit status %d, close code %d", status, closed)
	}
}

func TestP1_DemoShowsFengNothingOfHumanResources(t *testing.T) {
	_, address, _ := demo(t)
	hr := hrSecrets(t)
	hanna := signIn(t, address, "hanna")
	shown := hanna.socket().ask(aboutPay[0])
	feng := signIn(t, address, "feng")
	s := feng.socket()
	for _, question := range aboutPay {
		if found := hr.except(aboutPay...).in(rawOf(s.ask(question))); len(found) > 0 {
			t.Errorf("%q: %q", question, found)
		}
	}
	// An address that Hanna was given opens nothing for Feng.
	for _, source := range shown[slices.IndexFunc(shown, func(f frame) bool { return f.Type == "sources" })].Sources {
		if source.Title != "Pay bands 2026" {
			continue
		}
		if page := hanna.get(source.URL); !strings.Contains(page, "£63,500") {
			t.Errorf("hanna does not get %s", source.URL)
		}
		if found := hr.in(feng.get(source.URL)); len(found) > 0 {
			t.Errorf("feng gets %s: %q", source.URL, found)
		}
	}
}

func TestP3_AnEditOfTheConfigurationTakesARightAway(t *testing.T) {
	c, address, folder := demo(t)
	hr, file := hrSecrets(t), filepath.Join(folder, "company", "bureau.yaml")
	s := signIn(t, address, "hanna").socket()
	if !strings.Contains(rawOf(s.ask(aboutPay[0])), "£63,500") {
		t.Fatal("hanna does not find the pay bands")
	}
	const groups = "groups: [g-hr-all, g-hr-recruiting], clearance: confidential"
	edit := func(old, with string) {
		t.Helper()
		text := read(t, file)
		if !strings.Contains(text, old) {
			t.Fatalf("%s does not have %q", file, old)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(text, old, with, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(groups, "groups: []")
	c.await("as the configuration says now")
	if found := hr.except(aboutPay...).in(rawOf(s.ask(aboutPay[1]))); len(found) > 0 {
		t.Errorf("without the department, over the same socket: %q", found)
	}
	// A mistake in the file leaves the rights as they are, and is said.
	edit("groups: []", "groups: [g-nobody]")
	c.await("changed and is not used")
	if found := hr.except(aboutPay...).in(rawOf(s.ask(aboutPay[3]))); len(found) > 0 {
		t.Errorf("with a mistake in the file: %q", found)
	}
	edit("groups: [g-nobody]", "until: 2026-01-31")
	c.await("as the configuration says now")
	s.send(map[string]any{"type": "ask", "id": "last", "text": aboutPay[0]})
	if f := s.next(); f.Type != "failed" || f.Code != "signed_out" {
		t.Errorf("whoever has left is answered %s", f.raw)
	}
}

func TestServeRefusesAnEmptyIndexAndATakenAddress(t *testing.T) {
	h := newHouse(t, sample)
	if got := h.run("serve"); got.status != exitFailed || !strings.Contains(got.stderr, "bureau ingest -c "+sample) {
		t.Errorf("%+v", got)
	}
	h.mustRun("ingest")
	_, address, _ := demo(t)
	taken := strings.TrimPrefix(address, "http://")
	if got := h.run("serve", "--listen", taken); got.status != exitFailed || !strings.Contains(got.stderr, "--listen") {
		t.Errorf("%+v", got)
	}
	response, err := http.Get(address + "/healthz")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", response, err)
	}
	response.Body.Close()
}
