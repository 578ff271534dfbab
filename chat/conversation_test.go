package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// A ledger says who reads documents now.
type ledger map[retrieval.DocumentID]access.Readers

func (l ledger) Readers(_ context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	if l == nil {
		return nil, errors.New("the ledger is closed")
	}
	out := make(map[retrieval.DocumentID]access.Readers)
	for _, id := range ids {
		if r, ok := l[id]; ok {
			out[id] = r
		}
	}
	return out, nil
}

func readers(d access.Department) access.Readers {
	return access.Readers{Departments: []access.Department{d}}
}

var generous = ConversationLimits{Turns: 10, PerPerson: 3, Age: time.Hour}

// earlier returns the questions of the turns that a person may still use.
func earlier(t *testing.T, c *Conversations, person, id string) []string {
	t.Helper()
	turns, err := c.Earlier(t.Context(), scopeOf(t, person), person, id)
	if err != nil {
		t.Fatal(err)
	}
	return questionsOf(turns)
}

func TestL17_ConversationBelongsToOnePerson(t *testing.T) {
	c := NewConversations(generous, ledger{})
	c.Add("hanna", "1", Turn{Question: "hers"}, today)
	c.Add("felix", "1", Turn{Question: "his"}, today)
	c.Forget("felix", "1")
	if got := earlier(t, c, "hanna", "1"); !slices.Equal(got, []string{"hers"}) {
		t.Errorf("hanna has %v", got)
	}
	if got := earlier(t, c, "felix", "1"); got != nil {
		t.Errorf("felix has %v", got)
	}
}

func TestL24_TurnIsGoneOnceASourceIsNotReadAnyMore(t *testing.T) {
	l := ledger{"d1": readers("hr"), "d2": readers(access.Everyone)}
	c := NewConversations(generous, l)
	c.Add("hanna", "1", Turn{Question: "secret", Sources: []retrieval.DocumentID{"d1", "d2"}}, today)
	c.Add("hanna", "1", Turn{Question: "open", Sources: []retrieval.DocumentID{"d2"}}, today)
	c.Add("hanna", "1", Turn{Question: "refused"}, today)
	if got := earlier(t, c, "hanna", "1"); !slices.Equal(got, []string{"secret", "open", "refused"}) {
		t.Errorf("before: %v", got)
	}
	l["d1"] = readers("finance")
	if got := earlier(t, c, "hanna", "1"); !slices.Equal(got, []string{"open", "refused"}) {
		t.Errorf("after it was taken away: %v", got)
	}
	delete(l, "d2")
	if got := earlier(t, c, "hanna", "1"); !slices.Equal(got, []string{"refused"}) {
		t.Errorf("after the other was deleted: %v", got)
	}
}

func TestL24_LedgerThatFailsShowsNothing(t *testing.T) {
	c := NewConversations(generous, ledger(nil))
	c.Add("hanna", "1", Turn{Question: "q", Sources: []retrieval.DocumentID{"d1"}}, today)
	if turns, err := c.Earlier(t.Context(), scopeOf(t, "hanna"), "hanna", "1"); err == nil || turns != nil {
		t.Errorf("turns %v, err %v", turns, err)
	}
}

func TestConversationsAreBounded(t *testing.T) {
	c := NewConversations(ConversationLimits{Turns: 2, PerPerson: 2, Age: time.Hour}, ledger{})
	for i := range 3 {
		c.Add("felix", "1", Turn{Question: fmt.Sprint(i)}, today)
	}
	if got := earlier(t, c, "felix", "1"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("turns %v", got)
	}
	c.Add("hanna", "1", Turn{Question: "old"}, today)
	c.Add("hanna", "2", Turn{Question: "older"}, today)
	c.Add("hanna", "1", Turn{Question: "used again"}, today)
	c.Add("hanna", "3", Turn{Question: "new"}, today)
	if got := earlier(t, c, "hanna", "2"); got != nil {
		t.Errorf("the one unused for longest is still there: %v", got)
	}
	if earlier(t, c, "hanna", "1") == nil || earlier(t, c, "hanna", "3") == nil || earlier(t, c, "felix", "1") == nil {
		t.Error("another one was forgotten")
	}
}

func TestOldConversationsAreForgotten(t *testing.T) {
	c := NewConversations(generous, ledger{})
	c.Add("hanna", "1", Turn{Question: "q"}, today.Add(-time.Hour))
	if got := earlier(t, c, "hanna", "1"); got != nil {
		t.Errorf("after its age: %v", got)
	}
	if len(c.byKey) > 0 || len(c.counts) > 0 || c.recent.Len() > 0 {
		t.Errorf("something of it is kept: %+v", c)
	}
}
