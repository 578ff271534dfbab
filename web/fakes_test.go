package web

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"bureau/access"
	"bureau/audit/audittest"
	"bureau/chat"
	"bureau/chat/history"
	"bureau/identity"
	"bureau/retrieval"
	"bureau/store"
)

// company is the policy of the tests: Hanna reads Human Resources, Finn
// reads Finance, both what everyone reads, and Nele is no longer there.
const company = `
clearances: [internal, confidential]
departments:
  - {id: hr, name: {en: Human Resources, zh-Hans: 人力资源部, zh-Hant: 人力資源部}, contact: hr@larkfield.example}
  - {id: finance, name: {en: Finance, zh-Hans: 财务部, zh-Hant: 財務部}}
people:
  - {id: hanna, name: Hanna Reed, title: {en: HR advisor, zh-Hans: 人力资源顾问}, departments: [hr]}
  - {id: finn, name: Finn Marsh, title: Controller, departments: [finance]}
  - {id: mei, name: 林美, title: {en: Recruiter, zh-Hans: 招聘专员}, language: zh-Hans, departments: [hr]}
  - {id: nele, name: Nele Voss, departments: [hr], until: 2020-01-01}
`

// parsed returns a policy.
func parsed(t testing.TB, document string) *access.Policy {
	t.Helper()
	policy, err := access.Parse("bureau.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// rights are a policy that can be changed while a server runs.
type rights struct{ policy atomic.Pointer[access.Policy] }

// A shelf is a library of whole documents. It notes what it was asked for.
type shelf struct {
	documents map[retrieval.DocumentID]retrieval.Text
	mu        sync.Mutex
	asked     []retrieval.DocumentID
}

func (s *shelf) Read(_ context.Context, scope access.Scope, id retrieval.DocumentID) (retrieval.Text, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, id)
	text, ok := s.documents[id]
	if !ok || !scope.Allows(text.Document.Readers) {
		return retrieval.Text{}, retrieval.ErrNotFound
	}
	return text, nil
}

// Readers makes the shelf the ledger of the conversations.
func (s *shelf) Readers(_ context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	readers := make(map[retrieval.DocumentID]access.Readers)
	for _, id := range ids {
		if text, ok := s.documents[id]; ok {
			readers[id] = text.Document.Readers
		}
	}
	return readers, nil
}

// narrow gives a document to one department alone.
func (s *shelf) narrow(id retrieval.DocumentID, to access.Department) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.documents[id]
	text.Document.Readers = access.Readers{Departments: []access.Department{to}}
	s.documents[id] = text
}

// library returns one document for each department and one for everyone.
func library() *shelf {
	document := func(id, title string, d access.Department, markdown string) retrieval.Text {
		return retrieval.Text{
			Document: retrieval.Document{
				ID: retrieval.DocumentID(id), Title: title, Language: english, Updated: "2026-02-10",
				Readers: access.Readers{Departments: []access.Department{d}},
			},
			Markdown: markdown,
		}
	}
	return &shelf{documents: map[retrieval.DocumentID]retrieval.Text{
		"leave":  document("leave", "Leave policy", access.Everyone, "# Leave policy\n\n## Annual leave\n\nLeeds has **26 days** a year.\n\nSuzhou has 12 days.\n"),
		"bands":  document("bands", "Pay bands", "hr", "# Pay bands\n\nBand C begins at 41,000 (secret-of-hr).\n"),
		"merger": document("merger", "Acquisition plan", "finance", "# Acquisition plan\n\nProject Heron (secret-of-finance).\n"),
	}}
}

// source returns a source of a document's page.
func sourceOf(n int, text retrieval.Text, quote string) chat.Source {
	start := strings.Index(text.Markdown, quote)
	return chat.Source{
		N: n, Document: text.Document.ID, Title: text.Document.Title, Headings: []string{"Annual leave"},
		Departments: text.Document.Readers.Departments, Updated: text.Document.Updated, Language: english,
		Quote: quote, Start: start, End: start + len(quote),
	}
}

// A scriptwriter answers with the script for the question. It notes what it
// was asked with.
type scriptwriter struct {
	script func(ctx context.Context, scope access.Scope, q chat.Question, yield func(chat.Event) bool)
	fails  error // behind the script
	mu     sync.Mutex
	asked  []chat.Question
	scopes []access.Scope
}

