package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"bureau/access"
	"bureau/identity"
)

// Callers says who may call a route. The zero value is nobody.
type Callers string

// Those who may call a route.
const (
	Anyone         Callers = "anyone"
	SignedIn       Callers = "who is signed in"
	SignedInOrHeld Callers = "who is signed in, or holds a token for it"
	Administrators Callers = "administrators"
	Auditors       Callers = "auditors"

	// Who is signed in, and the visitors of sites. The second tells a socket in
	// hello who they are, where a request says it in Authorization.
	SignedInOrVisiting Callers = "who is signed in, or visits a site"
	SignedInOrGreeting Callers = "who is signed in, or says hello for a site"

	// The requests of these bring a proof of their own and no cookie counts. The
	// route's handler holds the proof.
	Providers   Callers = "a provider of sign-ins"
	Directories Callers = "a directory"
	HostSites   Callers = "a site with the widget"
	Slack       Callers = "Slack"
)

// prove reports whether these callers bring a proof that the handler holds.
func (c Callers) prove() bool {
	return c == Providers || c == Directories || c == HostSites || c == Slack
}

// visitors reports whether a visitor of a site is among these callers. Nobody is
// who may need a role: a visitor has none, whoever they are elsewhere.
func (c Callers) visitors() bool { return c == SignedInOrHeld || c == SignedInOrVisiting }

// Times of a request. A socket and a stream of events have times of their own.
const (
	bodyTime  = 30 * time.Second // in which a body must have come
	replyTime = 2 * time.Minute  // in which a reply must have been taken
)

// smallBody is how many bytes a request may bring where its route says nothing.
const smallBody = 4 << 10

// A handler answers a request of whom its route admits; who is the zero caller
// where anyone is, or who proves it. Its error is told in the route's manner.
type handler func(w http.ResponseWriter, r *http.Request, who caller) error

// A manner is how a route tells what went wrong.
type manner func(s *Server, w http.ResponseWriter, r *http.Request, err error)

// The manners.
var (
	asPage   manner = (*Server).failPage // the error page; who is signed out is led to the sign-in
	asJSON   manner = (*Server).refuse
	asSocket manner = (*Server).turnAway // a browser tells its page the code of a close alone
)

// A route is what the server knows of one pattern of its mux before anything
// of the request is looked at. See [Server.routes].
type route struct {
	pattern   string          // method and path
	callers   Callers         // everybody else is turned away before serve
	action    identity.Action // that a token must be made for; "" for none, which no token is
	documents bool            // the reply depends on what the asker may read
	changes   bool            // something changes, so that no other site's page may call it
	body      int64           // bytes of the body at most; smallBody unless set
	pace      pace            // what it is counted as
	kept      bool            // the reply says itself how long it may be kept; else nobody keeps it
	anyName   bool            // it is answered under whatever name the server is called by
	fails     manner
	serve     handler
	// knock looks at the proof of a caller before anything of the body is read, and
	// answers who has none; nil where the proof is in the body.
	knock func(w http.ResponseWriter, r *http.Request) (admitted bool)
}

// A Mount is a route of another room, behind the guards of the server. Its
// callers bring a proof that its handler holds, have a role, or are anyone: the
// handler is not told who it is.
type Mount struct {
	Pattern string
	Callers Callers
	Changes bool
	Body    int64 // bytes of a request's body at most
	Handler http.Handler
	// Knock answers a caller whose proof does not hold, before a body is read;
	// nil where the handler alone can tell.
	Knock func(w http.ResponseWriter, r *http.Request) (admitted bool)
}

// route returns the mount as a line of the table.
func (m Mount) route() route {
	return route{
		pattern: m.Pattern, callers: m.Callers, changes: m.Changes, body: m.Body, fails: asJSON, knock: m.Knock,
		serve: func(w http.ResponseWriter, r *http.Request, _ caller) error {
			m.Handler.ServeHTTP(w, r)
			return nil
		},
	}
}

