package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/time/rate"
)

// Limits of one socket.
const (
	maxRunning      = 4   // answers at a time, waiting ones included
	remembered      = 256 // ids of questions, to know a repeated one
	framesPerSecond = 20
	suggested       = 3 // questions on the first screen
)

// A visit is what one person asks over one socket. Its frames come one at a
// time, from the reader; each answer runs in a goroutine of its own, and serve
// waits for them all.
type visit struct {
	server   *Server
	conn     *conn
	person   string
	session  string // id of the session
	accept   string // Accept-Language of the upgrade
	pace     *rate.Limiter
	answers  sync.WaitGroup
	language string // set by hello, "" before

	mu      sync.Mutex
	running map[string]context.CancelCauseFunc // by answer id
	asked   []string                           // the last ids of questions, oldest first
}

// socket answers GET /socket: it upgrades the request and serves the visit
// until the socket ends.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) error {
	if !sameOrigin(r) {
		return errOrigin
	}
	session, signedIn := s.sessions.of(r, s.config.Now())
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil //nolint:nilerr // the upgrader has answered: this was no WebSocket request
	}
	// The context of a hijacked request ends with its handler, which is here.
	v := &visit{
		server: s, conn: newConn(r.Context(), ws),
		person: session.person, session: session.id,
		accept:  r.Header.Get("Accept-Language"),
		pace:    rate.NewLimiter(framesPerSecond, 2*framesPerSecond),
		running: make(map[string]context.CancelCauseFunc),
	}
	if !signedIn {
		// A browser tells its page nothing about a refused upgrade, but the
		// code of a close it does tell.
		v.conn.end(errSignedOut)
		v.conn.write()
		return nil
	}
	v.serve()
	return nil
}

// serve runs the socket to its end.
func (v *visit) serve() {
	if !v.server.hub.enter(v.conn, v.session) {
		v.conn.end(errShutdown)
		v.conn.write()
		return
	}
	defer v.server.hub.leave(v.conn)
	var writer sync.WaitGroup
	writer.Go(v.conn.write)
	v.conn.read(v.handle)
	v.answers.Wait()
	writer.Wait()
}

// handle takes one frame. What is wrong with it is said in a failed frame and
// the socket goes on, but for errors after which it has no use.
func (v *visit) handle(data []byte) error {
	frame, err := decode(data)
	question, _ := frame.(ask) // of any other frame, one without an id
	if !v.pace.Allow() {
		err = errTooSoon
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
	case stop:
		return v.stop(frame)
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
	who, ok := s.config.Company.Person(v.person)
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
	return v.send(v.conn.ctx, ready{
		Type: "ready", Version: protocolVersion,
		Person:      person{ID: who.ID, Name: who.Name},
		Company:     s.config.Name.In(v.language),
		Departments: s.names(scope.Departments(), v.language),
		Language:    v.language,
		Model:       s.config.ModelName(),
		Suggestions: append([]string{}, suggestions...),
		MaxQuestion: maxQuestion,
	})
}

// ask begins an answer. The scope is asked for here, so that who may not read
// is told at once, and once more when the turn comes.
func (v *visit) ask(a ask) error {
	if err := a.check(); err != nil {
		return err
	}
	if _, ok := v.server.sessions.get(v.session, v.server.config.Now()); !ok {
		return errSignedOut
	}
	if _, err := v.server.narrowed(v.person, a.Departments); err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(v.conn.ctx)
	answer := &answer{visit: v, id: rand.Text(), question: a}
	if err := v.begin(a.ID, answer.id, end); err != nil {
		end(err)
		return err
	}
	v.answers.Go(func() {
		defer end(nil)
		defer v.finish(answer.id)
		answer.run(ctx)
	})
	return nil
}

// begin registers an answer under its own id and its question's.
func (v *visit) begin(question, answer string, end context.CancelCauseFunc) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if slices.Contains(v.asked, question) {
		return errDuplicate
	}
	if len(v.running) >= maxRunning {
		return errTooMany
	}
	if v.asked = append(v.asked, question); len(v.asked) > remembered {
		v.asked = v.asked[1:]
	}
	v.running[answer] = end
	return nil
}

// forget lets a question be asked again under its id.
func (v *visit) forget(question string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked = slices.DeleteFunc(v.asked, func(id string) bool { return id == question })
}

// finish takes an answer out.
func (v *visit) finish(answer string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.running, answer)
}

// stop ends an answer of this socket. Any other id is unknown to it.
func (v *visit) stop(f stop) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	end, ok := v.running[f.Answer]
	if !ok {
		return errNoAnswer
	}
	end(errStopped)
	return nil
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
