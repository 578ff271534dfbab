package retrieval_test

import (
	"context"
	"errors"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

// handbook returns an index of a few passages and a searcher over it.
func handbook() (*memory, *retrieval.Searcher) {
	m := &memory{embedder: wordHash{embedded: new(int)}}
	m.add("leave#1", "Annual leave is thirty days. Ask for leave two weeks before.", access.Everyone)
	m.add("leave#2", "Parental leave lasts twelve weeks and annual leave goes on.", access.Everyone)
	m.add("travel", "Travel expenses are paid within ten days of the claim.", access.Everyone)
	m.add("salaries", "Salary bands: the annual salary of a lead is in band seven.", "hr")
	m.add("budget", "The annual budget for travel is set in October.", "finance")
	return m, &retrieval.Searcher{Index: m, Ledger: m, Embedder: m.embedder, Constants: retrieval.ConstantsFor("word-hash")}
}

func search(t *testing.T, s *retrieval.Searcher, person string, q retrieval.Question) retrieval.Result {
	t.Helper()
	result, err := s.Search(t.Context(), scopeOf(t, person), q)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func passages(r retrieval.Result) []string {
	var list []string
	for _, m := range r.Hits {
		list = append(list, m.Passage.ID)
	}
	return list
}

func TestP2_EmptyScopeTouchesNothing(t *testing.T) {
	m, s := handbook()
	if _, err := s.Search(t.Context(), access.Scope{}, retrieval.Question{Text: "annual leave", K: 5}); !errors.Is(err, retrieval.ErrNoScope) {
		t.Errorf("error %v, want ErrNoScope", err)
	}
	if m.touched != 0 || *m.embedder.embedded != 0 {
		t.Errorf("touched the index %d times and the embedder %d times", m.touched, *m.embedder.embedded)
	}
}

func TestNoLedgerNoSearch(t *testing.T) {
	m, s := handbook()
	s.Ledger = nil
	if _, err := s.Search(t.Context(), scopeOf(t, "hanna"), retrieval.Question{Text: "annual leave", K: 5}); err == nil || m.touched != 0 {
		t.Errorf("error %v after touching the index %d times", err, m.touched)
	}
}

func TestBestPassageIsFirst(t *testing.T) {
	_, s := handbook()
	result := search(t, s, "hanna", retrieval.Question{Text: "How many days before do I ask for leave?", K: 2})
	if got := passages(result); len(got) != 2 || got[0] != "leave#1" {
		t.Errorf("found %q, want leave#1 and one more", got)
	}
	if result.Degraded != nil || result.SearchedFor != "" || !result.Evidence.Enough {
		t.Errorf("degraded %v, searched for %q, evidence %+v", result.Degraded, result.SearchedFor, result.Evidence)
	}
}

func TestP1_SecondLockWithholdsWhatALeakingIndexGivesAway(t *testing.T) {
	m, s := handbook()
	m.leak = true
	alarms := 0
	s.Alarm = func(documents int) { alarms += documents }
	result := search(t, s, "felix", retrieval.Question{Text: "annual salary bands", K: 5})
	for _, id := range passages(result) {
		if id == "salaries" {
			t.Error("felix was given the salaries of hr")
		}
	}
	if alarms != 1 || len(result.Hits) == 0 {
		t.Errorf("%d documents alarmed, want 1; %d hits", alarms, len(result.Hits))
	}
	if len(result.Withheld) != 1 || result.Withheld[0] != "salaries" {
		t.Errorf("withheld %q, want the salaries for the audit", result.Withheld)
	}
}

func TestP1_DocumentUnknownToTheLedgerIsWithheld(t *testing.T) {
	m, s := handbook()
	m.withheld = map[retrieval.DocumentID]bool{"leave": true}
	for _, id := range passages(search(t, s, "hanna", retrieval.Question{Text: "annual leave", K: 5})) {
		if id == "leave#1" || id == "leave#2" {
			t.Errorf("%s was returned", id)
		}
	}
}

func TestFailingEmbedderLeavesASearchByWords(t *testing.T) {
	m, s := handbook()
	cause := errors.New("connection refused")
	s.Embedder = wordHash{err: cause}
	result := search(t, s, "hanna", retrieval.Question{Text: "annual leave days", K: 1})
	if !errors.Is(result.Degraded, cause) {
		t.Errorf("degraded %v, want the cause", result.Degraded)
	}
	if got := passages(result); len(got) != 1 || got[0] != "leave#1" || result.Hits[0].Cosine != 0 {
		t.Errorf("found %q with cosine %v", got, result.Hits[0].Cosine)
	}
	if m.touched == 0 {
		t.Error("the index was not asked")
	}
}

func TestNoEmbedderIsNotAFailure(t *testing.T) {
	_, s := handbook()
	s.Embedder = nil
	result := search(t, s, "hanna", retrieval.Question{Text: "travel expenses", K: 1})
	if result.Degraded != nil || passages(result)[0] != "travel" {
		t.Errorf("degraded %v, found %q", result.Degraded, passages(result))
	}
}

func TestCancelledSearchIsNoSearchByWords(t *testing.T) {
	_, s := handbook()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Embedder = wordHash{err: context.Canceled}
	if _, err := s.Search(ctx, scopeOf(t, "hanna"), retrieval.Question{Text: "leave", K: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
}

func TestFollowUpIsSearchedWithItsSubject(t *testing.T) {
	_, s := handbook()
	q := retrieval.Question{Text: "How many weeks?", Earlier: []string{"Is parental leave paid?"}, K: 3}
	result := search(t, s, "hanna", q)
	if want := "Is parental leave paid? How many weeks?"; result.SearchedFor != want {
		t.Errorf("searched for %q, want %q", result.SearchedFor, want)
	}
	if got := passages(result); got[0] != "leave#2" {
		t.Errorf("found %q, want leave#2 first", got)
	}
}

func TestPerDocumentMakesRoomForOthers(t *testing.T) {
	_, s := handbook()
	q := retrieval.Question{Text: "annual leave", K: 2}
	if hits := search(t, s, "hanna", q).Hits; hits[0].Document.ID != "leave" || hits[1].Document.ID != "leave" {
		t.Fatalf("without a limit both passages should be of leave: %v", hits)
	}
	q.PerDocument = 1
	hits := search(t, s, "hanna", q).Hits
	if len(hits) != 2 || hits[0].Document.ID != "leave" || hits[1].Document.ID == "leave" {
		t.Errorf("found %v, want one passage of leave and one of another document", hits)
	}
}

// lying is an index whose Load gives passages of another document than its
// hits named, and forgets the scope.
type lying struct{ *memory }

func (l lying) Load(_ context.Context, _ access.Scope, ids []string) ([]retrieval.Found, error) {
	var found []retrieval.Found
	for _, id := range ids {
		for _, f := range l.passages {
			switch {
			case f.Passage.ID != id:
			case id == "leave#1":
				f.Document.ID = "salaries"
				found = append(found, f)
			case id == "leave#2":
				f.Document.Readers = access.Readers{Departments: []access.Department{"hr"}}
				found = append(found, f)
			}
		}
	}
	return found, nil
}

func TestP4_LoadedPassagesAreAuthorisedAgain(t *testing.T) {
	m, s := handbook()
	s.Index = lying{m}
	if got := passages(search(t, s, "felix", retrieval.Question{Text: "annual leave", K: 5})); len(got) != 0 {
		t.Errorf("felix was given %q", got)
	}
}
