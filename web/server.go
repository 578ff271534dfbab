package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"bureau/access"
	"bureau/chat"
	"bureau/chat/history"
	"bureau/identity"
	"bureau/retrieval"
	"bureau/web/limit"
)

// A Library reads whole documents. A document that is unknown or outside the
// scope is [retrieval.ErrNotFound], without a difference between the two.
type Library interface {
	Read(ctx context.Context, scope access.Scope, id retrieval.DocumentID) (retrieval.Text, error)
}

// A Config is everything a server is made of. All of it is required, but for
// Suggest, ModelName, FollowUps, Now and Log.
type Config struct {
	Name access.Names // of the company
	// Directory says who is asking and what they may read. Each question, each
	// document and each step of an answer asks again.
	Directory *identity.Directory
	Library   Library
	Desk      *chat.Desk       // takes the questions; whoever made it closes it, before Shutdown
	History   *history.History // the desk's record
	// Audit is told of documents that are opened, of exports and of ways in. The
	// desk tells it of answers.
	Audit Audit
	// Suggest returns up to n questions that documents inside scope answer, in
	// the language.
	Suggest func(ctx context.Context, scope access.Scope, language string, n int) ([]string, error)
	// ModelName returns the model that is answering at this moment, or "" when
	// answers are quotes only.
	ModelName func() string
	// FollowUps returns up to n questions to go on with after an answer, in the
	// language, from what stands near the sources that were used and those that
	// were found besides. Nothing outside scope may be in them.
	FollowUps func(ctx context.Context, scope access.Scope, language string, used, found []chat.Source, n int) ([]string, error)
	Now       func() time.Time // time.Now unless set
	Log       *slog.Logger     // slog.Default unless set
	// Providers are those that people may sign in with, and Passwords lets them
	// sign in with accounts of the directory.
	Providers []Provider
	Passwords bool
	// Sites are those whose pages hold the widget under another origin. Without
	// any, no other origin gets anything.
	Sites []Site
	// Secure says that browsers reach the server over TLS alone.
	Secure bool
	// Host is the name that people reach the server by, without a port; under
	// another it does not answer. "" for any.
	Host string
	// DemoSignIn lets people sign in by choosing who they are, and in no other
	// way. It works only on a loopback address, under a loopback name.
	DemoSignIn bool
	// AnyAddress lifts the address from that rule, and leaves the name: for a
	// server in a container, whose own loopback nobody else reaches.
	AnyAddress bool
	// Proxies are the servers in front that say where a request comes from.
	Proxies Proxies
	// Limits bound how much one person, and one address, may ask for. The zero
	// Limits are none.
	Limits Limits
	// Mounts are routes of other rooms, served beside the server's own.
	Mounts []Mount
}

// check returns every mistake of the configuration.
func (c Config) check() error {
	var errs []error
	need := func(missing bool, name string) {
		if missing {
			errs = append(errs, errors.New("web: Config."+name+" is missing"))
		}
	}
	need(c.Directory == nil, "Directory")
	need(c.Library == nil, "Library")
	need(c.Desk == nil, "Desk")
	need(c.History == nil, "History")
	need(c.Audit == nil, "Audit")
	for _, m := range c.Mounts {
		errs = append(errs, m.route().check())
		if !m.Callers.prove() && m.Callers != Anyone && m.Callers != Administrators && m.Callers != Auditors {
			errs = append(errs, fmt.Errorf("web: route %q is for %s, whom its handler is not told of", m.Pattern, m.Callers))
		}
	}
	return errors.Join(errs...)
}

// A Server is the browser's front door. It is made by [New].
type Server struct {
	config      Config
	hub         hub
	upgrader    websocket.Upgrader
	farewells   *rate.Limiter // of all providers: each costs a look at keys
	crossOrigin *http.CrossOriginProtection
	wrongTokens *limit.Limiter // of visitors, by address
	rightTokens *limit.Limiter // of visitors, by site
	limiters    map[pace]*limit.Limiter
	limited     [unlimited]atomic.Int64 // over each limit, so far
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
	if config.FollowUps == nil {
		config.FollowUps = func(context.Context, access.Scope, string, []chat.Source, []chat.Source, int) ([]string, error) {
			return nil, nil
		}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	s := &Server{config: config, farewells: rate.NewLimiter(10, 50), crossOrigin: http.NewCrossOriginProtection(), limiters: config.Limits.limiters(),
		wrongTokens: limit.New(wrongTokens, rememberedAddresses), rightTokens: limit.New(rightTokens, len(config.Sites)+1)}
	s.hub.health = health{Model: true, Embedder: true}
	config.Desk.Watch(func(c chat.Change) {
		s.hub.changed(c.Person, changed{Conversation: c.Conversation, Answer: c.Answer}, func(v *visit) bool { return v.knows(c) })
	})
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: writeWait,
		ReadBufferSize:   socketBuffer,
		WriteBufferSize:  socketBuffer,
		WriteBufferPool:  new(sync.Pool),
		CheckOrigin: func(r *http.Request) bool {
			_, _, listed := s.siteOf(r)
			return listed || sameOrigin(r)
		},
		Error: func(w http.ResponseWriter, r *http.Request, status int, _ error) {
			http.Error(w, http.StatusText(status), status)
		},
	}
	return s, nil
}

// Shutdown ends every socket with a code that says to come back, and waits
// until they have ended, or for ctx. [http.Server.Shutdown] does not know the
// sockets; it is called beside this. Answers are the desk's.
func (s *Server) Shutdown(ctx context.Context) error { return s.hub.shutdown(ctx) }

// names returns departments with their names in a language.
func (s *Server) names(departments []access.Department, language string) []departmentName {
	named := make([]departmentName, len(departments))
	for i, d := range departments {
		named[i] = departmentName{ID: string(d), Name: s.config.Directory.DepartmentName(d, language)}
	}
	return named
}
