package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goslack "github.com/slack-go/slack"
	"github.com/tmc/langchaingo/llms"

	"bureau/access"
	"bureau/audit/audittest"
	"bureau/chat"
	"bureau/chat/history"
	"bureau/retrieval"
	"bureau/slack/journal"
	"bureau/slack/slacktest"
	"bureau/store"
)

// patience is how long a test waits for what must happen. No test waits for a
// time to pass.
const patience = 30 * time.Second

// company is the policy of the tests. Every person but Otto has an account.
const company = `
clearances: [internal, confidential]
departments:
  - {id: hr, name: {en: Human Resources, zh-Hans: 人力资源部}, contact: hr@larkfield.example}
  - {id: recruiting, parent: hr, name: Recruiting}
  - {id: finance, name: {en: Finance, zh-Hans: 财务部}}
people:
  - {id: hanna, name: Hanna, departments: [hr], clearance: confidential, email: hanna@larkfield.example}
  - {id: rita, name: Rita, departments: [recruiting], email: rita@larkfield.example}
  - {id: feng, name: 李峰, departments: [finance], language: zh-Hans, email: feng@larkfield.example}
  - {id: noor, name: Noor, email: noor@larkfield.example}
  - {id: sven, name: Sven, departments: [hr], slack: U0SVEN, email: sven@larkfield.example}
  - {id: gone, name: Gone, departments: [hr], until: 2020-01-01, email: gone@larkfield.example}
  - {id: otto, name: Otto, departments: [finance]}
`

// accounts are those of the workspace.
var accounts = []slacktest.User{
	{ID: "U0HANNA", Name: "hanna", Email: "Hanna@larkfield.example"},
	{ID: "U0RITA", Name: "rita", Email: "rita@larkfield.example"},
	{ID: "U0FENG", Name: "feng", Email: "feng@larkfield.example"},
	{ID: "U0NOOR", Name: "noor", Email: "noor@larkfield.example"},
	{ID: "U0SVEN", Name: "sven", Email: "sven@larkfield.example"},
	{ID: "U0GONE", Name: "gone", Email: "gone@larkfield.example"},
	{ID: "U0NOBODY", Name: "hanna", Email: "nobody@larkfield.example"},                 // with Hanna's name
	{ID: "U0FALSE", Name: "false", Email: "feng@larkfield.example", Unconfirmed: true}, // with Feng's address, not verified
	{ID: "U0SECOND", Name: "sven", Email: "sven@larkfield.example"},                    // with Sven's address, and not his account
	{ID: "U0GUEST", Name: "guest", Email: "rita@larkfield.example", Guest: true},
	{ID: "U0OTHER", Name: "other", Email: "hanna@larkfield.example", Outside: true},
	{ID: "U0LEFT", Name: "left", Email: "noor@larkfield.example", Deleted: true},
	{ID: "U0ROBOT", Name: "robot", Email: "hanna@larkfield.example", Bot: true},
}

// A book is one document of one passage on the shelf.
type book struct {
	id, title, text string
	readers         access.Readers
}

// shelf has a book for everybody, and one for each department, all of which
// answer a question about leave.
func shelf() *library {
	only := func(d access.Department) access.Readers { return access.Readers{Departments: []access.Department{d}} }
	return &library{books: []book{
		{"d-all", "Travel policy", "Leave for travel is 3 days (open-to-all).", only(access.Everyone)},
		{"d-hr", "Leave policy", "Annual leave is 25 days (secret-of-hr).", only("hr")},
		{"d-rec", "Scorecards", "Leave of recruiters is 26 days (secret-of-recruiting).", only("recruiting")},
		{"d-fin", "Budget", "The leave budget is 41 million (secret-of-finance).", only("finance")},
		{"d-conf", "Pay bands", "Leave pay of band C is 63,500 (secret-confidential).",
			access.Readers{Departments: []access.Department{"hr"}, Clearance: "confidential"}},
		{"d-nofin", "Audit plan", "Leave during the audit is watched (secret-from-finance).",
			access.Readers{Departments: []access.Department{access.Everyone}, Deny: []access.Department{"finance"}}},
	}}
}

