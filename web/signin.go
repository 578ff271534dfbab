package web

import (
	"net/http"
	"regexp"
)

// afterSignIn matches the places that a sign-in may lead back to.
var afterSignIn = regexp.MustCompile(`^/documents/[A-Za-z0-9_-]{1,128}(\?passage=[0-9]{1,9}-[0-9]{1,9})?$`)

// A choice is a person on the sign-in page.
type choice struct {
	ID, Name, Title string
	Departments     []departmentName
}

// signInPage shows the people to choose from.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	if !s.config.DemoSignIn {
		return errNoSignIn
	}
	language := speak(r.Header.Get("Accept-Language"))
	var choices []choice
	for _, p := range s.config.Company.People() {
		// Who reads nothing today is not asked in.
		if scope, err := s.scope(p.ID); err == nil {
			choices = append(choices, choice{
				ID: p.ID, Name: p.Name, Title: p.Title.In(language),
				Departments: s.names(scope.Departments(), language),
			})
		}
	}
	next := r.URL.Query().Get("next")
	if !afterSignIn.MatchString(next) {
		next = ""
	}
	return s.page(w, http.StatusOK, "sign-in", view{Language: language, Title: phrases["sign in"].in(language), Choices: choices, Next: next})
}

// signIn begins a session for the person who was chosen, and ends the one
// that the browser had.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if !s.config.DemoSignIn {
		return errNoSignIn
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	person, ok := s.config.Company.Person(r.PostFormValue("person"))
	if !ok {
		return errNoPage
	}
	if _, err := s.scope(person.ID); err != nil {
		return errNoPage
	}
	s.forget(r)
	http.SetCookie(w, cookie(s.sessions.begin(person.ID, s.config.Now()), int(sessionTime.Seconds())))
	next := r.PostFormValue("next")
	if !afterSignIn.MatchString(next) {
		next = "/"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signOut ends the session with all its sockets.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	s.forget(r)
	http.SetCookie(w, cookie("", -1))
	w.Header().Set("Clear-Site-Data", `"storage"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

// forget ends the session of a request, if it has one.
func (s *Server) forget(r *http.Request) {
	if one, ok := s.sessions.of(r, s.config.Now()); ok {
		s.sessions.end(one.id)
		s.hub.end(one.id, errSignedOut)
	}
}

// cookie returns the session's cookie. It is not marked Secure: demo sign-in
// works on loopback alone, over plain HTTP.
func cookie(token string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
