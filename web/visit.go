package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"bureau/chat"
	"bureau/chat/history"
)

// Limits of one socket.
const (
	maxFollowed = 16 // answers at a time
	suggested   = 3  // questions on the first screen

	// helloTime is in which a site's page says whose socket it is. It is over
	// before helloWait is, so that the page is told why.
	helloTime = helloWait - time.Second
)

// A visit is what one person asks and reads over one socket. Its frames come
// one at a time, from the reader; each answer is followed in a goroutine of its
// own, and serve waits for them all. The answers are the desk's, and go on when
// the visit ends.
type visit struct {
	server   *Server
	conn     *conn
	person   string
	session  string        // id of the session; of a site's page, "" before hello. With person, written under the hub's mu
	site     Site          // whose page opened the socket, if it is a site's
	origin   string        // of that page, "" for a page of this server
	accept   string        // Accept-Language of the upgrade
	pace     *rate.Limiter // of all sockets of the person, set by the hub
	followed sync.WaitGroup
	language string // set by hello, "" before

	mu        sync.Mutex
	asking    string               // id of the ask that is being handed in
	followers map[string]following // by the id of the answer
	draining  bool                 // nothing more is followed
}

// socket answers GET /socket: it upgrades the request and has the visit served.
func (s *Server) socket(w http.ResponseWriter, r *http.Request, who caller) error {
	site, origin, foreign := s.siteOf(r)
	if !foreign && !sameOrigin(r) {
		return errOrigin
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil //nolint:nilerr // the upgrader has answered: this was no WebSocket request
	}
	// Not the request's context, which ends with this handler.
	v := &visit{
		server: s, conn: newConn(context.Background(), ws),
		person: who.ID, session: who.session.ID, site: site, origin: origin,
		accept:    r.Header.Get("Accept-Language"),
		followers: make(map[string]following),
	}
	// In goroutines of its own: those of the handler, with the request and all
	// that net/http keeps for a reply, would stay as long as the socket.
	go v.serve()
	return nil
}

// turnAway tells why there is no socket: who is signed out by a close code,
// for a browser tells its page nothing about a refused upgrade.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	if explain(err).close < closeSignedOut || !sameOrigin(r) {
		s.fail(w, r, err)
		return
	}
	ws, upgrade := s.upgrader.Upgrade(w, r, nil)
	if upgrade != nil {
		return // the upgrader has answered: this was no WebSocket request
	}
	newConn(context.Background(), ws).close(err)
}

// serve runs the socket to its end.
func (v *visit) serve() {
	if err := v.server.hub.enter(v); err != nil {
		// Words for people, and a code; whoever is not there hears neither.
		_ = v.send(v.conn.ctx, v.failure("", err))
		v.conn.close(err)
		return
	}
	defer v.server.hub.leave(v)
	if v.origin != "" {
		defer v.late().Stop()
	}
	v.conn.read(v.handle)
	v.followed.Wait()
	<-v.conn.gone
}

// handle takes one frame. What is wrong with it is said in a failed frame and
// the socket goes on, but for errors after which it has no use.
func (v *visit) handle(data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil { // as net/http does: one socket ends, and not all
			v.server.config.Log.Error("taking a frame panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			err = errPanic
		}
	}()
	frame, err := decode(data)
	question, _ := frame.(ask) // of any other frame, one without an id
	if v.conn.tooFast() {
		err = errTooSoon
	}
	if err == nil { // a person with many sockets waits, and is not refused
		err = v.pace.Wait(v.conn.ctx)
	}
	if err == nil {
		err = v.take(frame)
	}
	if err == nil {
		return nil
	}
	if err := v.send(v.conn.ctx, v.failure(question.ID, err)); err != nil {
		return err
	}
	if explain(err).close >= closeSignedOut {
		return err
	}
	return nil
}

// take does what a frame asks for.
func (v *visit) take(frame any) error {
	if first, ok := frame.(hello); ok {
		return v.hello(first)
	}
	if v.language == "" {
		return errHelloFirst
	}
	switch frame := frame.(type) {
	case ask:
		return v.ask(frame)
	case follow:
		return v.follow(frame)
	case stop:
		return v.server.config.Desk.Stop(v.person, frame.Answer)
	case feedback:
		return v.feedback(frame)
	}
	return errUnknownType
}

