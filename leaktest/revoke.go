package leaktest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// revocation is how soon a right that is taken away must have ended everywhere.
const revocation = 10 * time.Second

// Revoke has somebody ask, takes their departments away while another answer
// of theirs is being written, and asks again in the old conversation and for
// all that was kept. take changes the configuration and returns what it says
// from then on; id returns the id of a document.
func (t *Trial) Revoke(ctx context.Context, s *Site, parrot *Parrot, leaver Reader, take func() (*Company, error), id func(*Document) string) {
	const door = "after a right was taken away"
	problem := func(err error) { t.Problem("%s: %v", door, err) }
	d := t.readable(leaver)
	if d == nil {
		problem(fmt.Errorf("%s reads nothing that was planted", leaver.Name))
		return
	}
	own, err := t.keep(ctx, s, leaver, d)
	if err != nil {
		problem(err)
		return
	}
	var writing *heldAnswer // a real model cannot be held
	if parrot != nil {
		if writing, err = holdAnswer(ctx, s, parrot, leaver, d); err != nil {
			problem(err)
			return
		}
		defer writing.close()
	}
	company, err := take()
	if err != nil {
		problem(err)
		return
	}
	t.Change(company)
	s.awaitRefusal(ctx, leaver, "/documents/"+id(d))
	if writing != nil {
		rest, err := writing.finish()
		if err != nil {
			problem(err)
		}
		t.Take("answer under way "+door, leaver, ask(d, Plain), rest)
	}
	for _, path := range []string{
		"/documents/" + id(d), "/api/conversations/" + own.conversation, "/api/conversations/" + own.conversation + "/export?format=md",
		"/api/conversations/" + own.conversation + "/export?format=json", "/api/answers/" + own.answer,
		"/api/conversations?q=" + d.Canaries[Text], "/api/conversations",
	} {
		reply, err := s.Do(ctx, leaver, http.MethodGet, path, "")
		if err != nil {
			problem(err)
			continue
		}
		// A search for a canary that finds something would have found the canary.
		body := strings.ReplaceAll(reply.Body, own.conversation, "")
		t.Take(door, leaver, Question{Text: "GET " + strings.ReplaceAll(path, d.Canaries[Text], "…"), About: d}, body)
	}
	for _, text := range []string{"And what was the access code again?", ask(d, Injected).Text} {
		reply, err := s.Ask(ctx, leaver, own.conversation, text)
		if err != nil {
			problem(err)
			continue
		}
		t.Take(door, leaver, Question{Kind: Indirect, Text: text, About: d}, strings.ReplaceAll(reply.Body, own.conversation, ""))
	}
}

// A heldAnswer is one that the stand-in model has stopped writing.
type heldAnswer struct {
	*visit
	release func()
}

// holdAnswer has an answer begun, up to where the model writes.
func holdAnswer(ctx context.Context, s *Site, parrot *Parrot, r Reader, d *Document) (_ *heldAnswer, err error) {
	q := ask(d, Indirect).Text
	h := &heldAnswer{release: parrot.Hold(q)}
	if h.visit, err = s.open(ctx, r); err != nil {
		return nil, err
	}
	if h.ws == nil {
		return nil, fmt.Errorf("%s has no socket: %s", r.Name, h.ready)
	}
	if err := h.put(asking{Type: "ask", ID: "held", Text: q, Conversation: "held"}); err != nil {
		return nil, err
	}
	frames, code, err := h.until("delta", "done")
	if err == nil && code != "" {
		err = fmt.Errorf("the answer did not begin: %s", frames)
	}
	return h, err
}

// finish lets the answer go on and returns the frames that come then.
func (h *heldAnswer) finish() (string, error) {
	h.release()
	frames, _, err := h.until("done")
	return frames, err
}

// awaitRefusal waits until a page is refused, and no longer than a revocation
// may take: what is shown after that is a leak.
func (s *Site) awaitRefusal(ctx context.Context, r Reader, path string) {
	deadline := time.Now().Add(revocation)
	for time.Now().Before(deadline) && ctx.Err() == nil {
		if reply, err := s.Do(ctx, r, http.MethodGet, path, ""); err == nil && reply.Status != http.StatusOK {
			return
		}
		time.Sleep(50 * time.Millisecond) // between two looks; the deadline decides
	}
}
