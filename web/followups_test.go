package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"bureau/access"
	"bureau/chat"
)

// trails notes what the house was asked to suggest near, and suggests the title
// of each such document that scope reads.
type trails struct {
	shelf *shelf
	asked []string
}

func (t *trails) suggest(_ context.Context, scope access.Scope, language string, used, found []chat.Source, n int) ([]string, error) {
	titles := func(sources []chat.Source) (titles []string) {
		for _, s := range sources {
			if scope.Allows(t.shelf.documents[s.Document].Document.Readers) {
				titles = append(titles, s.Title)
			}
		}
		return titles
	}
	t.asked = append(t.asked, fmt.Sprintf("%s %d used %v found %v", language, n, titles(used), titles(found)))
	return titles(found), nil
}

// ends returns an author who ends an answer from all that hanna reads in this way.
func ends(shelf *shelf, last chat.Event) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	leave, bands := sourceOf(1, shelf.documents["leave"], "Suzhou has 12 days."), sourceOf(2, shelf.documents["bands"], "Band C begins at 41,000 (secret-of-hr).")
	return says([]chat.Event{chat.Sources{Sources: []chat.Source{leave, bands}}, chat.Delta{Text: "Twelve."}, last})
}

func TestAnAnswerEndsWithQuestionsToGoOnWith(t *testing.T) {
	h := newHouse(t)
	near := &trails{shelf: h.shelf}
	h.config.FollowUps = near.suggest
	h.answers.script = ends(h.shelf, chat.Done{Mode: chat.ByModel, Text: "Twelve.", Cited: []int{1}})
	url := serve(t, h)
	p := h.visitAs(t, url, "hanna")
	var done []map[string]any
	for _, id := range []string{"q1", "q2"} {
		p.put(`{"type":"ask","id":"` + id + `","text":"Leave?","conversation":"c"}`)
		done = append(done, p.until("done")...)
		if got := fmt.Sprint(done[len(done)-1]["suggestions"]); got != "[Pay bands]" {
			t.Errorf("suggested %s", got)
		}
	}
	if want := "en 3 used [Leave policy] found [Pay bands]"; near.asked[0] != want {
		t.Errorf("asked for %q, want %q", near.asked[0], want)
	}
	turns := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c", "hanna", nil)).Turns
	if len(turns[0].Suggestions) > 0 || !slices.Equal(turns[1].Suggestions, []string{"Pay bands"}) {
		t.Errorf("a question that was asked on has %q, the last one %q", turns[0].Suggestions, turns[1].Suggestions)
	}
}

func TestNothingIsSuggestedAfterAnAnswerThatDidNotCome(t *testing.T) {
	for name, last := range map[string]chat.Event{
		"stopped": chat.Done{Mode: chat.ByModel, Text: "Twelve.", Stopped: true},
		"without": chat.Done{Mode: chat.ByModel, Text: "Twelve."},
	} {
		h := newHouse(t)
		near := &trails{shelf: h.shelf}
		h.config.FollowUps = near.suggest
		h.answers.script = ends(h.shelf, last)
		if name == "without" {
			h.answers.script = says([]chat.Event{last})
		}
		p := h.visitAs(t, serve(t, h), "hanna")
		p.put(`{"type":"ask","id":"q1","text":"Leave?"}`)
		frames := p.until("done")
		if _, ok := frames[len(frames)-1]["suggestions"]; ok || len(near.asked) > 0 {
			t.Errorf("%s: %v", name, frames[len(frames)-1])
		}
	}
}

func TestAnAnswerIsWholeWithoutItsSuggestions(t *testing.T) {
	h := newHouse(t)
	h.config.FollowUps = func(context.Context, access.Scope, string, []chat.Source, []chat.Source, int) ([]string, error) {
		return nil, errors.New("the ledger is away")
	}
	p := h.visitAs(t, serve(t, h), "hanna")
	p.put(`{"type":"ask","id":"q1","text":"Leave?"}`)
	p.until("done")
}

// What is suggested is asked for anew with the rights of the moment whenever
// the end of an answer is shown: to whoever follows it later, and in history.
func TestP3_SuggestionsAreThoseOfTheRightsOfTheMoment(t *testing.T) {
	h := newHouse(t)
	leave := sourceOf(1, h.shelf.documents["leave"], "Suzhou has 12 days.")
	h.answers.script = says([]chat.Event{chat.Sources{Sources: []chat.Source{leave}}, chat.Delta{Text: "Twelve."}, chat.Done{Mode: chat.ByModel, Text: "Twelve.", Cited: []int{1}}})
	url := serve(t, h)
	h.config.FollowUps = func(_ context.Context, scope access.Scope, _ string, _, _ []chat.Source, _ int) ([]string, error) {
		if scope.Allows(h.shelf.documents["bands"].Document.Readers) {
			return []string{"Pay bands"}, nil
		}
		return nil, nil
	}
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"q1","text":"Leave?","conversation":"c","departments":["everyone"]}`)
	frames := p.until("done")
	answer := frames[0]["answer"].(string)
	seen := func() string {
		p.put(`{"type":"follow","answer":"` + answer + `"}`)
		frames := p.until("done")
		kept := decoded[shownConversation](t, h.request(t, "GET", url+"/api/conversations/c", "hanna", nil))
		return fmt.Sprint(frames[len(frames)-1]["suggestions"], kept.Turns[0].Suggestions)
	}
	if got := seen(); got != "[Pay bands] [Pay bands]" {
		t.Errorf("with the right: %s", got)
	}
	h.rights.policy.Store(parsed(t, withoutHR))
	if got := seen(); got != "<nil> []" {
		t.Errorf("without the right: %s", got)
	}
}
