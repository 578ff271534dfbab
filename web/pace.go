package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"bureau/identity"
	"bureau/web/limit"
)

// A pace is what a request is counted as. Whoever is signed in is counted by
// person, so that an office behind one address is many; of whom nobody is known
// yet, the address is counted.
type pace int

// The paces. The zero value is right for what costs little.
const (
	requests  pace = iota // pages and the API
	asks                  // questions, by socket and by HTTP
	sockets               // sockets opened
	documents             // pages of documents
	searches              // in the history
	exports
	signIns   // steps of signing in, from one address
	strangers // all else that nobody in particular asks for, from one address
	programs  // what brings its own proof, from one address
	unlimited // what is in memory and the same for everybody
)

// paceNames are those of the keys of serve.limits.
var paceNames = [unlimited]string{"requests", "asks", "sockets", "documents", "searches", "exports", "sign_ins", "strangers", "programs"}

// Limited returns how many requests were over each limit so far.
func (s *Server) Limited() map[string]int64 {
	counts := map[string]int64{}
	for of, name := range paceNames {
		counts[name] = s.limited[of].Load()
	}
	return counts
}

// Limits are the budgets of the paces: the first six of a person, the others of
// an address. The zero Budget is no limit.
type Limits struct {
	Requests  limit.Budget `yaml:"requests"`
	Asks      limit.Budget `yaml:"asks"`
	Sockets   limit.Budget `yaml:"sockets"`
	Documents limit.Budget `yaml:"documents"`
	Searches  limit.Budget `yaml:"searches"`
	Exports   limit.Budget `yaml:"exports"`
	SignIns   limit.Budget `yaml:"sign_ins"`
	Strangers limit.Budget `yaml:"strangers"`
	Programs  limit.Budget `yaml:"programs"`
}

// DefaultLimits are far over what people do, also five thousand who come to work
// behind one address, and far under what a program can do that does nothing else.
func DefaultLimits() Limits {
	perMinute := func(n int) limit.Budget { return limit.Budget{N: n, Over: time.Minute} }
	return Limits{
		Requests: perMinute(1200), Asks: perMinute(60), Sockets: perMinute(120), Documents: perMinute(600),
		Searches: perMinute(300), Exports: perMinute(60),
		SignIns: perMinute(1200), Strangers: perMinute(6000), Programs: perMinute(6000),
	}
}

// How many people and addresses are remembered, each some 300 bytes.
const (
	rememberedPeople    = 10_000
	rememberedAddresses = 20_000
)

// limiters returns the limiters of the budgets, by pace.
func (l Limits) limiters() map[pace]*limit.Limiter {
	made := map[pace]*limit.Limiter{}
	for of, budget := range map[pace]limit.Budget{
		requests: l.Requests, asks: l.Asks, sockets: l.Sockets, documents: l.Documents, searches: l.Searches, exports: l.Exports,
	} {
		made[of] = limit.New(budget, rememberedPeople)
	}
	for of, budget := range map[pace]limit.Budget{signIns: l.SignIns, strangers: l.Strangers, programs: l.Programs} {
		made[of] = limit.New(budget, rememberedAddresses)
	}
	return made
}

// A tooOften is the failure of who has to wait.
type tooOften struct{ wait time.Duration }

func (e tooOften) Error() string        { return "over a limit for another " + e.wait.String() }
func (e tooOften) Is(target error) bool { return target == errTooOften }

// spend takes one from a budget.
func (s *Server) spend(of pace, key string) error {
	if wait := s.limiters[of].Take(key, s.config.Now()); wait > 0 {
		s.limited[of].Add(1)
		return tooOften{wait}
	}
	return nil
}

// pay counts a request to a route: of the person that was found, or of the
// address where there is none, with the reason. Who is over the budget is told
// that instead.
func (s *Server) pay(r *http.Request, at route, who caller, refused error) error {
	if at.pace == unlimited || refused != nil && unexpected(refused) {
		return refused
	}
	if refused == nil && who.ID != "" {
		return s.spend(at.pace, who.ID)
	}
	of := strangers
	switch {
	case at.callers.prove():
		of = programs
	case at.pace == signIns:
		of = signIns
	}
	if err := s.spend(of, s.from(r)); err != nil {
		return err
	}
	return refused
}

// from returns the place that a request comes from, as it is counted.
func (s *Server) from(r *http.Request) string { return network(s.config.Proxies.client(r)) }

// comeBackLater sets the header that says when to try again, where err has a
// time.
func comeBackLater(h http.Header, err error) {
	var wait time.Duration
	switch over := new(tooOften); {
	case errors.As(err, over):
		wait = over.wait
	case errors.Is(err, identity.ErrTooManyTries):
		wait = time.Minute
	default:
		return
	}
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}
