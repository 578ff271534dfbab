package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/chat"
)

// change is the frame about a conversation, with what else it says.
func change(conversation string, more map[string]any) map[string]any {
	frame := map[string]any{"type": "changed", "conversation": conversation}
	maps.Copy(frame, more)
	return frame
}

func TestOtherDevicesOfThePersonAreToldWhatChanges(t *testing.T) {
	h := newHouse(t)
	goOn := make(chan struct{})
	h.answers.script = func(ctx context.Context, scope access.Scope, q chat.Question, yield func(chat.Event) bool) {
		<-goOn // news of one conversation are told as one
		fromShelf(h.shelf)(ctx, scope, q, yield)
	}
	url := serve(t, h)
	asks, other := h.visitAs(t, url, "hanna"), h.visitAs(t, url, "hanna")
	asks.put(`{"type":"ask","id":"q1","text":"Leave?","conversation":"c1"}`)
	answer := asks.next()["answer"]
	want := func(what string, frame map[string]any) {
		t.Helper()
		if diff := cmp.Diff(frame, other.told()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	begun := change("c1", map[string]any{"answer": answer})
	want("begun", begun)
	close(goOn)
	want("ended", begun)
	if got := h.send(t, "PATCH", url+"/api/conversations/c1", "hanna", `{"title":"Days off"}`); got.status != http.StatusOK {
		t.Fatal(got)
	}
	want("renamed", change("c1", nil))
	if got := h.send(t, "DELETE", url+"/api/conversations/c1", "hanna", ""); got.status != http.StatusNoContent {
		t.Fatal(got)
	}
	want("deleted", change("c1", map[string]any{"deleted": true}))
	if r := eventsOf(t, h.send(t, "POST", url+"/api/ask", "hanna", `{"id":"q2","text":"Leave?","conversation":"c2"}`)); len(r) == 0 {
		t.Error("no events")
	}
	if f := other.told(); f["conversation"] != "c2" {
		t.Errorf("asked by the HTTP door: %v", f)
	}
}

// A socket that sees an answer is not told of it besides, and nobody else is
// told anything: neither a colleague of the same department nor a socket that
// has not said hello.
func TestP1_ChangesAreToldToNoOtherPersonAndToNobodyWhoSees(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		asks, colleague, finn := open("hanna"), open("mei"), open("finn")
		asks.put(`{"type":"ask","id":"q1","text":"Leave?","conversation":"c1"}`)
		for f := asks.any(); f["type"] != "done"; f = asks.any() {
			if f["type"] == "changed" {
				t.Errorf("who asked is told %v", f)
			}
		}
		synctest.Wait()
		h.hub.changed("hanna", changed{Conversation: "last"}, nobody)
		h.hub.changed("mei", changed{Conversation: "hers"}, nobody)
		h.hub.changed("finn", changed{Conversation: "his"}, nobody)
		for want, p := range map[string]*peer{"last": asks, "hers": colleague, "his": finn} {
			if f := p.told(); f["conversation"] != want {
				t.Errorf("the first that is told is %v, want %s", f, want)
			}
		}
	})
}

func TestHealthIsInReadyAndToldWhenItTurns(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	p := h.visitAs(t, url, "hanna")
	if diff := cmp.Diff(map[string]any{"model": true, "embedder": true}, p.ready["health"]); diff != "" {
		t.Error(diff)
	}
	for _, now := range []Health{{Model: false, Embedder: true}, {Model: false, Embedder: false}, {Model: true, Embedder: true}} {
		h.Turn(now)
		h.Turn(now) // tells nothing
		want := map[string]any{"type": "health", "model": now.Model, "embedder": now.Embedder}
		if diff := cmp.Diff(want, p.told()); diff != "" {
			t.Error(diff)
		}
	}
	h.Turn(Health{Embedder: true})
	if late := h.visitAs(t, url, "finn"); !cmp.Equal(late.ready["health"], any(map[string]any{"model": false, "embedder": true})) {
		t.Errorf("who comes later is told %v", late.ready["health"])
	}
}

func TestNewsOfASlowReaderAreFew(t *testing.T) {
	woken := 0
	n := newNews(func() { woken++ })
	take := func() (frames []string) {
		for _, f := range n.take() {
			frames = append(frames, string(f))
		}
		slices.Sort(frames)
		return frames
	}
	n.turn(health{Model: true})
	n.add(changed{Conversation: "early"})
	if got := take(); len(got) > 0 || woken > 0 {
		t.Errorf("before ready come %v, and the writer is woken %d times", got, woken)
	}
	n.begin(health{Model: true}) // which ready has told
	if got := take(); !slices.Equal(got, []string{`{"type":"changed","conversation":"early"}`}) || woken != 1 {
		t.Errorf("behind ready come %v; woken %d times", got, woken)
	}
	for i := range 10 {
		n.turn(health{Model: i%2 == 0})
		n.add(changed{Conversation: "c", Answer: fmt.Sprint(i)})
	}
	n.add(changed{Conversation: "gone", Answer: "a", Deleted: true})
	n.add(changed{Conversation: "gone", Answer: "a"})
	want := []string{
		`{"type":"changed","conversation":"c"}`, `{"type":"changed","conversation":"gone","answer":"a","deleted":true}`,
		`{"type":"health","model":false,"embedder":false}`,
	}
	if diff := cmp.Diff(want, take()); diff != "" {
		t.Error(diff)
	}
	for i := range 10 * mostChanged {
		n.add(changed{Conversation: fmt.Sprint(i)})
	}
	got := take()
	if len(got) > mostChanged+1 || !slices.Contains(got, `{"type":"changed"}`) {
		t.Errorf("%d frames, and whether any of them means all: %v", len(got), got)
	}
}
