package indextest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/retrieval"
)

// wantNoScope fails the test unless scope is refused by Search and by Load.
func wantNoScope(t *testing.T, e Engine, scope access.Scope) {
	t.Helper()
	write(t, e, document("open", readBy(access.Everyone), plain))
	if r, err := e.Search(t.Context(), scope, ask("word", 10)); !errors.Is(err, retrieval.ErrNoScope) || r.Dense != nil || r.Lexical != nil {
		t.Errorf("search gave %v, %v; want ErrNoScope", r, err)
	}
	ids := []string{passageID("open", 0)}
	if found, err := e.Load(t.Context(), scope, ids); !errors.Is(err, retrieval.ErrNoScope) || found != nil {
		t.Errorf("load gave %v, %v; want ErrNoScope", found, err)
	}
}

func zeroScopeIsRefused(t *testing.T, e Engine) { wantNoScope(t, e, access.Scope{}) }

func scopeNarrowedToNothingIsRefused(t *testing.T, e Engine) {
	wantNoScope(t, e, scopeOf(t, "recruiter").Narrow("finance"))
}

func nearerForeignPassagesDoNotCrowdOutOwnOnes(t *testing.T, e Engine) {
	var foreign []retrieval.Replacement
	for i := range 1000 {
		id := retrieval.DocumentID(fmt.Sprintf("foreign-%d", i))
		foreign = append(foreign, document(id, readBy("finance"), piece{towards(.99, i), "word word word"}))
	}
	if err := e.ReplaceAll(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		id := retrieval.DocumentID(fmt.Sprintf("own-%d", i))
		write(t, e, document(id, readBy("recruiting"), piece{towards(.3, i), "word and much else that makes it long"}))
	}
	rankings := search(t, e, scopeOf(t, "recruiter"), ask("word", 5))
	for name, hits := range map[string][]retrieval.Hit{"dense": rankings.Dense, "lexical": rankings.Lexical} {
		if len(hits) != 5 {
			t.Errorf("%s: %d hits, want 5", name, len(hits))
		}
		wantOnly(t, hits, "own")
	}
}

// wantOnly fails the test when a hit's document does not begin with prefix.
func wantOnly(t *testing.T, hits []retrieval.Hit, prefix string) {
	t.Helper()
	for _, h := range hits {
		if len(h.Document) < len(prefix) || string(h.Document[:len(prefix)]) != prefix {
			t.Errorf("found %s, want only %s…", h.Document, prefix)
		}
	}
}

func everyRankingIsFiltered(t *testing.T, e Engine) {
	write(t, e,
		document("own", readBy("recruiting"), plain),
		document("foreign", readBy("finance"), plain),
		document("nobody", access.Readers{}, plain))
	scope := scopeOf(t, "recruiter")
	both := ask("word", 10)
	for name, q := range map[string]retrieval.Query{
		"both":    both,
		"dense":   {Vector: both.Vector, K: both.K},
		"lexical": {Terms: both.Terms, K: both.K},
	} {
		rankings := search(t, e, scope, q)
		if got := documentsOf(slices.Concat(rankings.Dense, rankings.Lexical)); got != "own" {
			t.Errorf("%s found %q, want %q", name, got, "own")
		}
	}
}

func foreignDocumentsDoNotChangeOwnScores(t *testing.T, e Engine) {
	g := newGenerator(1)
	own := g.documents(60, "own", func() access.Readers { return readBy("recruiting") })
	foreign := g.documents(300, "foreign", func() access.Readers { return readBy("payroll") })
	write(t, e, own...)
	scope := scopeOf(t, "recruiter")
	queries := []retrieval.Query{g.query(10), g.query(10), g.query(100)}
	var before []retrieval.Rankings
	for _, q := range queries {
		before = append(before, search(t, e, scope, q))
	}
	if err := e.ReplaceAll(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		if diff := cmp.Diff(before[i], search(t, e, scope, q)); diff != "" {
			t.Errorf("query %d: foreign documents changed the rankings (-before +after):\n%s", i, diff)
		}
	}
}

