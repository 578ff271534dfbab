package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/store/storetest"
)

// heldAnswer is a script that writes more than a full store has room for, the
// first word at once and the others when goOn is closed.
func heldAnswer(goOn chan struct{}) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	return func(_ context.Context, _ access.Scope, q chat.Question, yield func(chat.Event) bool) {
		text := strings.Repeat("It is long. ", 2000)
		yield(chat.Delta{Text: "So. "})
		if q.Text == "held" {
			<-goOn
			yield(chat.Delta{Text: text})
		}
		yield(chat.Done{Mode: chat.ByModel, Text: "So. " + text})
	}
}

// fullQuestion is a question that a full store has no room for.
var fullQuestion = strings.Repeat("长", maxQuestion)

func TestP6_AFullStoreIsSaidAndWhatRunsGoesOn(t *testing.T) {
	goOn := make(chan struct{})
	h := newHouse(t)
	h.answers.script = heldAnswer(goOn)
	url := serve(t, h)
	finn, hanna, mei := h.visitAs(t, url, "finn"), h.visitAs(t, url, "hanna"), dial(t, url, h.token("mei"))
	mei.put(`{"type":"hello","version":1}`)
	mei.next()
	hanna.put(`{"type":"ask","id":"0","text":"short","conversation":"before"}`)
	answer := hanna.until("done")[0]["answer"]
	finn.put(`{"type":"ask","id":"1","text":"held","conversation":"c"}`)
	finn.until("delta")
	cookie := h.cookie(h.sessionCookie(), h.token("hanna"), 60) // a session that began before
	send := func(method, path, body string) reply {
		return h.request(t, method, url+path, "", func(r *http.Request) {
			r.AddCookie(cookie)
			r.Header.Set("Origin", url)
			r.Header.Set("Content-Type", "application/json")
			r.Body, r.ContentLength = readCloser{strings.NewReader(body)}, int64(len(body))
		})
	}
	room := storetest.Fill(t, h.db)

	ask := fmt.Sprintf(`{"type":"ask","id":"1","text":%q,"conversation":"c"}`, fullQuestion)
	for p, words := range map[*peer]string{hanna: "no room left", mei: "存储空间已满"} {
		p.put(ask)
		if f := p.next(); f["code"] != "store_full" || f["id"] != "1" || f["retry"] != true || !strings.Contains(fmt.Sprint(f["words"]), words) {
			t.Errorf("told %v", f)
		}
	}
	comment := fmt.Sprintf(`{"answer":%q,"vote":"down","comment":%q}`, answer, strings.Repeat("长", 2000))
	if got := send(http.MethodPost, "/api/feedback", comment); got.status != http.StatusInsufficientStorage || !strings.Contains(got.body, "store_full") {
		t.Errorf("feedback: %+v", got)
	}
	hanna.put(`{"type":"feedback",` + comment[1:])
	if f := hanna.next(); f["code"] != "store_full" {
		t.Errorf("feedback: %v", f)
	}
	if got := send(http.MethodPost, "/api/ask", fmt.Sprintf(`{"text":%q}`, fullQuestion)); got.status != http.StatusInsufficientStorage {
		t.Errorf("by HTTP: %+v", got)
	}
	for _, path := range []string{"/api/conversations", "/api/conversations?q=short", "/api/conversations/before", "/api/conversations/before/export"} {
		if got := send(http.MethodGet, path, ""); got.status != http.StatusOK || !strings.Contains(got.body, "short") {
			t.Errorf("%s: %+v", path, got)
		}
	}

	close(goOn)
	frames := finn.until("done")
	if done := frames[len(frames)-1]; done["unkept"] != true || len(fmt.Sprint(done["markdown"])) < 20_000 {
		t.Errorf("what was running ends in %.200v", done)
	}
	if got := send(http.MethodDelete, "/api/conversations/before", ""); got.status != http.StatusNoContent {
		t.Errorf("nothing can be deleted to make room: %+v", got)
	}

	room()
	hanna.put(ask)
	hanna.until("done")
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := h.request(t, http.MethodGet, url+"/api/conversations/c", "finn", nil)
		if strings.Contains(got.body, `"state":"done"`) && len(got.body) > 20_000 {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("what could not be kept is not kept when it can: %.300s", got.body)
		}
	}
}

func TestP6_ALockedStoreIsSaidAndReadingGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		hanna, finn := open("hanna"), open("finn")
		hanna.put(`{"type":"ask","id":"0","text":"Leave?"}`)
		answer := hanna.until("done")[0]["answer"].(string)
		time.Sleep(50 * time.Second) // a minute's silence ends a socket
		unlock := storetest.Lock(t, h.db.Path())
		start := time.Now()
		ask := `{"type":"ask","id":"1","text":"Leave?"}`
		hanna.put(ask)
		finn.put(`{"type":"stop","answer":"x"}`)
		if f := finn.next(); f["code"] != "no_answer" || time.Since(start) > 0 {
			t.Errorf("somebody else is answered %v after %v", f, time.Since(start))
		}
		hanna.put(`{"type":"follow","answer":"` + answer + `"}`)
		if f := hanna.next(); f["code"] != "store_busy" || f["id"] != "1" || time.Since(start) > 11*time.Second {
			t.Errorf("after %v told %v", time.Since(start), f)
		}
		hanna.until("done")
		unlock()
		hanna.put(ask)
		hanna.until("done")
	})
}