// A library finds every book in scope that shares a word with the question, and
// knows who may read each.
type library struct {
	mu    sync.Mutex
	books []book
	fails atomic.Pointer[error]
}

func (l *library) Search(_ context.Context, scope access.Scope, q retrieval.Question) (retrieval.Result, error) {
	if err := l.fails.Load(); err != nil {
		return retrieval.Result{}, *err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := map[string]bool{}
	for _, term := range retrieval.AnalyzeQuery(strings.Join(append(q.Earlier, q.Text), " ")) {
		asked[term.Text] = true
	}
	var result retrieval.Result
	for _, b := range l.books {
		if !scope.Allows(b.readers) {
			continue
		}
		m := retrieval.Match{Found: retrieval.Found{
			Document: retrieval.Document{ID: retrieval.DocumentID(b.id), Title: b.title, Language: "en", Readers: b.readers},
			Passage:  retrieval.Passage{ID: "p-" + b.id, Document: retrieval.DocumentID(b.id), Text: b.text, Language: "en", End: len(b.text)},
		}}
		for _, term := range retrieval.Analyze(b.title + " " + b.text) {
			if asked[term.Text] {
				m.Score++
			}
		}
		result.Evidence.Enough = result.Evidence.Enough || m.Score > 0
		result.Hits = append(result.Hits, m)
	}
	slices.SortStableFunc(result.Hits, func(a, b retrieval.Match) int { return cmp.Compare(b.Score, a.Score) })
	return result, nil
}

// Readers makes the library the ledger.
func (l *library) Readers(_ context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	readers := map[retrieval.DocumentID]access.Readers{}
	for _, b := range l.books {
		if slices.Contains(ids, retrieval.DocumentID(b.id)) {
			readers[retrieval.DocumentID(b.id)] = b.readers
		}
	}
	return readers, nil
}

// An echo is a model that writes every passage it was given, a sentence at a
// time, so that a leak of anything is in its words.
type echo struct {
	// before is called before each sentence, if it is set.
	before func(ctx context.Context, sentence int) error
	says   func(passages string) string // in place of the passages
	mu     sync.Mutex
	given  []string // prompts
}

func (e *echo) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, option := range options {
		option(&o)
	}
	var prompt strings.Builder
	for _, m := range messages {
		for _, part := range m.Parts {
			if text, ok := part.(llms.TextContent); ok {
				prompt.WriteString(text.Text + "\n")
			}
		}
	}
	e.mu.Lock()
	e.given = append(e.given, prompt.String())
	e.mu.Unlock()
	var written strings.Builder
	text := passagesOf(prompt.String())
	e.mu.Lock()
	says := e.says
	e.mu.Unlock()
	if says != nil {
		text = says(text)
	}
	e.mu.Lock()
	before := e.before
	e.mu.Unlock()
	for i, s := range strings.SplitAfter(text, ". ") {
		if before != nil {
			if err := before(ctx, i); err != nil {
				return nil, err
			}
		}
		if err := o.StreamingFunc(ctx, []byte(s)); err != nil {
			return nil, err
		}
		written.WriteString(s)
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: written.String()}}}, nil
}

// passagesOf returns the sentences of the passages in a prompt.
func passagesOf(prompt string) string {
	var found []string
	for _, b := range shelf().books {
		if strings.Contains(prompt, b.text) {
			found = append(found, b.text)
		}
	}
	return strings.Join(found, " ")
}

// set lets the model say something else.
func (e *echo) set(says func(string) string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.says, e.before = says, nil
}

// last returns the last prompt.
func (e *echo) last() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.given[len(e.given)-1]
}

