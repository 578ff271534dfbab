package slack

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

// maxRequest is how large a request of Slack's may be, in bytes.
const maxRequest = 1 << 20

// Handler returns the routes of the Events API: /slack/events, /slack/commands
// and /slack/actions. Each request must be signed with the signing secret within
// the last five minutes.
func (b *Bot) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /slack/events", b.signed(b.serveEvent))
	mux.HandleFunc("POST /slack/commands", b.signed(b.serveCommand))
	mux.HandleFunc("POST /slack/actions", b.signed(b.serveAction))
	return mux
}

// signed lets a request through that Slack has signed, with its body.
func (b *Bot) signed(serve func(w http.ResponseWriter, body []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err := b.verify(r.Header, body); err != nil {
			b.config.Log.Warn("slack: a request that Slack did not sign", "error", err)
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		select {
		case <-b.ready:
			serve(w, body)
		default: // Slack sends it again
			http.Error(w, "starting", http.StatusServiceUnavailable)
		}
	}
}

func (b *Bot) verify(header http.Header, body []byte) error {
	if b.config.Tokens.SigningSecret == "" {
		return errors.New("there is no signing secret")
	}
	verifier, err := slack.NewSecretsVerifier(header, b.config.Tokens.SigningSecret)
	if err != nil {
		return err
	}
	if _, err := verifier.Write(body); err != nil {
		return err
	}
	return verifier.Ensure()
}

func (b *Bot) serveEvent(w http.ResponseWriter, body []byte) {
	var challenge slackevents.EventsAPIURLVerificationEvent
	if json.Unmarshal(body, &challenge) == nil && challenge.Type == slackevents.URLVerification {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge.Challenge)
		return
	}
	e, err := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
	if err != nil { // a kind that the library does not know is of no use to us, and no reason to repeat it
		b.config.Log.Debug("slack: an event that is not understood", "error", err)
		return
	}
	acknowledge(w, b.takeEvent(e), nil)
}

func (b *Bot) serveCommand(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "not a command", http.StatusBadRequest)
		return
	}
	reply, took := b.takeCommand(slack.SlashCommand{
		TeamID: form.Get("team_id"), EnterpriseID: form.Get("enterprise_id"), ChannelID: form.Get("channel_id"),
		UserID: form.Get("user_id"), Command: form.Get("command"), Text: form.Get("text"), TriggerID: form.Get("trigger_id"),
	})
	acknowledge(w, took, reply)
}

func (b *Bot) serveAction(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	var callback slack.InteractionCallback
	if err != nil || json.Unmarshal([]byte(form.Get("payload")), &callback) != nil {
		http.Error(w, "not an action", http.StatusBadRequest)
		return
	}
	acknowledge(w, b.takeAction(callback), nil)
}

// acknowledge answers that a request was taken, or asks for it again.
func acknowledge(w http.ResponseWriter, took bool, reply any) {
	if !took {
		http.Error(w, "too much at once", http.StatusServiceUnavailable)
		return
	}
	if reply != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(reply)
	}
}
