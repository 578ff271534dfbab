package chat

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBestPassagesThatFitAreChosenAndNeverNone(t *testing.T) {
	tests := []struct {
		name   string
		costs  []int
		budget int
		want   []int
	}{
		{"AllFit", []int{10, 20, 30}, 60, []int{0, 1, 2}},
		{"BestFirst", []int{10, 20, 30}, 35, []int{0, 1}},
		{"ASmallerOneStillFits", []int{10, 90, 20}, 35, []int{0, 2}},
		{"NeverNone", []int{100, 20}, 10, []int{0}},
		{"EvenWithoutABudget", []int{100, 20}, -10, []int{0}},
		{"Nothing", nil, 10, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := fit(test.costs, test.budget); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestRateLearnsSpeedAndTokens(t *testing.T) {
	r := NewRate()
	text := strings.Repeat("word ", 100)
	for range 20 {
		estimate := r.Tokens(text)
		r.Observe(estimate, 0, 120, 2*time.Second) // 60 tokens a second
	}
	if got := r.Tokens(text); got < 110 || got > 130 {
		t.Errorf("%d tokens, want about 120", got)
	}
	if got := r.Within(10 * time.Second); got < 570 || got > 630 {
		t.Errorf("%d tokens in ten seconds, want about 600", got)
	}
}

func TestRateBelievesSlownessSoonerThanSpeed(t *testing.T) {
	fast, slow := NewRate(), NewRate()
	fast.Observe(1000, 0, 1000, time.Millisecond) // all of it in the model's cache
	slow.Observe(1000, 0, 1000, 1000*time.Second)
	if got := fast.Within(time.Second); float64(got) > 2*startRate {
		t.Errorf("one measurement made it %d a second", got)
	}
	if got := slow.Within(time.Second); float64(got) > startRate/2+1 {
		t.Errorf("a slow model is still taken for %d a second", got)
	}
}

func TestRateIgnoresWhatTellsNothing(t *testing.T) {
	r := NewRate()
	r.Observe(0, 0, 10, time.Second)
	r.Observe(10, 0, 0, time.Second)
	r.Observe(10, 0, 10, 0)
	if r.Within(time.Second) != startRate || r.factor != 1 {
		t.Errorf("rate %v, factor %v", r.perSecond, r.factor)
	}
}

func TestSlowModelGetsFewerPassagesAndOnlyThoseAreSources(t *testing.T) {
	a, model := answererOf("ok.")
	scope, q := scopeOf(t, "hanna"), Question{Text: "annual leave and hotel limit"}
	all := len(ask(t, a, scope, q).sources)
	a.Limits.FirstToken = time.Second
	r := ask(t, a, scope, q)
	if all < 2 || len(r.sources) != 1 || strings.Count(model.prompt(), "===== PASSAGE") != 1 {
		t.Errorf("%d sources, then %d", all, len(r.sources))
	}
}

func TestPassageLongerThanTheWindowIsShortened(t *testing.T) {
	a, model := answererOf("ok.")
	s := new(shelf)
	s.passage("hr", "Long", "en", strings.Repeat("Nothing of note stands here. ", 400)+"Annual leave is 25 days. "+strings.Repeat("Nor here. ", 400))
	a.Searcher = s
	a.Limits.Window = 1000
	r := ask(t, a, scopeOf(t, "hanna"), Question{Text: "annual leave"})
	if n := NewRate().Tokens(model.prompt()); n > 1000-400 {
		t.Errorf("the prompt has about %d tokens", n)
	}
	if !strings.Contains(model.prompt(), "Annual leave is 25 days.") || r.sources[0].Quote != s.found[0].Passage.Text {
		t.Error("the sentence that answers is missing, or the source was cut")
	}
}