func loadLeavesOutForeignIDs(t *testing.T, e Engine) {
	write(t, e,
		document("own", readBy("recruiting"), plain, plain),
		document("foreign", readBy("finance"), plain))
	ids := []string{passageID("own", 1), passageID("foreign", 0), passageID("unknown", 0), "no uuid", passageID("own", 0)}
	loaded, err := e.Load(t.Context(), scopeOf(t, "recruiter"), ids)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range loaded {
		got = append(got, f.Passage.ID)
	}
	if diff := cmp.Diff([]string{ids[0], ids[4]}, got); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
}

func denyWins(t *testing.T, e Engine) {
	write(t, e,
		document("denied", access.Readers{Departments: []access.Department{access.Everyone}, Deny: []access.Department{"recruiting"}}, plain),
		document("denied-above", access.Readers{Departments: []access.Department{access.Everyone}, Deny: []access.Department{"hr"}}, plain),
		document("open", readBy(access.Everyone), plain))
	wantFound(t, e, scopeOf(t, "recruiter"), "open")
	wantFound(t, e, scopeOf(t, "recruiter").Narrow(access.Everyone), "open")
	wantFound(t, e, scopeOf(t, "bridge").Narrow("finance", access.Everyone), "open")
	wantFound(t, e, scopeOf(t, "personnel"), "denied open")
	wantFound(t, e, scopeOf(t, "controller"), "denied denied-above open")
}

func clearanceHolds(t *testing.T, e Engine) {
	for name, level := range map[retrieval.DocumentID]access.Clearance{
		"a-internal": internal, "b-confidential": confidential, "c-restricted": restricted,
	} {
		write(t, e, document(name, access.Readers{Departments: []access.Department{access.Everyone}, Clearance: level}, plain))
	}
	wantFound(t, e, scopeOf(t, "recruiter"), "a-internal")
	wantFound(t, e, scopeOf(t, "personnel"), "a-internal b-confidential")
	wantFound(t, e, scopeOf(t, "clerk"), "a-internal b-confidential c-restricted")
}

func datesOfEffectHold(t *testing.T, e Engine) {
	from, until := now.Add(-time.Hour), now.Add(time.Hour)
	everyone := []access.Department{access.Everyone}
	write(t, e,
		document("always", access.Readers{Departments: everyone}, plain),
		document("from", access.Readers{Departments: everyone, From: from}, plain),
		document("until", access.Readers{Departments: everyone, Until: until}, plain),
		document("within", access.Readers{Departments: everyone, From: from, Until: until}, plain))
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{from.Add(-time.Nanosecond), "always until"},
		{from, "always from until within"},
		{until.Add(-time.Nanosecond), "always from until within"},
		{until, "always from"},
	} {
		wantFound(t, e, scopeAt(t, "recruiter", c.at), c.want)
	}
}

func membersReadAncestorsAndNotDescendants(t *testing.T, e Engine) {
	for _, d := range departments {
		write(t, e, document(retrieval.DocumentID(d), readBy(d), plain))
	}
	wantFound(t, e, scopeOf(t, "recruiter"), "everyone hr recruiting")
	wantFound(t, e, scopeOf(t, "personnel"), "everyone hr")
	wantFound(t, e, scopeOf(t, "clerk"), "everyone finance payroll")
	wantFound(t, e, scopeOf(t, "bridge"), "everyone finance hr recruiting")
	wantFound(t, e, scopeOf(t, "bridge").Narrow("finance", "legal"), "finance")
}

func manyDepartmentsPerPassage(t *testing.T, e Engine) {
	write(t, e, document("shared", readBy("finance", "legal", "recruiting"), plain))
	wantFound(t, e, scopeOf(t, "recruiter"), "shared")
	wantFound(t, e, scopeOf(t, "clerk"), "shared")
	wantFound(t, e, scopeOf(t, "personnel"), "")
	rankings := search(t, e, scopeOf(t, "bridge"), ask("word", 10)) // reads it by two ways
	if len(rankings.Dense) != 1 || len(rankings.Lexical) != 1 {
		t.Errorf("found %v, want one hit in each ranking", rankings)
	}
}

func documentOfNobodyIsReadByNobody(t *testing.T, e Engine) {
	write(t, e, document("nobody", access.Readers{}, plain))
	for _, person := range people {
		wantFound(t, e, scopeOf(t, person), "")
	}
}