func (w *scriptwriter) Answer(ctx context.Context, scope access.Scope, q chat.Question) iter.Seq2[chat.Event, error] {
	w.mu.Lock()
	w.asked = append(w.asked, q)
	w.scopes = append(w.scopes, scope)
	w.mu.Unlock()
	return func(yield func(chat.Event, error) bool) {
		going := true
		w.script(ctx, scope, q, func(e chat.Event) bool {
			going = going && yield(e, nil)
			return going
		})
		switch {
		case going && ctx.Err() != nil:
			yield(nil, context.Cause(ctx))
		case going && w.fails != nil:
			yield(nil, w.fails)
		}
	}
}

// fromShelf is a script that answers from every document in scope, so that a
// leak of anything would be seen in its words.
func fromShelf(s *shelf) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	return func(_ context.Context, scope access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Stage{Name: chat.Searching})
		var found []chat.Source
		text := ""
		for _, id := range slices.Sorted(maps.Keys(s.documents)) {
			if d := s.documents[id]; scope.Allows(d.Document.Readers) {
				found = append(found, sourceOf(len(found)+1, d, d.Markdown))
				text += "It says " + d.Document.Title + ". "
			}
		}
		yield(chat.Sources{Sources: found})
		yield(chat.Stage{Name: chat.Writing})
		yield(chat.Delta{Text: text})
		yield(chat.Sentence{Index: 0, Start: 0, End: strings.Index(text, ". ") + 1, Source: 1, Support: chat.Supported})
		yield(chat.Done{Mode: chat.ByModel, Text: text, Cited: []int{1}, Model: "scripted"})
	}
}

// A house is a server with all its parts at hand, and a store of its own.
type house struct {
	*Server
	db      *store.DB
	rights  *rights
	shelf   *shelf
	answers *scriptwriter
	desk    *chat.Desk
	history *history.History
	audit   audittest.Audit
}

// plainCookie is the session's cookie where there is no TLS.
const plainCookie = "bureau_session"

// token returns the token of a new session of a person.
func (h *house) token(person string) string {
	token, err := h.config.Directory.Begin(context.Background(), identity.Entry{Person: person, Provider: identity.ByChoice}, h.config.Now())
	if err != nil {
		panic(err)
	}
	return token
}

// newHouse returns a server over the parts of the tests.
func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseIn(t, t.TempDir())
}

// newHouseIn returns a server with its store in a folder.
func newHouseIn(t testing.TB, folder string) *house {
	t.Helper()
	h := &house{rights: new(rights), shelf: library(), answers: new(scriptwriter)}
	h.rights.policy.Store(parsed(t, company))
	h.answers.script = fromShelf(h.shelf)
	db, err := store.Open(t.Context(), filepath.Join(folder, "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	h.db = db
	if h.history, err = history.Open(t.Context(), db, h.shelf); err != nil {
		t.Fatal(err)
	}
	directory, err := identity.Open(t.Context(), db, identity.Config{Policy: h.rights.policy.Load})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	h.audit = audittest.Open(t)
	h.desk = chat.NewDesk(chat.DeskConfig{Author: h.answers, Queue: chat.NewQueue(2, 4), Record: h.history, Ledger: h.shelf, PerPerson: perPerson, Log: quiet, Audit: h.audit})
	t.Cleanup(func() {
		if err := errors.Join(h.desk.Close(context.Background()), db.Close()); err != nil {
			t.Error(err)
		}
	})
	h.Server, err = New(Config{
		Name: access.Names{"en": "Larkfield Instruments", "zh-Hans": "云雀仪器"}, Directory: directory, Library: h.shelf,
		Desk: h.desk, History: h.history, Audit: h.audit,
		Suggest: func(_ context.Context, scope access.Scope, _ string, n int) ([]string, error) {
			if scope.IsZero() || n != suggested {
				return nil, errors.New("asked without a scope")
			}
			return []string{"How many days of leave are there?"}, nil
		},
		ModelName:  func() string { return "scripted" },
		Log:        quiet,
		DemoSignIn: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// perPerson is how many questions of one person the house takes at a time.
const perPerson = 4
