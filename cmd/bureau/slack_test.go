package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bureau/slack/slacktest"
)

// simulate types lines into the made-up workspace of a house.
func simulate(h house, lines ...string) string {
	h.t.Helper()
	var out bytes.Buffer
	args := []string{"-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "slack", "simulate"}
	status := run(h.t.Context(), env{
		args: args, lookup: func(string) (string, bool) { return "", false }, stdout: &out, stderr: &out,
		stdin: strings.NewReader(strings.Join(lines, "\n") + "\n"),
	})
	if status != exitDone {
		h.t.Fatalf("status %d\n%s", status, out.String())
	}
	return out.String()
}

func TestSimulateAnswersInSlackAsTheRealBotDoes(t *testing.T) {
	h := indexed(t)
	got := simulate(h, aboutPay[0], "/quit", "never typed")
	if !strings.Contains(got, "£63,500") || !strings.Contains(got, "is searching the documents") || !strings.Contains(got, "Pay bands 2026") {
		t.Errorf("hanna is not told of the pay bands:\n%s", got)
	}
}

func TestP1_SimulateShowsAChannelNothingOfHumanResources(t *testing.T) {
	h := indexed(t)
	hr := hrSecrets(t).except(append(aboutPay, slackHelp, "general recruiting")...) // the names of channels
	var lines []string
	for _, question := range aboutPay {
		lines = append(lines, "/in general", question, "/new")
	}
	if found := hr.in(simulate(h, lines...)); len(found) > 0 {
		t.Errorf("a channel of the whole company: %q", found)
	}
	if found := hr.in(simulate(h, "/as feng", aboutPay[0], "/home", "/ask "+aboutPay[1])); len(found) > 0 {
		t.Errorf("feng alone: %q", found)
	}
	hrRoom := simulate(h, "/in hr", aboutPay[0])
	if !strings.Contains(hrRoom, "£63,500") {
		t.Errorf("the channel of Human Resources does not read its own documents:\n%s", hrRoom)
	}
	_, joined, in := strings.Cut(simulate(h, "/in hr", "/join feng", aboutPay[0]), "hanna@hr> ")
	if found := hr.in(joined); len(found) > 0 || !in {
		t.Errorf("after feng has joined: %q", found)
	}
}

func TestMistakesAboutSlackAreSaidAtOnce(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": `
slack:
  listen: 8081
  public: [everybody, left]
  trusted_apps: [jira]
  channels: {C0123: [nowhere]}
  patience: -1s
`})
	got := program(t.Context(), map[string]string{slackAppToken: "xapp-1"}, "-c", filepath.Join(folder, "bureau.yaml"), "status")
	for _, want := range []string{
		`listen: "8081"`, `public: "everybody"`, `public: "left"`, `trusted_apps: "jira"`,
		`channels: C0123: department "nowhere"`, "patience", slackBotToken + " is missing",
	} {
		if got.status != exitMisused || !strings.Contains(got.stderr, want) {
			t.Errorf("status %d does not say %q:\n%s", got.status, want, got.stderr)
		}
	}
	if strings.Contains(got.stderr, "xapp-1") {
		t.Errorf("a token is printed:\n%s", got.stderr)
	}
}

func TestAConfigurationCannotHoldATokenOfSlack(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": "slack: {bot_token: xoxb-1}\n"})
	got := program(t.Context(), nil, "-c", filepath.Join(folder, "bureau.yaml"), "status")
	if got.status != exitMisused || !strings.Contains(got.stderr, `unknown key "bot_token"`) {
		t.Errorf("%+v", got)
	}
}

// TestServeAnswersInSlack runs the server with a workspace beside it.
func TestServeAnswersInSlack(t *testing.T) {
	h := indexed(t)
	space := slacktest.New()
	t.Cleanup(space.Close)
	space.AddUser(slacktest.User{ID: "U0HANNA", Email: "hanna@larkfield.example"})
	config, err := (&settings{Config: h.config, Data: &h.data, Model: ptr(none), Embedder: ptr(none), lookup: os.LookupEnv}).load()
	if err != nil {
		t.Fatal(err)
	}
	p, searcher, err := openSearch(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	config.slack.tokens.Bot, config.slack.tokens.App, config.slack.api = slacktest.BotToken, slacktest.AppToken, space.API()
	ctx, stop := context.WithCancel(t.Context())
	door := doors{demo: true}
	listener, err := door.listen(ctx, serveConfig{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- p.serve(ctx, searcher, listener, door, func(string) {}) }()
	direct := space.Direct("U0HANNA")
	space.Say("U0HANNA", direct, "", aboutPay[0])
	answered := func() bool {
		all := space.Messages()
		return len(all) == 1 && !all[0].Streaming && strings.Contains(all[0].Shown(), "£63,500")
	}
	if !space.Await(patience, answered) {
		t.Errorf("%+v", space.Messages())
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("the server does not end")
	}
	if err := searcher.close(); err != nil {
		t.Error(err)
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
}

func ptr[T any](value T) *T { return &value }

// TestTheManifestAsksForWhatTheBotUses holds the manifest against the code.
func TestTheManifestAsksForWhatTheBotUses(t *testing.T) {
	var manifest struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `json:"oauth_config"`
		Settings struct {
			Events struct {
				Bot []string `json:"bot_events"`
			} `json:"event_subscriptions"`
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "examples", "slack", "manifest.json"))), &manifest); err != nil {
		t.Fatal(err)
	}
	guide := read(t, filepath.Join(root, "docs", "slack.md"))
	for _, name := range append(manifest.OAuth.Scopes.Bot, manifest.Settings.Events.Bot...) {
		if !strings.Contains(guide, "`"+name+"`") {
			t.Errorf("docs/slack.md does not say what %s is for", name)
		}
	}
	scopes := strings.Join(manifest.OAuth.Scopes.Bot, " ")
	for method, scope := range map[string]string{
		"users.info": "users:read", "users.list": "users:read", "conversations.members": "channels:read", "conversations.info": "groups:read",
		"conversations.open": "im:write", "chat.": "chat:write", "assistant.threads.": "assistant:write",
	} {
		if !strings.Contains(scopes, scope) {
			t.Errorf("%s needs the scope %s, which the manifest does not ask for", method, scope)
		}
	}
	if regexp.MustCompile(`history`).MatchString(strings.ReplaceAll(scopes, "im:history", "")) {
		t.Errorf("the manifest asks to read channels: %s", scopes)
	}
}
