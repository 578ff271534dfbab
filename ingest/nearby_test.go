package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

// at returns a passage of one of the office's documents.
func at(path string, headings ...string) Passed {
	return Passed{documentID("docs", path), headings}
}

// handbook is documents in folders, some of which are not for everyone.
func handbook(t *testing.T) *office {
	o := newOffice(t)
	long := strings.Repeat("Whoever travels for the company asks the team first and sends in what was paid. ", 8) // a passage by itself
	o.write("leave/annual.md", "---\nlanguage: en\n---\n# Annual leave\n\n## Carry-over\n\nDays that are left over may be taken until March.\n")
	o.write("leave/sick.md", "---\nlanguage: en\n---\n# Sick leave\n\n## Certificate\n\nA certificate is needed from the third day on.\n")
	o.write("leave/carry.md", "---\nlanguage: en\n---\n# Planning the year\n\n## Rooms\n\n"+long+"\n\n## Carry-over of days\n\n"+long+"\n")
	o.write("leave/secret.md", "---\nlanguage: en\nreaders: [finance]\n---\n# Secret carry-over\n\n## Secret days\n\nThe days of the board.\n")
	o.write("leave/years/old.md", "---\nlanguage: en\n---\n# Old carry-over\n\n## Before 2020\n\nIt was another number of days.\n")
	o.write("travel.md", "---\nlanguage: en\n---\n# Travel\n\n## Before you book\n\n"+long+"\n\n## Hotels\n\n"+long+"\n\n## Claiming\n\n"+long+"\n")
	o.write("hans.md", "---\nlanguage: zh-Hans\n---\n# 休假制度\n\n## 年假\n\n员工每年有年假。\n")
	o.write("plain.md", "There is no heading in this text.\n")
	o.run()
	return o
}

func TestQuestionsToGoOnWithAreNearTheAnswer(t *testing.T) {
	o := handbook(t)
	annual := at("leave/annual.md", "Annual leave", "Carry-over")
	hotel := at("travel.md", "Travel", "Hotels")
	planning := "What does “Planning the year” say about “Carry-over of days”?"
	hotels := "What does “Travel” say about “Hotels”?"
	for name, test := range map[string]struct {
		trail    Trail
		language string
		n        int
		want     []string
	}{
		"found besides, at the place that was found":     {Trail{Found: []Passed{at("travel.md", "Travel", "Claiming")}}, "en", 3, []string{"What does “Travel” say about “Claiming”?"}},
		"a place that the document has no more":          {Trail{Found: []Passed{at("travel.md", "Travel", "Flights")}}, "en", 3, []string{hotels}},
		"found first, then beside, by the best heading":  {Trail{Answered: []Passed{annual}, Found: []Passed{at("travel.md")}}, "en", 3, []string{hotels, planning, "What does “Sick leave” say about “Certificate”?"}},
		"what was answered from is not asked again":      {Trail{Answered: []Passed{annual}, Found: []Passed{annual, at("travel.md"), at("travel.md")}}, "en", 1, []string{hotels}},
		"in the reader's language alone":                 {Trail{Found: []Passed{at("travel.md"), at("hans.md", "休假制度", "年假")}}, "zh-Hant", 3, []string{"《休假制度》中關於「年假」是怎麼說的？"}},
		"sections beside, those behind it first":         {Trail{Answered: []Passed{hotel}}, "en", 3, []string{"What does “Travel” say about “Claiming”?", "What does “Travel” say about “Before you book”?"}},
		"not sections that were found":                   {Trail{Answered: []Passed{hotel, at("travel.md", "Claiming")}, Found: []Passed{at("travel.md", "Before you book")}}, "en", 3, nil},
		"of a document in the reader's language":         {Trail{Answered: []Passed{hotel}}, "zh-Hans", 3, nil},
		"no document, or one that cannot be asked about": {Trail{Answered: []Passed{at("none.md")}, Found: []Passed{at("plain.md"), at("gone.md")}}, "en", 3, nil},
		"none wanted": {Trail{Found: []Passed{at("travel.md")}}, "en", 0, nil},
	} {
		questions, err := o.Ledger.Nearby(t.Context(), scopeOf(t, "hanna"), test.language, test.trail, test.n)
		if err != nil || !slices.Equal(questions, test.want) {
			t.Errorf("%s: %q, want %q (%v)", name, questions, test.want, err)
		}
	}
}