func (e *echo) Call(context.Context, string, ...llms.CallOption) (string, error) {
	return "", errors.New("not used")
}

// rights are a policy that can be changed.
type rights struct{ policy atomic.Pointer[access.Policy] }

func (r *rights) set(t testing.TB, document string) {
	t.Helper()
	p, err := access.Parse("bureau.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	r.policy.Store(p)
}
func (r *rights) BySlack(a string) (access.Person, bool) { return r.policy.Load().BySlack(a) }
func (r *rights) ByEmail(a string) (access.Person, bool) { return r.policy.Load().ByEmail(a) }
func (r *rights) Person(id string) (access.Person, bool) { return r.policy.Load().Person(id) }
func (r *rights) Audience(people []string, visitors bool, now time.Time) (access.Scope, error) {
	return r.policy.Load().Audience(people, visitors, now)
}
func (r *rights) DepartmentName(d access.Department, l string) string {
	return r.policy.Load().DepartmentName(d, l)
}

// A house is a bot in a workspace, with all its parts at hand and the real chat
// behind it.
type house struct {
	t       testing.TB
	space   *slacktest.Workspace
	bot     *Bot
	rights  *rights
	library *library
	model   *echo
	history *history.History
	author  *chat.Answerer
	desk    chat.DeskConfig
	config  Config
	audit   audittest.Audit
	sleep   func(context.Context, time.Duration) error // nil sleeps
}

// newHouse returns a house whose bot does not run yet.
func newHouse(t testing.TB, change ...func(*house)) *house {
	t.Helper()
	h := &house{t: t, space: slacktest.New(), rights: new(rights), library: shelf(), model: new(echo)}
	t.Cleanup(h.space.Close)
	h.rights.set(t, company)
	for _, u := range accounts {
		h.space.AddUser(u)
	}
	h.config = Config{
		Tokens: Tokens{Bot: slacktest.BotToken, App: slacktest.AppToken, SigningSecret: slacktest.SigningSecret},
		API:    h.space.API(), People: h.rights, Ledger: h.library,
		Feedback: func(ctx context.Context, person, answer string, helpful bool) error {
			vote := history.Down
			if helpful {
				vote = history.Up
			}
			return h.history.Judge(ctx, person, answer, history.Feedback{Vote: vote}, time.Now())
		},
		Suggest: func(_ context.Context, scope access.Scope, _ string, n int) ([]string, error) {
			var all []string
			for _, b := range h.library.books {
				if scope.Allows(b.readers) && len(all) < n {
					all = append(all, "What says "+b.title+"?")
				}
			}
			return all, nil
		},
		Address: "https://bureau.larkfield.example",
		Log:     slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	h.author = &chat.Answerer{
		Searcher: h.library, Model: h.model, Rate: chat.NewRate(), Limits: chat.Limits{Sources: 8},
		Contacts: map[access.Department]string{"hr": "hr@larkfield.example"},
	}
	h.history, h.config.Journal = openHistory(t, h.library)
	h.audit = audittest.Open(t)
	h.config.Audit = h.audit
	h.desk = chat.DeskConfig{
		Author: h.author, Queue: chat.NewQueue(4, 3), Record: h.history, Ledger: h.library, PerPerson: 4, Log: h.config.Log, Audit: h.audit,
	}
	for _, c := range change {
		c(h)
	}
	return h
}

// openHistory returns an empty history and an empty journal in a database of
// their own.
func openHistory(t testing.TB, ledger retrieval.Ledger) (*history.History, *journal.Journal) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	kept, err := history.Open(t.Context(), db, ledger)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := journal.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return kept, waiting
}

// run starts the bot, and stops it at the end of the test.
func (h *house) run() *house {
	h.t.Helper()
	var err error
	desk := chat.NewDesk(h.desk)
	h.config.Desk = desk
	if h.bot, err = New(h.config); err != nil {
		h.t.Fatal(err)
	}
	if h.sleep != nil {
		h.bot.calls.sleep = h.sleep
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.bot.Run(ctx) }()
	h.t.Cleanup(func() {
		stop()
		if err := errors.Join(desk.Close(context.Background()), <-ended); err != nil {
			h.t.Error(err)
		}
	})
	if h.space.Target == "" {
		h.await("a connection", func() bool { return h.space.Connections() > 0 })
	} else {
		<-h.bot.ready
	}
	return h
}

// await waits until something holds.
func (h *house) await(what string, is func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%s did not come about with %+v, %d deliveries pending; the workspace has\n%s", what, h.bot.Tally(), h.space.Pending(), h.transcript())
		}
	}
}