// hello answers the first frame with what the person can ask about.
func (v *visit) hello(first hello) error {
	s := v.server
	if v.language != "" {
		return errHelloTwice
	}
	if first.Version != protocolVersion {
		return errVersion
	}
	if len(first.Resume) > maxResumed {
		return errBadFrame
	}
	if v.origin != "" {
		if err := v.introduce(first); err != nil {
			return err
		}
	}
	who, ok := s.config.Directory.Person(v.person)
	if !ok {
		return errSignedOut
	}
	scope, err := s.scope(v.person)
	if err != nil {
		return err
	}
	v.language = speak(first.Language, who.Language, v.accept)
	suggestions, err := s.config.Suggest(v.conn.ctx, scope, v.language, suggested)
	if err != nil {
		// The chat works without them.
		s.config.Log.Warn("suggest questions", slog.Any("error", err))
	}
	now := s.hub.now()
	if err := v.send(v.conn.ctx, ready{
		Type: "ready", Version: protocolVersion,
		Person:      person{ID: who.ID, Name: who.Name},
		Company:     s.config.Name.In(v.language),
		Departments: s.names(scope.Departments(), v.language),
		Language:    v.language,
		Model:       s.config.ModelName(),
		Suggestions: append([]string{}, suggestions...),
		MaxQuestion: maxQuestion,
		Running:     s.running(v.person),
		Health:      now,
	}); err != nil {
		return err
	}
	v.conn.news.begin(now)
	for _, f := range first.Resume {
		if err := v.follow(f); err != nil {
			return err
		}
	}
	return nil
}

// running returns the answers of a person that are being written.
func (s *Server) running(person string) []running {
	frames := []running{}
	for _, a := range s.config.Desk.Running(person) {
		frames = append(frames, running{a.Answer, a.Conversation})
	}
	return frames
}

// ask hands a question in and shows its answer.
func (v *visit) ask(a ask) error {
	if err := a.check(); err != nil {
		return err
	}
	session, err := v.server.use(v.conn.ctx, v.session)
	if err != nil {
		return err
	}
	if v.full() { // before it is taken: what is refused was never taken
		return errTooMany
	}
	if err := v.server.spend(asks, v.person); err != nil {
		return err
	}
	v.hand(a.ID)
	defer v.hand("")
	answer, err := v.server.begin(v.conn.ctx, v.server.asker(bySession(v.server.doorOf(session), session)), v.language, a)
	if err != nil {
		return err
	}
	return v.follow(follow{Answer: answer})
}

// begin hands a question in and returns the id of its answer. The scope is
// asked for here, so that who may not read is told at once, and once more when
// the turn comes.
func (s *Server) begin(ctx context.Context, who chat.Asker, language string, a ask) (answer string, err error) {
	who = narrowed(who, a.Departments)
	if _, err := who.Scope(); err != nil {
		return "", err
	}
	return s.config.Desk.Begin(ctx, who, chat.Ask{
		ID: a.ID, Conversation: a.Conversation, After: a.After, Text: a.Text, Language: language,
	})
}

// feedback writes down what the person thinks of an answer.
func (v *visit) feedback(f feedback) error {
	if err := v.server.judge(v.conn.ctx, v.person, f); err != nil {
		return err
	}
	return v.send(v.conn.ctx, noted{Type: "noted", Answer: f.Answer, Vote: f.Vote})
}

// judge writes down what a person thinks of an answer of theirs.
func (s *Server) judge(ctx context.Context, person string, f feedback) error {
	if err := f.check(); err != nil {
		return err
	}
	return s.config.History.Judge(ctx, person, f.Answer, history.Feedback{Vote: history.Vote(f.Vote), Reason: f.Reason, Comment: f.Comment}, s.config.Now())
}

// failure returns the frame that says what was wrong with a question or, with
// no id, with a frame.
func (v *visit) failure(id string, err error) failed {
	f := explain(err)
	return failed{Type: "failed", ID: id, Code: f.code, Words: f.words.in(v.speaks()), Retry: f.retry}
}

// speaks returns the language of the visit; before hello, the browser's.
func (v *visit) speaks() string {
	if v.language != "" {
		return v.language
	}
	return speak(v.accept)
}

// send queues a frame.
func (v *visit) send(ctx context.Context, frame any) error {
	data, err := json.Marshal(frame)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	return v.conn.send(ctx, data)
}
