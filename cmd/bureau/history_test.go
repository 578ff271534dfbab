package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A talker is the sample company with a model that talks.
type talker struct {
	house
	ollama *talkingOllama
}

func newTalker(t *testing.T) talker {
	t.Helper()
	return talker{indexed(t), newTalkingOllama(t)}
}

// start starts the server.
func (h talker) start() *child {
	h.t.Helper()
	return start(h.t, "-c", h.config, "--data", h.data, "--ollama", h.ollama.url, "--model", talkerModel, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
}

// serve starts the server and returns it with its address.
func (h talker) serve() (c *child, address string) {
	h.t.Helper()
	c = h.start()
	return c, c.await(`http://127\.0\.0\.1:\d+`)
}

// A keptTurn is a turn of a conversation as the HTTP door shows it.
type keptTurn struct {
	Answer, Question, State, Code, Markdown string
	Blocks                                  []string
}

// turns returns a conversation's turns by the ids of their answers.
func (v visitor) turns(conversation string) map[string]keptTurn {
	v.t.Helper()
	var shown struct{ Turns []keptTurn }
	page := v.get("/api/conversations/" + conversation)
	if err := json.Unmarshal([]byte(page), &shown); err != nil {
		v.t.Fatalf("%v in %s", err, page)
	}
	turns := map[string]keptTurn{}
	for _, turn := range shown.Turns {
		turns[turn.Answer] = turn
	}
	return turns
}

// numberedFrame is a frame with what a client keeps of it.
type numberedFrame struct {
	Type, Answer, ID, Code, Text, Markdown string
	Seq                                    int
}

// hear returns the next frame, or false when the socket is gone.
func (s socket) hear() (f numberedFrame, ok bool) {
	s.t.Helper()
	_ = s.SetReadDeadline(time.Now().Add(patience))
	_, data, err := s.ReadMessage()
	if err != nil {
		return f, false
	}
	if err := json.Unmarshal(data, &f); err != nil {
		s.t.Fatalf("%v in %s", err, data)
	}
	return f, true
}

// An account is what a client was told of its questions.
type account struct {
	questions map[string]string // of accepted ones, by the ids of their answers
	seen      map[string]int    // the highest number, by the ids of the answers, until they were followed again
	done      map[string]string // Markdown of those that were done
}

// take adds a frame.
func (a account) take(f numberedFrame, asked map[string]string) {
	switch f.Type {
	case "accepted":
		a.questions[f.Answer] = asked[f.ID]
	case "done":
		a.done[f.Answer] = f.Markdown
	}
	if f.Answer != "" && a.questions[f.Answer] != "" {
		a.seen[f.Answer] = max(a.seen[f.Answer], f.Seq)
	}
}

// TestP7_TwentyKilledServersLoseNoQuestion kills the server twenty times while
// it answers, as soon as a question is accepted or at any piece of an answer.
// Whatever a client was told is there afterwards: every accepted question, and
// every answer that was done, word for word; the others end honestly.
func TestP7_TwentyKilledServersLoseNoQuestion(t *testing.T) {
	h := newTalker(t)
	random := rand.New(rand.NewPCG(5, 6))
	told := account{map[string]string{}, map[string]int{}, map[string]string{}}
	asked := map[string]string{} // questions by their own ids
	interrupted := 0
	for round := range kills + 1 {
		h.ollama.before(nil)
		c, address := h.serve()
		v := signIn(t, address, "hanna")
		interrupted += h.wantTold(v, told)
		if round == kills {
			break
		}
		// Killed before a piece of an answer, or when a client has heard so many
		// frames of a kind.
		kind := []string{"piece", "accepted", "done"}[random.IntN(3)]
		pieces, heard := random.IntN(3*len(talk)), random.IntN(3)
		ready := make(chan struct{})
		var once sync.Once
		kill := func() { once.Do(c.kill) }
		h.ollama.before(func(int) {
			<-ready
			if pieces--; pieces < 0 && kind == "piece" {
				kill()
			}
		})
		s := v.socket()
		for i := range 3 {
			id := fmt.Sprint(round, "-", i)
			asked[id] = fmt.Sprintf("How many days of annual leave can I carry over? (%s)", id)
			s.send(map[string]any{"type": "ask", "id": id, "text": asked[id], "conversation": "c"})
		}
		close(ready)
		for f, ok := s.hear(); ok; f, ok = s.hear() {
			told.take(f, asked)
			if f.Type == kind {
				if heard--; heard < 0 {
					go kill()
				}
			}
		}
		kill()
	}
	t.Logf("%d kills: %d questions were accepted, %d answers done, %d interrupted", kills, len(told.questions), len(told.done), interrupted)
	if len(told.questions) < kills || len(told.done) == 0 || interrupted == 0 {
		t.Error("the kills came at no interesting moment")
	}
}

// wantTold looks for everything that a client was told, and returns how many
// answers were interrupted.
func (h talker) wantTold(v visitor, told account) (interrupted int) {
	h.t.Helper()
	if len(told.questions) == 0 {
		return 0
	}
	whole := strings.Join(talk, "")
	turns, s := v.turns("c"), v.socket()
	for answer, question := range told.questions {
		turn, ok := turns[answer]
		markdown, done := told.done[answer]
		switch {
		case !ok || turn.Question != question:
			h.t.Errorf("accepted and lost: %q is %+v", question, turn)
		case done && (turn.State != "done" || turn.Markdown != markdown):
			h.t.Errorf("done and changed: %q is %+v, was %s", question, turn, markdown)
		case !done && turn.State != "done" && (turn.State != "failed" || turn.Code != "interrupted"):
			h.t.Errorf("not ended honestly: %+v", turn)
		}
		seen, first := told.seen[answer]
		if !first {
			continue
		}
		if turn.State == "failed" {
			interrupted++
		}
		delete(told.seen, answer)
		s.send(map[string]any{"type": "follow", "answer": answer, "after": seen})
		text, last := "", numberedFrame{}
		for last.Type != "done" && last.Type != "failed" {
			if last, ok = s.hear(); !ok {
				h.t.Fatal("the socket is gone")
			}
			text += last.Text
		}
		if done && last.Markdown != markdown {
			h.t.Errorf("followed it ends in %+v", last)
		}
		if !strings.Contains(whole, text) {
			h.t.Errorf("followed it goes on with %q", text)
		}
	}
	return interrupted
}

// stopHalfway has the model stop in the middle of what it says. The first channel
// is closed when it has, and closing the second lets it go on.
func (h talker) stopHalfway() (half, goOn chan struct{}) {
	half, goOn = make(chan struct{}), make(chan struct{})
	h.ollama.before(func(n int) {
		if n == len(talk)/2 {
			close(half)
			<-goOn
		}
	})
	return half, goOn
}

// The laptop is closed in mid-answer, and the phone reads on.
func TestAnAnswerIsReadOnFromAnotherDevice(t *testing.T) {
	h := newTalker(t)
	half, goOn := h.stopHalfway()
	_, address := h.serve()
	laptop := signIn(t, address, "hanna").socket()
	laptop.send(map[string]any{"type": "ask", "id": "1", "text": "How many days of annual leave can I carry over?", "conversation": "c"})
	<-half
	text, seen, answer := "", 0, ""
	for !strings.Contains(text, talk[1]) {
		f, ok := laptop.hear()
		if !ok {
			t.Fatal("the socket is gone")
		}
		text, seen, answer = text+f.Text, max(seen, f.Seq), f.Answer
	}
	laptop.Close()

	phone := signIn(t, address, "hanna").socket()
	phone.send(map[string]any{"type": "follow", "answer": answer, "after": seen})
	close(goOn)
	for last := (numberedFrame{}); last.Type != "done"; {
		var ok bool
		if last, ok = phone.hear(); !ok || last.Type == "failed" {
			t.Fatalf("%+v", last)
		}
		text += last.Text
	}
	if text != strings.Join(talk, "") {
		t.Errorf("both together read %q", text)
	}
}

func TestAServerThatIsToldToEndLetsAnAnswerEnd(t *testing.T) {
	h := newTalker(t)
	half, goOn := h.stopHalfway()
	c, address := h.serve()
	s := signIn(t, address, "hanna").socket()
	s.send(map[string]any{"type": "ask", "id": "1", "text": "How many days of annual leave can I carry over?", "conversation": "c"})
	<-half
	c.signal(syscall.SIGTERM)
	c.await("stopping")
	close(goOn)
	last := numberedFrame{}
	for f, ok := s.hear(); ok; f, ok = s.hear() {
		last = f
	}
	if last.Type != "done" || !strings.Contains(last.Markdown, "That is all.") {
		t.Errorf("it ended in %+v", last)
	}
	if status := c.status(); status != exitDone {
		t.Errorf("status %d", status)
	}
}

// A second server on the same data would take what the first one is writing for
// broken off.
func TestASecondServerIsRefusedAndBreaksNothingOff(t *testing.T) {
	h := newTalker(t)
	half, goOn := h.stopHalfway()
	first, address := h.serve()
	v := signIn(t, address, "hanna")
	s := v.socket()
	s.send(map[string]any{"type": "ask", "id": "1", "text": "How many days of annual leave can I carry over?", "conversation": "c"})
	<-half
	second := h.start()
	if status := second.status(); status != exitFailed || !strings.Contains(second.said.String(), fmt.Sprintf("process %d", first.cmd.Process.Pid)) ||
		!strings.Contains(second.said.String(), h.data) || !strings.Contains(second.said.String(), "--data") {
		t.Errorf("status %d: %s", status, second.said)
	}
	for _, turn := range v.turns("c") {
		if turn.State != "running" {
			t.Errorf("the answer of the first server is %+v", turn)
		}
	}
	close(goOn)
	last := numberedFrame{}
	for ok := true; ok && last.Type != "done" && last.Type != "failed"; {
		last, ok = s.hear()
	}
	if last.Type != "done" {
		t.Errorf("it ended in %+v", last)
	}
	first.kill()
	h.serve() // the lock has gone with the process
}

func TestFeedbackIsExportedWithQuestionAnswerAndSources(t *testing.T) {
	h := newTalker(t)
	if got := h.mustRun("feedback", "export"); got != "" {
		t.Errorf("before anything: %q", got)
	}
	_, address := h.serve()
	v := signIn(t, address, "hanna")
	frames := v.socket().ask("How many days of annual leave can I carry over?")
	body := fmt.Sprintf(`{"answer": %q, "vote": "down", "reason": "wrong", "comment": "It is five."}`, frames[0].Answer)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/api/feedback", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", address)
	if got := v.do(request); got != "" {
		t.Fatalf("feedback: %s", got)
	}
	var line feedbackReport
	if out := h.mustRun("feedback", "export"); json.Unmarshal([]byte(out), &line) != nil || strings.Count(out, "\n") != 1 {
		t.Fatalf("exported %s", out)
	}
	if line.Person != "hanna" || line.Vote != "down" || line.Reason != "wrong" || line.Comment != "It is five." || line.ID != frames[0].Answer ||
		!strings.HasPrefix(line.Question, "How many days") || line.Answer != strings.Join(talk, "") || line.Model != talkerModel || line.Mode != "model" {
		t.Errorf("exported %+v", line)
	}
	if len(line.Sources) == 0 || line.Sources[0].Document == "" || len(line.Sources[0].Version) < 32 || line.Sources[0].End <= line.Sources[0].Start {
		t.Errorf("sources %+v", line.Sources)
	}
}

func TestHowLongConversationsAreKeptIsToldInDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"180d": 180 * 24 * time.Hour, "36h": 36 * time.Hour, "0": 0, "0d": 0} {
		folder := t.TempDir()
		write(t, folder, map[string]string{"bureau.yaml": "sources: [{id: a, path: ., readers: [everyone]}]\nserve: {keep: " + text + "}\n"})
		config, err := (&settings{Config: folder + "/bureau.yaml"}).load()
		if err != nil || time.Duration(config.serve.Keep) != want {
			t.Errorf("%s: %v, %v", text, config, err)
		}
	}
	for _, text := range []string{"long", "-5h", "1.5d", "-3d", "[1]", "9999999999d"} {
		folder := t.TempDir()
		write(t, folder, map[string]string{"bureau.yaml": "sources: [{id: a, path: ., readers: [everyone]}]\nserve: {keep: " + text + "}\n"})
		if _, err := (&settings{Config: folder + "/bureau.yaml"}).load(); err == nil || !strings.Contains(err.Error(), "180d") || !strings.Contains(err.Error(), "bureau.yaml") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