// transcript is all that the bot sent.
func (h *house) transcript() string {
	var b strings.Builder
	for _, m := range h.space.Messages() {
		fmt.Fprintf(&b, "%s/%s for %q: %s\n", m.Channel, m.Thread, m.For, m.Shown())
	}
	return b.String()
}

// ended waits until n questions have ended.
func (h *house) ended(n int) {
	h.t.Helper()
	h.await(fmt.Sprintf("the end of %d questions", n), func() bool {
		tally := h.bot.Tally()
		return tally.Asked >= n && tally.Running() == 0
	})
}

// ask lets somebody ask, waits for the end, and returns the bot's messages of the
// thread.
func (h *house) ask(user, channel, text string) (thread string, messages []slacktest.Message) {
	h.t.Helper()
	before := h.bot.Tally().Asked
	thread, _ = h.space.Say(user, channel, "", text)
	h.ended(before + 1)
	return thread, h.in(channel, thread)
}

// in returns the messages of a thread, and those beside it for one account.
func (h *house) in(channel, thread string) []slacktest.Message {
	return slices.DeleteFunc(h.space.Messages(), func(m slacktest.Message) bool {
		return m.Channel != channel || m.Thread != thread && m.Thread != ""
	})
}

// open returns what everybody in a channel was ever sent, edits included.
func (h *house) open(channel string) string {
	var all strings.Builder
	for _, c := range h.space.Calls() {
		if c.Values["channel"] == channel && c.Method != "chat.postEphemeral" {
			fmt.Fprintln(&all, c.Values)
		}
	}
	return all.String()
}

// secrets returns the secrets that stand in a text.
func secrets(text string) []string {
	var found []string
	for _, s := range []string{"secret-of-hr", "secret-of-recruiting", "secret-of-finance", "secret-confidential", "secret-from-finance", "open-to-all"} {
		if strings.Contains(text, s) {
			found = append(found, s)
		}
	}
	return found
}

// shown joins what people read of messages.
func shown(messages []slacktest.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Shown())
	}
	return strings.Join(all, "\n")
}

// chatRevoked is why an answer ends whose readers have lost a right.
var chatRevoked = chat.ErrRevoked

// textOfSection returns the text of a section.
func textOfSection(t testing.TB, b goslack.Block) string {
	t.Helper()
	section, ok := b.(*goslack.SectionBlock)
	if !ok {
		t.Fatalf("%T is no section", b)
	}
	return section.Text.Text
}

// runWith starts the bot with calls that do not wait.
func (h *house) runWith(clock *noSleep) *house {
	h.sleep = clock.sleep
	return h.run()
}

// count is how often the model was asked.
func (e *echo) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.given)
}

// waiting is how many questions wait in a thread.
func (b *Bot) waiting(key string) int {
	b.lines.mu.Lock()
	defer b.lines.mu.Unlock()
	if t, ok := b.lines.threads[key]; ok {
		return len(t.waiting)
	}
	return 0
}

// judged returns what people said of answers.
func (h *house) judged() (all []history.Judged) {
	h.t.Helper()
	err := h.history.Judgements(context.Background(), func(j history.Judged) error {
		all = append(all, j)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

type accessPerson = access.Person
