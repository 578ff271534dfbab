package slacktest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Who the bot is, and the tokens that the workspace takes.
const (
	Team          = "T0HOME"
	Bot           = "U0BUREAU"
	BotToken      = "xoxb-of-the-fake-workspace"
	AppToken      = "xapp-of-the-fake-workspace"
	SigningSecret = "signing-secret-of-the-fake-workspace"
)

// A User is an account. The zero values are those of a full member.
type User struct {
	ID, Name, Email string
	Unconfirmed     bool // the address was not verified
	Deleted, Bot    bool
	Guest, Outside  bool // of another company
	Locale          string
}

// A Message is one that the bot sent, as it is now.
type Message struct {
	Channel, Time, Thread string
	For                   string // the account that alone sees it, "" for all
	Text                  string
	Blocks                []Block
	Streamed              string // Markdown of a stream
	Streaming             bool
	Edits                 int
}

// A Call is one that the workspace took. Values are its arguments.
type Call struct {
	Method string
	Values map[string]string
}

// A Fault is what becomes of a call or of a delivery.
type Fault struct {
	Status     int    // of HTTP, such as 500; 429 asks to wait for RetryAfter
	RetryAfter int    // seconds
	Error      string // of Slack's, such as "internal_error"
	After      bool   // the call is done, and its reply is lost
}

// A Workspace is a fake one. It is safe for concurrent use.
type Workspace struct {
	server *httptest.Server
	// Fail says what is to go wrong with a call, nil for nothing. It is set
	// before the bot runs.
	Fail func(method string, values map[string]string) *Fault
	// Target is where events are sent by HTTP; without it they go by Socket Mode.
	// It is set before the bot runs.
	Target string

	mu        sync.Mutex
	changed   chan struct{} // closed at every change
	users     map[string]User
	channels  map[string]*channel
	messages  []*Message
	calls     []Call
	statuses  []Status
	homes     map[string][]Block
	prompts   map[string][]string
	clock     int // of messages
	events    int
	sockets   map[*socket]bool
	connected int
	pending   []*Delivery // not acknowledged yet
	closed    bool
}

type channel struct {
	id, name string
	members  []string
	shared   bool
}

// A Status is what a thread showed while the bot worked.
type Status struct{ Channel, Thread, Text string }

// New starts an empty workspace with the bot in it.
func New() *Workspace {
	w := &Workspace{
		changed: make(chan struct{}), users: map[string]User{}, channels: map[string]*channel{},
		homes: map[string][]Block{}, prompts: map[string][]string{}, sockets: map[*socket]bool{}, clock: 1_700_000_000,
	}
	w.users[Bot] = User{ID: Bot, Name: "bureau", Bot: true}
	w.server = httptest.NewServer(w.handler())
	return w
}

// Close ends the workspace and every connection to it.
func (w *Workspace) Close() {
	w.mu.Lock()
	w.closed = true
	for s := range w.sockets {
		s.close()
	}
	w.mu.Unlock()
	w.server.Close()
}

// API is the address of the methods.
func (w *Workspace) API() string { return w.server.URL + "/api/" }

// change changes the workspace and wakes whoever waits.
func (w *Workspace) change(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
	w.wake()
}

// wake lets waiting ones look again. The caller holds mu.
func (w *Workspace) wake() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// Await waits until is holds, and reports whether it came to that within
// patience. It looks whenever something has changed.
func (w *Workspace) Await(patience time.Duration, is func() bool) bool {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		w.mu.Lock()
		changed := w.changed
		w.mu.Unlock()
		if is() {
			return true
		}
		select {
		case <-changed:
		case <-deadline.C:
			return false
		}
	}
}

// AddUser adds an account, or changes it and says so by an event.
func (w *Workspace) AddUser(u User) {
	known := false
	w.change(func() {
		_, known = w.users[u.ID]
		w.users[u.ID] = u
	})
	if known {
		w.send("user_change", map[string]any{"user": map[string]any{"id": u.ID}})
	}
}

// AddChannel adds a channel with the bot and members in it.
func (w *Workspace) AddChannel(id, name string, members ...string) {
	w.change(func() { w.channels[id] = &channel{id: id, name: name, members: append([]string{Bot}, members...)} })
}

// Share shares a channel with another company.
func (w *Workspace) Share(id string) {
	w.change(func() { w.channels[id].shared = true })
	w.send("channel_shared", map[string]any{"channel": id, "connected_team_id": "T0OTHER"})
}

// Join lets somebody join a channel, and tells the bot.
func (w *Workspace) Join(id, user string) {
	w.change(func() { w.channels[id].members = append(w.channels[id].members, user) })
	w.send("member_joined_channel", map[string]any{"channel": id, "user": user, "team": Team})
}

// Leave lets somebody leave a channel, and tells the bot.
func (w *Workspace) Leave(id, user string) {
	w.change(func() {
		w.channels[id].members = slices.DeleteFunc(w.channels[id].members, func(m string) bool { return m == user })
	})
	w.send("member_left_channel", map[string]any{"channel": id, "user": user, "team": Team})
}

// Members returns who is in a channel.
func (w *Workspace) Members(id string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.channels[id].members)
}

// Direct returns the channel of direct messages between an account and the bot.
func (w *Workspace) Direct(user string) string {
	id := "D" + user
	w.change(func() {
		if _, ok := w.channels[id]; !ok {
			w.channels[id] = &channel{id: id, members: []string{Bot, user}}
		}
	})
	return id
}

// Messages returns the messages that the bot sent, in their order.
func (w *Workspace) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Message, len(w.messages))
	for i, m := range w.messages {
		all[i] = *m
	}
	return all
}

// Calls returns every call that the workspace took.
func (w *Workspace) Calls() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// Statuses returns what threads showed while the bot worked.
func (w *Workspace) Statuses() []Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.statuses)
}

// Home returns the home page that an account has, nil before it has one.
func (w *Workspace) Home(user string) []Block {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.homes[user]
}

// Prompts returns the questions that are suggested in a thread.
func (w *Workspace) Prompts(thread string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.prompts[thread]
}

// stamp returns the time of the next message. The caller holds mu.
func (w *Workspace) stamp() string {
	w.clock++
	return fmt.Sprintf("%d.000100", w.clock)
}

// handler serves the methods and the sockets.
func (w *Workspace) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", w.serveMethod)
	mux.HandleFunc("GET /socket", w.serveSocket)
	return mux
}
