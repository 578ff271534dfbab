package leaktest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A kept is a conversation with an answer that somebody has.
type kept struct{ conversation, answer string }

// Foreign has somebody who reads much ask, and everybody else then try to get
// at that conversation and answer by their ids. A foreign id must be answered
// word for word as one that does not exist.
func (t *Trial) Foreign(ctx context.Context, s *Site, owner Reader, others []Reader) {
	const door = "answers and conversations of others"
	d := t.readable(owner)
	if d == nil {
		t.Problem("%s: %s reads nothing that was planted", door, owner.Name)
		return
	}
	own, err := t.keep(ctx, s, owner, d)
	if err != nil {
		t.Problem("%s: %v", door, err)
		return
	}
	for _, r := range others {
		if r.Name == owner.Name || r.Person == owner.Person && r.Person != "" {
			continue
		}
		for _, attempt := range attempts {
			got, err1 := s.Do(ctx, r, attempt.method, attempt.path(own), attempt.content(own))
			nothing, err2 := s.Do(ctx, r, attempt.method, attempt.path(unknown), attempt.content(unknown))
			if err1 != nil || err2 != nil {
				t.Problem("%s as %s: %s: %v %v", door, r.Name, attempt.pattern, err1, err2)
				continue
			}
			q := Question{Text: attempt.method + " " + attempt.pattern}
			t.Take(door, r, q, got.Body)
			if !attempt.search && !same(got, own, nothing, unknown) {
				t.Found(Leak{Door: door, Reader: r.Name, Question: q.Text, Document: d.Name, Part: "existence",
					Text: fmt.Sprintf("%d %.80s, where an unknown one is %d %.80s", got.Status, got.Body, nothing.Status, nothing.Body)})
			}
		}
	}
	t.stillThere(ctx, s, owner, d, own)
}

// unknown are ids that nobody has.
var unknown = kept{"leaktest-conversation-of-nobody", "LEAKTESTANSWEROFNOBODYABCD"}

// An attempt is a request about something that somebody else has.
type attempt struct {
	method, pattern, body string
	search                bool // over what is one's own: the reply need not be that of an unknown id
}

var attempts = []attempt{
	{"GET", "/api/conversations/{c}", "", false},
	{"GET", "/api/conversations/{c}/export?format=md", "", false},
	{"GET", "/api/conversations/{c}/export?format=json", "", false},
	{"GET", "/api/conversations", "", true},
	{"GET", "/api/conversations?q=access+code", "", true},
	{"GET", "/api/answers/{a}", "", false},
	{"GET", "/api/answers/{a}?after=2", "", false},
	{"POST", "/api/answers/{a}/stop", "{}", false},
	{"POST", "/api/feedback", `{"answer":"{a}","vote":"down"}`, false},
	{"PATCH", "/api/conversations/{c}", `{"title":"mine"}`, false},
	{"POST", "/api/ask", `{"text":"And what was it again?","conversation":"{c}","after":"{a}"}`, false},
	{"DELETE", "/api/conversations/{c}", "", false},
}

func (a attempt) path(k kept) string { return fill(a.pattern, k, url.PathEscape) }

func (a attempt) content(k kept) string {
	return fill(a.body, k, func(text string) string { return text })
}

func fill(pattern string, k kept, escape func(string) string) string {
	return strings.NewReplacer("{c}", escape(k.conversation), "{a}", escape(k.answer)).Replace(pattern)
}

// same reports whether two replies are the same but for the ids they were asked
// about.
func same(a Reply, of kept, b Reply, instead kept) bool {
	without := func(r Reply, k kept) string {
		return strings.NewReplacer(k.conversation, "", k.answer, "").Replace(r.Body)
	}
	return a.Status == b.Status && without(a, of) == without(b, instead)
}

// readable returns a document that a reader may read, of a department if there
// is one.
func (t *Trial) readable(r Reader) *Document {
	var found *Document
	for _, d := range t.documents {
		if t.reads(r, d.Rights) && (found == nil || slices.Contains(found.Rights.Departments, everyone)) {
			found = d
		}
	}
	return found
}

// keep asks in a conversation that is then the reader's.
func (t *Trial) keep(ctx context.Context, s *Site, r Reader, d *Document) (kept, error) {
	k := kept{conversation: "leaktest-" + d.Canaries[File]}
	reply, err := s.Ask(ctx, r, k.conversation, ask(d, Plain).Text)
	if err != nil {
		return k, err
	}
	t.Take("conversation", r, ask(d, Plain), reply.Body)
	if _, rest, ok := strings.Cut(reply.Body, `"answer":"`); ok {
		k.answer, _, _ = strings.Cut(rest, `"`)
	}
	if k.answer == "" {
		return k, fmt.Errorf("%s has no answer in a conversation: %d %.200s", r.Name, reply.Status, reply.Body)
	}
	return k, nil
}

// stillThere looks whether what others tried to change or delete is as it was,
// and can be read by whom it belongs to.
func (t *Trial) stillThere(ctx context.Context, s *Site, owner Reader, d *Document, own kept) {
	for door, path := range map[string]string{
		"conversation": "/api/conversations/" + own.conversation, "export": "/api/conversations/" + own.conversation + "/export?format=md",
		"answer": "/api/answers/" + own.answer, "search in history": "/api/conversations?q=" + d.Canaries[Text],
	} {
		reply, err := s.Do(ctx, owner, http.MethodGet, path, "")
		if err != nil {
			t.Problem("%s as %s: %v", door, owner.Name, err)
			continue
		}
		t.Take(door, owner, ask(d, Plain), reply.Body)
	}
}

// Compare has a reader ask for the pages of documents that are others' and of
// documents that do not exist. Their replies must be the same; how long they
// take is reported.
func (t *Trial) Compare(ctx context.Context, s *Site, r Reader, id func(*Document) string) {
	const door = "document page"
	var foreign, none []float64
	page := func(id string) (Reply, float64) {
		begun := time.Now()
		reply, err := s.Do(ctx, r, http.MethodGet, "/documents/"+id, "")
		if err != nil {
			t.Problem("%s as %s: %v", door, r.Name, err)
		}
		return reply, time.Since(begun).Seconds() * 1000
	}
	for round := range 3 {
		for _, d := range t.documents {
			known := id(d)
			if known == "" || t.reads(r, d.Rights) {
				continue
			}
			missing := strings.Repeat("0", len(known)-1) + fmt.Sprint(round)
			got, took := page(known)
			nothing, tookNone := page(missing)
			foreign, none = append(foreign, took), append(none, tookNone)
			if !same(got, kept{known, known}, nothing, kept{missing, missing}) {
				t.Found(Leak{Door: door, Reader: r.Name, Document: d.Name, Part: "existence", Text: fmt.Sprintf("%d, where an unknown one is %d", got.Status, nothing.Status)})
			}
		}
	}
	if len(foreign) == 0 {
		return
	}
	timing := &Timing{Foreign: median(foreign), Unknown: median(none)}
	less, more := min(timing.Foreign, timing.Unknown), max(timing.Foreign, timing.Unknown)
	timing.Alike = more <= 3*less || more-less < 1
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timing = timing
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
