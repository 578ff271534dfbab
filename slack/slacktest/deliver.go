package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A Delivery is something that the workspace tells the bot.
type Delivery struct {
	kind     string // "events_api", "slash_commands" or "interactive"
	envelope string
	payload  []byte
	sent     time.Time
	acked    time.Time       // when it was first acknowledged, zero before
	reply    json.RawMessage // of the acknowledgement
}

// Time is how long the bot took to acknowledge a delivery, and false before it
// has.
func (w *Workspace) Time(d *Delivery) (time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return d.acked.Sub(d.sent), !d.acked.IsZero()
}

// Reply is what the bot answered to a delivery with its acknowledgement.
func (w *Workspace) Reply(d *Delivery) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(d.reply)
}

// Pending is how many deliveries were not acknowledged yet.
func (w *Workspace) Pending() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pending)
}

// Say lets somebody write a message, and tells the bot where it is about that:
// in direct messages, and in channels where it is mentioned. It returns the time
// of the message and its delivery.
func (w *Workspace) Say(user, channel, thread, text string) (string, *Delivery) {
	var at string
	w.change(func() { at = w.stamp() })
	e := map[string]any{"user": user, "channel": channel, "ts": at, "event_ts": at, "text": text, "team": Team}
	if thread != "" {
		e["thread_ts"] = thread
	}
	w.mu.Lock()
	if u := w.users[user]; u.Outside {
		e["user_team"] = "T0OTHER"
	}
	w.mu.Unlock()
	if channel[0] == 'D' {
		e["channel_type"] = "im"
		return at, w.send("message", e)
	}
	e["text"] = fmt.Sprintf("<@%s> %s", Bot, text)
	return at, w.send("app_mention", e)
}

// OpenThread lets somebody open a thread with the bot, and returns it.
func (w *Workspace) OpenThread(user string) (thread string) {
	channel := w.Direct(user)
	w.change(func() { thread = w.stamp() })
	w.send("assistant_thread_started", map[string]any{"assistant_thread": map[string]any{
		"user_id": user, "channel_id": channel, "thread_ts": thread, "context": map[string]any{},
	}})
	return thread
}

// OpenHome lets somebody open the bot's home page.
func (w *Workspace) OpenHome(user string) {
	w.send("app_home_opened", map[string]any{"user": user, "channel": w.Direct(user), "tab": "home"})
}

// Send sends an event of any kind.
func (w *Workspace) Send(kind string, fields map[string]any) *Delivery { return w.send(kind, fields) }

// Command lets somebody use the slash command.
func (w *Workspace) Command(user, channel, text string) *Delivery {
	return w.deliver("slash_commands", map[string]any{
		"team_id": Team, "user_id": user, "channel_id": channel, "command": "/ask", "text": text, "trigger_id": w.next("trigger"),
	})
}

// Press lets somebody press a button. What it says of the channel is what the
// presser's client says.
func (w *Workspace) Press(user, channel, action, value string) *Delivery {
	return w.deliver("interactive", map[string]any{
		"type": "block_actions", "trigger_id": w.next("trigger"), "team": map[string]any{"id": Team},
		"user": map[string]any{"id": user}, "channel": map[string]any{"id": channel},
		"actions": []any{map[string]any{"type": "button", "action_id": action, "value": value, "block_id": "b", "action_ts": "1.0"}},
	})
}

// next returns an id.
func (w *Workspace) next(kind string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events++
	return fmt.Sprintf("%s%d", kind, w.events)
}

// send sends an event of the Events API.
func (w *Workspace) send(kind string, fields map[string]any) *Delivery {
	return w.SendAs(Team, kind, fields)
}

// SendAs sends an event as that of another workspace's.
func (w *Workspace) SendAs(team, kind string, fields map[string]any) *Delivery {
	fields["type"] = kind
	return w.deliver("events_api", map[string]any{
		"type": "event_callback", "team_id": team, "api_app_id": "A0BUREAU", "event_id": w.next("Ev"), "event": fields,
		"authorizations": []any{map[string]any{"team_id": team, "user_id": Bot, "is_bot": true}},
	})
}

// deliver tells the bot something, by the way that is set up.
func (w *Workspace) deliver(kind string, payload map[string]any) *Delivery {
	encoded, err := json.Marshal(payload)
	if err != nil {
		panic(err) // unreachable: maps of texts encode
	}
	d := &Delivery{kind: kind, envelope: w.next("envelope"), payload: encoded}
	w.Redeliver(d)
	return d
}

// Redeliver tells the bot something once more, as Slack does when it has not
// been acknowledged in time.
func (w *Workspace) Redeliver(d *Delivery) {
	if w.Target != "" {
		w.post(d)
		return
	}
	w.change(func() {
		d.sent = time.Now()
		if !slices.Contains(w.pending, d) {
			w.pending = append(w.pending, d)
		}
		for s := range w.sockets {
			s.write(d)
			return
		}
	})
}

// Disconnect closes every connection, as Slack does from time to time. What was
// not acknowledged is sent again by the next one.
func (w *Workspace) Disconnect() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.sockets {
		s.send(map[string]any{"type": "disconnect", "reason": "warning"})
		s.close()
		delete(w.sockets, s)
	}
}

// Connections is how often the bot has connected.
func (w *Workspace) Connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.connected
}

// paths are where deliveries go by HTTP.
var paths = map[string]string{"events_api": "/slack/events", "slash_commands": "/slack/commands", "interactive": "/slack/actions"}

// post sends a delivery by HTTP, signed.
func (w *Workspace) post(d *Delivery) {
	body := d.body()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.Target+paths[d.kind], bytes.NewReader(body))
	if err != nil {
		panic(err) // the target of a test is an address
	}
	Sign(request.Header, body, SigningSecret, time.Now())
	w.change(func() { d.sent = time.Now() })
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return // not acknowledged
	}
	var reply bytes.Buffer
	_, _ = reply.ReadFrom(response.Body)
	_ = response.Body.Close()
	if response.StatusCode == http.StatusOK {
		w.change(func() { d.acked, d.reply = time.Now(), reply.Bytes() })
	}
}

// body returns a delivery as it is sent by HTTP.
func (d *Delivery) body() []byte {
	switch d.kind {
	case "interactive":
		return []byte(url.Values{"payload": {string(d.payload)}}.Encode())
	case "slash_commands":
		var fields map[string]string
		_ = json.Unmarshal(d.payload, &fields) // it was made of texts
		form := url.Values{}
		for key, value := range fields {
			form.Set(key, value)
		}
		return []byte(form.Encode())
	}
	return d.payload
}

// Sign signs a request as Slack does.
func Sign(header http.Header, body []byte, secret string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	header.Set("X-Slack-Request-Timestamp", stamp)
	header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}
