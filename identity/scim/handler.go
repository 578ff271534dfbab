package scim

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"bureau/identity"
)

// MaxBody is how many bytes a body has at most: a group with all its members.
const MaxBody = 8 << 20

// Bounds of a page, in entries.
const (
	pageSize    = 100
	maxPageSize = 500
)

// A Config is what the door is made of.
type Config struct {
	Directory *identity.Directory
	Base      string           // address of the door, without a slash at its end
	Now       func() time.Time // time.Now unless set
	Log       *slog.Logger     // slog.Default unless set
	// Changed is told of each change that was made; nil for nobody.
	Changed func(ctx context.Context, c Change)
}

// A Change is what a provider's directory has changed here.
type Change struct {
	Provider, Token string // whose word it was
	What            string // such as "user created" or "group changed"
	ID              string // of the user or the group
}

// A handler answers the requests of one roster.
type handler struct {
	Config
}

// A Door takes what providers' directories send.
type Door struct {
	http.Handler
	handler *handler
}

// Knock reports whether a request brings a token of a roster, and answers one
// that does not. It reads nothing of the body.
func (d *Door) Knock(w http.ResponseWriter, r *http.Request) (admitted bool) {
	_, err := d.handler.rosterOf(r)
	if err != nil {
		d.handler.refuse(w, r, err)
	}
	return err == nil
}

// An exchange is one request with the roster that its token opens.
type exchange struct {
	*http.Request
	roster *identity.Roster
	now    time.Time
}

// A reply is a status and a body, nil for none.
type reply struct {
	status int
	body   any
}

// New returns the door.
func New(config Config) *Door {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	h := &handler{config}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(exchange) (reply, error){
		"GET /ServiceProviderConfig": h.describeService, "GET /ResourceTypes": h.describeTypes, "GET /ResourceTypes/{id}": h.describeType,
		"GET /Schemas": h.describeSchemas, "GET /Schemas/{id}": h.describeSchema,
		"GET /Users": h.listUsers, "POST /Users": h.createUser, "GET /Users/{id}": h.showUser,
		"PUT /Users/{id}": h.replaceUser, "PATCH /Users/{id}": h.patchUser, "DELETE /Users/{id}": h.deleteUser,
		"GET /Groups": h.listGroups, "POST /Groups": h.createGroup, "GET /Groups/{id}": h.showGroup,
		"PUT /Groups/{id}": h.replaceGroup, "PATCH /Groups/{id}": h.patchGroup, "DELETE /Groups/{id}": h.deleteGroup,
		"/": func(exchange) (reply, error) { return reply{}, errNoEndpoint },
	} {
		mux.Handle(pattern, h.open(serve))
	}
	return &Door{mux, h}
}

// open answers a request whose token is one of a roster.
func (h *handler) open(serve func(exchange) (reply, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		out, err := h.answer(r, serve)
		if err != nil {
			h.refuse(w, r, err)
			return
		}
		if entry, ok := out.body.(map[string]any); ok && out.status == http.StatusCreated {
			if meta, ok := entry["meta"].(map[string]any); ok {
				w.Header().Set("Location", meta["location"].(string))
			}
		}
		out.write(w)
	})
}

// refuse answers a request that could not be done.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f := explain(err)
	if f.status == http.StatusInternalServerError && r.Context().Err() == nil {
		h.Log.Error("a request of a provider's directory was not answered", "path", r.URL.Path, "error", err)
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Bureau SCIM"`)
	}
	reply{f.status, f.body(err)}.write(w)
}

// write sends a reply.
func (out reply) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(out.status)
	if out.body != nil {
		_ = json.NewEncoder(w).Encode(out.body) // an error here is a client that left
	}
}

func (h *handler) answer(r *http.Request, serve func(exchange) (reply, error)) (reply, error) {
	roster, err := h.rosterOf(r)
	if err != nil {
		return reply{}, err
	}
	return serve(exchange{r, roster, h.Now()})
}

// rosterOf returns the roster that the token of a request opens.
func (h *handler) rosterOf(r *http.Request) (*identity.Roster, error) {
	kind, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") || secret == "" {
		return nil, errNoToken
	}
	return h.Directory.RosterOf(r.Context(), strings.TrimSpace(secret), h.Now())
}

// noted tells of a change. Neither names nor addresses are in the log.
func (h *handler) noted(x exchange, what, id string) {
	h.Log.Info("a provider's directory has changed", "provider", x.roster.Provider(), "change", what, "id", id)
	if h.Changed != nil {
		h.Changed(context.WithoutCancel(x.Context()), Change{x.roster.Provider(), x.roster.Token(), what, id})
	}
}

// decode reads a body of JSON.
func (x exchange) decode(into any) error {
	decoder := json.NewDecoder(x.Body)
	if err := decoder.Decode(into); err != nil {
		return badBody(err)
	}
	if decoder.More() {
		return errTrailing
	}
	return nil
}