func TestL27_QuestionsToGoOnWithComeFromReadableDocumentsOnly(t *testing.T) {
	o := handbook(t)
	secret := at("leave/secret.md", "Secret carry-over", "Secret days")
	trail := Trail{Answered: []Passed{at("leave/annual.md", "Annual leave", "Carry-over"), secret}, Found: []Passed{secret}}
	questions, err := o.Ledger.Nearby(t.Context(), scopeOf(t, "hanna"), "en", trail, 10)
	if err != nil || len(questions) == 0 || strings.Contains(strings.Join(questions, ""), "Secret") {
		t.Errorf("%q (%v)", questions, err)
	}
	if questions, err := o.Ledger.Nearby(t.Context(), scopeOf(t, "hanna"), "en", Trail{Answered: []Passed{secret}}, 10); err != nil || len(questions) > 0 {
		t.Errorf("beside a document that is not read stands %q (%v)", questions, err)
	}
	trail.Answered = trail.Answered[:1]
	if questions, err := o.Ledger.Nearby(t.Context(), scopeOf(t, "feng"), "en", trail, 10); err != nil || !strings.Contains(strings.Join(questions, ""), "Secret days") {
		t.Errorf("whoever reads it is told %q (%v)", questions, err)
	}
}

// What stands beside an answer in silence must not change what is suggested:
// neither by its words nor by its number.
func TestP1_QuestionsToGoOnWithAreTheSameBesideUnreadableDocuments(t *testing.T) {
	o := handbook(t)
	trail := Trail{Answered: []Passed{at("leave/annual.md", "Annual leave", "Carry-over")}}
	before, err := o.Ledger.Nearby(t.Context(), scopeOf(t, "hanna"), "en", trail, 10)
	if err != nil || len(before) == 0 {
		t.Fatalf("%q (%v)", before, err)
	}
	var many []entry
	for i := range mostNeighbours + 50 {
		name := "leave/a" + strings.Repeat("a", i) + ".md"
		many = append(many, entry{
			document: retrieval.Document{
				ID: documentID("docs", name), Source: "docs", Path: name, Title: "Carry-over", Language: "en", Readers: readBy("finance"),
			},
			state: stateIndexed, headings: []string{"Carry-over"}, granted: readBy("finance"), markdown: new(string),
		})
	}
	if err := o.Ledger.put(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	after, err := o.Ledger.Nearby(t.Context(), scopeOf(t, "hanna"), "en", trail, 10)
	if err != nil || !slices.Equal(after, before) {
		t.Errorf("%q, before %q (%v)", after, before, err)
	}
}

func TestP2_ZeroScopeIsGivenNothingToGoOnWith(t *testing.T) {
	trail := Trail{Found: []Passed{at("travel.md", "Travel", "Hotels")}}
	if questions, err := handbook(t).Ledger.Nearby(t.Context(), access.Scope{}, "en", trail, 5); err != nil || len(questions) != 0 {
		t.Errorf("%q (%v)", questions, err)
	}
}

// BenchmarkNearby looks beside an answer in a folder that is as large as any
// that is looked at.
func BenchmarkNearby(b *testing.B) {
	o := newOffice(b)
	var folder []entry
	for i := range mostNeighbours {
		name := fmt.Sprintf("manuals/%03d.md", i)
		folder = append(folder, entry{
			document: retrieval.Document{
				ID: documentID("docs", name), Source: "docs", Path: name, Title: fmt.Sprintf("Manual of instrument %d", i), Language: "en", Readers: readBy(access.Everyone),
			},
			state: stateIndexed, headings: []string{"Calibration", "Cleaning the lens", "Spare parts"}, granted: readBy(access.Everyone), markdown: new(string),
		})
	}
	if err := o.Ledger.put(b.Context(), folder); err != nil {
		b.Fatal(err)
	}
	scope := scopeOf(b, "hanna")
	trail := Trail{Answered: []Passed{at("manuals/007.md", "Calibration")}}
	for b.Loop() {
		if questions, err := o.Ledger.Nearby(b.Context(), scope, "en", trail, 3); err != nil || len(questions) == 0 {
			b.Fatalf("%q (%v)", questions, err)
		}
	}
}
