package retrieval_test

import (
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

func TestEvidence(t *testing.T) {
	tests := []struct {
		name, question string
		words          bool // search by words alone
		want           bool
	}{
		{"EnoughForWhatTheDocumentsAreAbout", "How many days of annual leave?", false, true},
		{"NotEnoughForAStrayQuestion", "Which glacier feeds the river Aare?", false, false},
		{"EnoughByWordsAlone", "annual leave", true, true},
		{"NotEnoughByWordsAlone", "Which glacier feeds the river Aare within ten miles?", true, false},
		{"NotEnoughWhereNothingIsFound", "quokka", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, s := handbook()
			if tt.words {
				s.Embedder = nil
			}
			e := search(t, s, "hanna", retrieval.Question{Text: tt.question, K: 5}).Evidence
			if e.Enough != tt.want || e.Enough != (e.Score >= e.Threshold) {
				t.Errorf("evidence %+v, want enough %v", e, tt.want)
			}
		})
	}
}

func TestEvidenceOfAMixedScopeIsJudgedByScript(t *testing.T) {
	m, s := handbook()
	m.add("zh", "员工每年享有十五天年假，须提前两周申请。", access.Everyone)
	for question, want := range map[string]bool{"员工年假提前几周申请？": true, "金星上有火山吗？": false} {
		if e := search(t, s, "hanna", retrieval.Question{Text: question, K: 5}).Evidence; e.Enough != want {
			t.Errorf("%s: evidence %+v, want enough %v", question, e, want)
		}
	}
}

func TestCalibrationIsDoneOncePerScope(t *testing.T) {
	m, s := handbook()
	q := retrieval.Question{Text: "annual leave", K: 2}
	search(t, s, "hanna", q)
	embedded, touched := *m.embedder.embedded, m.touched
	search(t, s, "hanna", q)
	again := m.touched - touched
	if again != 2 {
		t.Errorf("the second search touched the index %d times, want a search and a load", again)
	}
	search(t, s, "felix", q)
	if m.touched-touched-again <= 2 {
		t.Error("another scope was not calibrated")
	}
	if off := *m.embedder.embedded - embedded; off > 100 {
		t.Errorf("%d texts embedded after the first search", off)
	}
}
