package web

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
)

// Rights say what a person may read at a moment. They may change while the
// server runs: each question, each document and each step of an answer asks
// again. An unknown person is an error.
type Rights interface {
	Scope(person string, now time.Time) (access.Scope, error)
}

// A Company has the names that people see.
type Company interface {
	// People returns everybody who may sign in, in a stable order.
	People() []access.Person
	// Person returns one of them, or false.
	Person(id string) (access.Person, bool)
	// DepartmentName returns the name of a department in a language, or
	// another one's name for it where that language has none.
	DepartmentName(d access.Department, language string) string
}

// An Answerer answers a question from what scope reads. The order of its
// events is that of [chat.Event]; after an error it yields nothing more, and
// it ends when ctx does.
type Answerer interface {
	Answer(ctx context.Context, scope access.Scope, q chat.Question) iter.Seq2[chat.Event, error]
}

// A Library reads whole documents. A document that is unknown or outside the
// scope is [retrieval.ErrNotFound], without a difference between the two.
type Library interface {
	Read(ctx context.Context, scope access.Scope, id retrieval.DocumentID) (retrieval.Text, error)
}

// A Queue lets people take turns. Enter returns when it is person's turn, with
// what ends the turn, or an error when there is no room or ctx ended first.
// While it waits it calls place, on the caller's goroutine, with the place in
// line, 1 being next, whenever that has changed.
type Queue interface {
	Enter(ctx context.Context, person string, place func(int)) (leave func(), err error)
}

// Conversations remember what people asked before. A conversation belongs to
// the person: the same id under another person is another one.
type Conversations interface {
	// Earlier returns the turns of a conversation, oldest first, without those
	// that rest on a document which scope does not read any more.
	Earlier(ctx context.Context, scope access.Scope, person, id string) ([]chat.Turn, error)
	// Add puts a turn at the end of a conversation.
	Add(person, id string, turn chat.Turn, now time.Time)
}

// A Config is everything a server is made of. All of it is required, but for
// Suggest, ModelName, Now and Log.
type Config struct {
	Name          access.Names // of the company
	Rights        Rights
	Company       Company
	Answerer      Answerer
	Library       Library
	Queue         Queue
	Conversations Conversations
	// Suggest returns up to n questions that documents inside scope answer, in
	// the language.
	Suggest func(ctx context.Context, scope access.Scope, language string, n int) ([]string, error)
	// ModelName returns the model that is answering at this moment, or "" when
	// answers are quotes only.
	ModelName func() string
	Now       func() time.Time // time.Now unless set
	Log       *slog.Logger     // slog.Default unless set
	// DemoSignIn lets people sign in by choosing who they are. It works only
	// on a loopback address, under a loopback name. Without it nobody can sign
	// in.
	DemoSignIn bool
	// AnyAddress lifts the address from that rule, and leaves the name: for a
	// server in a container, whose own loopback nobody else reaches.
	AnyAddress bool
}

// check returns every mistake of the configuration.
func (c Config) check() error {
	var errs []error
	need := func(missing bool, name string) {
		if missing {
			errs = append(errs, errors.New("web: Config."+name+" is missing"))
		}
	}
	need(c.Rights == nil, "Rights")
	need(c.Company == nil, "Company")
	need(c.Answerer == nil, "Answerer")
	need(c.Library == nil, "Library")
	need(c.Queue == nil, "Queue")
	need(c.Conversations == nil, "Conversations")
	return errors.Join(errs...)
}

// A Server is the browser's front door. It is made by [New].
type Server struct {
	config   Config
	sessions sessions
	hub      hub
	outage   outage
	upgrader websocket.Upgrader
}

// New returns a Server of a complete Config.
func New(config Config) (*Server, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if config.Suggest == nil {
		config.Suggest = func(context.Context, access.Scope, string, int) ([]string, error) { return nil, nil }
	}
	if config.ModelName == nil {
		config.ModelName = func() string { return "" }
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	s := &Server{config: config}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: writeWait,
		CheckOrigin:      sameOrigin,
		Error: func(w http.ResponseWriter, r *http.Request, status int, _ error) {
			http.Error(w, http.StatusText(status), status)
		},
	}
	return s, nil
}

// Shutdown ends every socket with a code that says to come back, and waits
// until their answers have ended, or for ctx. [http.Server.Shutdown] does not
// know the sockets; it is called beside this.
func (s *Server) Shutdown(ctx context.Context) error { return s.hub.shutdown(ctx) }

// names returns departments with their names in a language.
func (s *Server) names(departments []access.Department, language string) []departmentName {
	named := make([]departmentName, len(departments))
	for i, d := range departments {
		named[i] = departmentName{ID: string(d), Name: s.config.Company.DepartmentName(d, language)}
	}
	return named
}
