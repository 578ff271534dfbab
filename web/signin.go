package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"

	"bureau/access"
	"bureau/audit"
	"bureau/identity"
)

// afterSignIn matches the places that a sign-in may lead back to.
var afterSignIn = regexp.MustCompile(`^/documents/[A-Za-z0-9_-]{1,128}(\?passage=[0-9]{1,9}-[0-9]{1,9})?$`)

// A signInView is what the sign-in page offers.
type signInView struct {
	Next      string // where it leads
	Choices   []choice
	Providers []providerLink
	Passwords bool
	Person    string // as it was typed
}

// A choice is a person on the sign-in page.
type choice struct {
	ID, Name, Title string
	Departments     []departmentName
}

// A providerLink leads to a provider's own sign-in.
type providerLink struct{ Name, Path string }

// signInPage shows the ways to sign in.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	return s.offer(w, r, http.StatusOK, signInView{Next: r.URL.Query().Get("next")}, "")
}

// offer shows the sign-in page, with what was wrong with a try.
func (s *Server) offer(w http.ResponseWriter, r *http.Request, status int, shown signInView, message string) error {
	language := speak(r.Header.Get("Accept-Language"))
	if !afterSignIn.MatchString(shown.Next) {
		shown.Next = ""
	}
	shown.Passwords = s.config.Passwords
	for _, p := range s.config.Providers {
		link := url.URL{Path: "/sign-in/" + p.ID}
		if shown.Next != "" {
			link.RawQuery = url.Values{"next": {shown.Next}}.Encode()
		}
		shown.Providers = append(shown.Providers, providerLink{p.Name.In(language), link.String()})
	}
	if s.config.DemoSignIn {
		shown.Choices = s.choices(language)
	} else if !shown.Passwords && len(shown.Providers) == 0 {
		return errNoSignIn
	}
	return s.page(w, status, "sign-in", view{Language: language, Title: phrases["sign in"].in(language), SignIn: shown, Message: message})
}

// choices returns the people of the demonstration.
func (s *Server) choices(language string) (choices []choice) {
	for _, p := range s.config.Directory.People() {
		// Who reads nothing today is not asked in.
		if scope, err := s.scope(p.ID); err == nil {
			choices = append(choices, choice{
				ID: p.ID, Name: p.Name, Title: p.Title.In(language),
				Departments: s.names(scope.Departments(), language),
			})
		}
	}
	return choices
}

// signIn begins a session for the person who was chosen, or whose password it
// is.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	next := r.PostFormValue("next")
	var entry identity.Entry
	var err error
	switch {
	case s.config.DemoSignIn:
		entry, err = s.chosen(r.PostFormValue("person"))
	case s.config.Passwords:
		entry, err = s.byPassword(r)
	default:
		err = errNoSignIn
	}
	if errors.Is(err, identity.ErrWrongPassword) || errors.Is(err, identity.ErrTooManyTries) {
		f := explain(err)
		if errors.Is(err, identity.ErrWrongPassword) { // how many more there are tells nothing, and costs room
			s.refused(r, audit.Browser, identity.ByPassword, r.PostFormValue("person"), err)
		}
		comeBackLater(w.Header(), err)
		return s.offer(w, r, f.status, signInView{Next: next, Person: r.PostFormValue("person")}, f.words.in(speak(r.Header.Get("Accept-Language"))))
	}
	if err != nil {
		return err
	}
	if err := s.enter(w, r, entry); err != nil {
		return err
	}
	lead(w, r, next)
	return nil
}

// refused notes a try to sign in that failed.
func (s *Server) refused(r *http.Request, door audit.Door, way, name string, why error) {
	refused := audit.Entry{By: audit.By{Door: door, SignIn: way, Address: s.address(r)}, Event: audit.SignInRefused{Reason: explain(why).code}}
	if _, known := s.config.Directory.Person(name); known {
		refused.By.Person = name
	} else {
		refused.Typed = name
	}
	s.note(r.Context(), refused)
}

// chosen returns the entry of a person of the demonstration.
func (s *Server) chosen(id string) (identity.Entry, error) {
	var person access.Person
	for _, p := range s.config.Directory.People() {
		if p.ID == id {
			person = p
		}
	}
	if _, err := s.scope(person.ID); err != nil {
		return identity.Entry{}, errNoPage
	}
	return identity.Entry{Person: person.ID, Provider: identity.ByChoice}, nil
}

// byPassword returns the entry of whoever's password was sent.
func (s *Server) byPassword(r *http.Request) (identity.Entry, error) {
	person, err := s.config.Directory.SignIn(r.Context(), r.PostFormValue("person"), r.PostFormValue("password"), s.from(r), s.config.Now())
	return identity.Entry{Person: person, Provider: identity.ByPassword}, err
}

// lead sends a browser on that has signed in.
func lead(w http.ResponseWriter, r *http.Request, next string) {
	if !afterSignIn.MatchString(next) {
		next = "/"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// signOut ends the session with all its sockets.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	session, signedIn := s.session(r)
	if err := s.forget(r); err != nil {
		return err
	}
	if signedIn == nil {
		s.note(r.Context(), audit.Entry{By: bySession(audit.Browser, session), Event: audit.SignedOut{}})
	}
	http.SetCookie(w, s.cookie(s.sessionCookie(), "", -1))
	w.Header().Set("Clear-Site-Data", `"storage"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// provider returns the provider of a request's path.
func (s *Server) provider(r *http.Request) (Provider, error) {
	for _, p := range s.config.Providers {
		if p.ID == r.PathValue("provider") {
			return p, nil
		}
	}
	return Provider{}, errNoPage
}

// farewell answers a provider that says somebody has signed out there.
func (s *Server) farewell(w http.ResponseWriter, r *http.Request) error {
	provider, err := s.provider(r)
	if err != nil {
		return err
	}
	if !s.farewells.Allow() {
		return errTooSoon
	}
	word, err := provider.Farewell(r.Context(), r.PostFormValue("logout_token"))
	if err != nil {
		return err
	}
	ended, err := s.config.Directory.EndFarewell(r.Context(), provider.ID, word, s.config.Now())
	if err != nil {
		return err
	}
	s.note(r.Context(), audit.Entry{By: audit.By{Door: audit.Server, SignIn: provider.ID}, Event: audit.SessionsEnded{Sessions: ended}})
	s.config.Log.Info("a provider has signed somebody out", slog.String("provider", provider.ID), slog.Int("sessions", ended))
	s.sweep(r.Context())
	w.WriteHeader(http.StatusOK)
	return nil
}
