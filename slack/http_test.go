package slack

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bureau/slack/slacktest"
)

// overHTTP returns a house whose events come over HTTP.
func overHTTP(t testing.TB) (*house, *httptest.Server) {
	t.Helper()
	h := newHouse(t, func(h *house) { h.config.Tokens.App = "" })
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.bot.Handler().ServeHTTP(w, r) }))
	t.Cleanup(front.Close)
	h.space.Target = front.URL
	return h.run(), front
}

func TestEventsOverHTTPAreAnswered(t *testing.T) {
	h, _ := overHTTP(t)
	direct := h.space.Direct("U0HANNA")
	_, d := h.space.Say("U0HANNA", direct, "", aboutLeave)
	if _, ok := h.space.Time(d); !ok {
		t.Fatal("the event was not acknowledged")
	}
	h.space.Redeliver(d)
	command := h.space.Command("U0HANNA", direct, aboutLeave)
	if got := h.space.Reply(command); !strings.Contains(got, oneMoment.en) || !strings.Contains(got, "ephemeral") {
		t.Errorf("the command was answered %q", got)
	}
	h.ended(2)
	h.space.Press("U0HANNA", direct, actFeedback, find(h.space.Messages(), actFeedback).Value(actFeedback))
	h.await("feedback", func() bool { return len(h.judged()) == 1 })
	if tally := h.bot.Tally(); tally.Answered != 2 || tally.Repeated != 1 {
		t.Errorf("%+v", tally)
	}
}

func TestARequestThatSlackDidNotSignIsRefused(t *testing.T) {
	h, front := overHTTP(t)
	body := `{"type":"event_callback","team_id":"T0HOME","event_id":"E1","event":{"type":"message","channel_type":"im","channel":"DU0HANNA","user":"U0HANNA","ts":"1.1","text":"leave?"}}`
	for _, test := range []struct {
		name   string
		sign   func(http.Header)
		status int
	}{
		{"NotAtAll", func(http.Header) {}, http.StatusUnauthorized},
		{"WithAnotherSecret", func(h http.Header) { slacktest.Sign(h, []byte(body), "guessed", time.Now()) }, http.StatusUnauthorized},
		{"ForAnotherBody", func(h http.Header) { slacktest.Sign(h, []byte(body+" "), slacktest.SigningSecret, time.Now()) }, http.StatusUnauthorized},
		{"TenMinutesAgo", func(h http.Header) {
			slacktest.Sign(h, []byte(body), slacktest.SigningSecret, time.Now().Add(-10*time.Minute))
		}, http.StatusUnauthorized},
		{"Rightly", func(h http.Header) { slacktest.Sign(h, []byte(body), slacktest.SigningSecret, time.Now()) }, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			if status, _ := post(t, front.URL+"/slack/events", body, test.sign); status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
		})
	}
	h.ended(1)
	if got := h.bot.Tally().Asked; got != 1 {
		t.Errorf("%d questions were taken", got)
	}
}

func TestTheChallengeOfAnAddressIsAnswered(t *testing.T) {
	_, front := overHTTP(t)
	body := `{"type":"url_verification","challenge":"of-slack"}`
	_, text := post(t, front.URL+"/slack/events", body, func(h http.Header) { slacktest.Sign(h, []byte(body), slacktest.SigningSecret, time.Now()) })
	if text != "of-slack" {
		t.Errorf("%q", text)
	}
}

// post posts a body and returns the status and the text of the response.
func post(t *testing.T, address, body string, sign func(http.Header)) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sign(request.Header)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestNothingIsTakenWithoutASecret(t *testing.T) {
	h := newHouse(t, func(h *house) { h.config.Tokens.SigningSecret = "" }).run()
	front := httptest.NewServer(h.bot.Handler())
	t.Cleanup(front.Close)
	status, _ := post(t, front.URL+"/slack/events", "{}", func(h http.Header) { slacktest.Sign(h, []byte("{}"), "", time.Now()) })
	if status != http.StatusUnauthorized {
		t.Errorf("status %d", status)
	}
}
