package history

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
	"bureau/store"
)

// today is when all tests take place.
var today = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A ledger says who reads documents now. A nil one fails.
type ledger map[retrieval.DocumentID]access.Department

func (l ledger) Readers(_ context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	if l == nil {
		return nil, errors.New("the ledger is closed")
	}
	readers := make(map[retrieval.DocumentID]access.Readers)
	for _, id := range ids {
		if d, ok := l[id]; ok {
			readers[id] = access.Readers{Departments: []access.Department{d}}
		}
	}
	return readers, nil
}

// scopeOf returns what a person of the company reads.
func scopeOf(t testing.TB, person string) access.Scope {
	t.Helper()
	policy, err := access.Parse("company.yaml", []byte(`
departments: [{id: hr, name: Human Resources}, {id: finance, name: Finance}]
people: [{id: hanna, name: Hanna, departments: [hr]}, {id: felix, name: Felix, departments: [finance]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	scope, err := policy.Scope(person, today)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

// A room is a history of its own with what it was opened from.
type room struct {
	*History
	t     testing.TB
	path  string
	store *store.DB
}

func newRoom(t testing.TB, l ledger) *room {
	t.Helper()
	return openRoom(t, filepath.Join(t.TempDir(), "bureau.db"), l)
}

func openRoom(t testing.TB, path string, l ledger) *room {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	h, err := Open(t.Context(), db, l)
	if err != nil {
		t.Fatal(err)
	}
	return &room{h, t, path, db}
}

// ask begins a turn as Hanna asks, and returns its id. after is nil for the
// newest.
func (r *room) ask(conversation, question string, after *string) string {
	r.t.Helper()
	return r.begin(chat.Beginning{Conversation: conversation, Question: question}, after)
}

func (r *room) begin(turn chat.Beginning, after *string) string {
	r.t.Helper()
	if turn.Person == "" {
		turn.Person = "hanna"
	}
	turn.Answer, turn.At, turn.Newest = fmt.Sprintf("answer-%d", r.count("turns")), today, after == nil
	if after != nil {
		turn.After = *after
	}
	begun, err := r.Begin(r.t.Context(), turn)
	if err != nil {
		r.t.Fatal(err)
	}
	return begun.Answer
}

// keep writes an answer from documents, which ends in last unless that is nil.
func (r *room) keep(answer, text string, last chat.Event, documents ...retrieval.DocumentID) {
	r.t.Helper()
	var found chat.Sources
	for i, d := range documents {
		found.Sources = append(found.Sources, chat.Source{N: i + 1, Document: d, Title: "Title of " + string(d), Version: "v1"})
	}
	events := []chat.Event{chat.Stage{Name: chat.Searching}, found, chat.Delta{Text: text}}
	if last != nil {
		events = append(events, last)
	}
	if err := r.Keep(r.t.Context(), answer, events); err != nil {
		r.t.Fatal(err)
	}
}

// answered asks and answers.
func (r *room) answered(conversation, question, text string, documents ...retrieval.DocumentID) string {
	r.t.Helper()
	answer := r.ask(conversation, question, nil)
	r.keep(answer, text, chat.Done{Text: text}, documents...)
	return answer
}

// count returns how many rows a table has.
func (r *room) count(table string) (n int) {
	r.t.Helper()
	if err := r.store.Read(r.t.Context(), countOf(table, &n)); err != nil {
		r.t.Fatal(err)
	}
	return n
}