// check returns what is wrong with a line of the table. A line that forgot to
// say something is a mistake of the program, found when it starts.
func (r route) check() error {
	method, path, ok := strings.Cut(r.pattern, " ")
	if !ok {
		method, path = "", r.pattern
	}
	reads := method == http.MethodGet || method == http.MethodHead
	switch {
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("route %q is no method and path", r.pattern)
	case r.callers == "":
		return fmt.Errorf("route %q does not say who may call it", r.pattern)
	case r.serve == nil || r.fails == nil:
		return fmt.Errorf("route %q has no handler, or no way to tell what goes wrong", r.pattern)
	case method != "" && !reads && !r.changes:
		return fmt.Errorf("route %q changes something and does not say so", r.pattern)
	case r.action != "" && r.callers != SignedInOrHeld:
		return fmt.Errorf("route %q is for tokens and does not admit them", r.pattern)
	case r.documents && (r.callers == Anyone || r.kept):
		return fmt.Errorf("route %q shows what is in documents to anyone, or lets it be kept", r.pattern)
	}
	return nil
}

// mux returns a mux of these routes and no other.
func (s *Server) mux(routes []route) (*http.ServeMux, error) {
	mux := http.NewServeMux()
	var mistakes []error
	for _, r := range routes {
		if err := r.check(); err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		mux.HandleFunc(r.pattern, s.at(r))
	}
	return mux, errors.Join(mistakes...)
}

// at returns the handler of a route behind all that the table says of it.
func (s *Server) at(at route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w) // a recorder has no deadlines
		if r.Body != nil && r.Body != http.NoBody {
			// It stays until the body is there whole: the server reads the rest of
			// what was refused as well.
			_ = control.SetReadDeadline(time.Now().Add(bodyTime))
		}
		who, err := s.admit(r, at)
		err = s.pay(r, at, who, err)
		if err == nil && at.knock != nil && !at.knock(w, r) {
			return
		}
		if err == nil {
			err = takeBody(w, r, at)
		}
		if err == nil {
			_ = control.SetWriteDeadline(time.Now().Add(replyTime))
			err = at.serve(w, r, who)
		}
		if err != nil {
			at.fails(s, w, r, err)
		}
	}
}

// admit returns who calls a route, or why they are turned away.
func (s *Server) admit(r *http.Request, at route) (who caller, err error) {
	if err := s.named(r, at); err != nil {
		return caller{}, err
	}
	_, _, visits := s.siteOf(r)
	proved := at.callers.prove() || visits && at.callers.visitors()
	if at.changes && !proved && s.crossOrigin.Check(r) != nil {
		return caller{}, errOrigin
	}
	switch at.callers {
	case SignedInOrGreeting:
		if visits {
			return caller{}, nil
		}
		return s.caller(r, at)
	case Anyone, Providers, Directories, HostSites, Slack:
		return caller{}, nil
	case SignedIn, SignedInOrHeld, SignedInOrVisiting:
		return s.caller(r, at)
	case Administrators:
		return s.withRole(r, at, access.Administrator)
	case Auditors:
		return s.withRole(r, at, access.Auditor)
	}
	return caller{}, errNoPage
}

// withRole returns who calls a route, if they have a role now.
func (s *Server) withRole(r *http.Request, at route, role access.Role) (caller, error) {
	who, err := s.caller(r, at)
	if err != nil {
		return caller{}, err
	}
	has, err := s.config.Directory.Has(r.Context(), who.ID, role, s.config.Now())
	if err == nil && !has {
		err = errNoRole
	}
	if err != nil {
		return caller{}, err
	}
	return who, nil
}

// takeBody reads a body whole, within the route's limit and a time, before
// anything is done with it: nobody keeps a handler waiting.
func takeBody(w http.ResponseWriter, r *http.Request, at route) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	limit := at.body
	if limit == 0 {
		limit = smallBody
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
	switch large := new(http.MaxBytesError); {
	case errors.As(err, &large):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
	case err != nil:
		return fmt.Errorf("%w: %w", errBadFrame, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

// open returns a handler that asks nothing of who calls.
func open(serve func(http.ResponseWriter, *http.Request) error) handler {
	return func(w http.ResponseWriter, r *http.Request, _ caller) error { return serve(w, r) }
}

// noPage answers that there is none.
func noPage(http.ResponseWriter, *http.Request, caller) error { return errNoPage }
