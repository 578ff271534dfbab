package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"bureau/access"
	"bureau/retrieval"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages, each beside the frame they share.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"say":   say,
	"asset": assetPath,
}).ParseFS(templateFiles, "templates/*.html"))

// A view is what a page shows.
type view struct {
	Language string
	Title    string
	Company  string
	Person   *access.Person // nil when nobody is signed in
	Message  string         // of the error page, or what was wrong with a sign-in
	SignIn   signInView     // of the sign-in page
	Document documentView   // of the document page
}

// failPage shows the error page, or leads who is signed out to the sign-in and
// from there back to where they were.
func (s *Server) failPage(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, errSignedOut) {
		s.fail(w, r, err)
		return
	}
	to := "/sign-in"
	if strings.HasPrefix(r.URL.Path, "/documents/") {
		to += "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// fail shows the error page for err. It is the one place where a request's
// error is logged.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if unexpected(err) && r.Context().Err() == nil {
		s.config.Log.Error("request", slog.String("method", r.Method), slog.String("pattern", r.Pattern), slog.Any("error", err))
	}
	f := explain(err)
	comeBackLater(w.Header(), err)
	language := s.language(r)
	v := view{Language: language, Title: fmt.Sprintf("%d", f.status), Message: f.words.in(language)}
	if err := s.page(w, f.status, "error", v); err != nil {
		s.config.Log.Error("error page", slog.Any("error", err))
	}
}

// page writes a page. Nothing is written when the page cannot be made.
func (s *Server) page(w http.ResponseWriter, status int, name string, v view) error {
	v.Company = s.config.Name.In(v.Language)
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, v); err != nil {
		return fmt.Errorf("make page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // an error here is a browser that left
	return nil
}

// chatPage shows the chat.
func (s *Server) chatPage(w http.ResponseWriter, _ *http.Request, who caller) error {
	p, language := who.Person, who.language
	if _, err := s.scope(p.ID); errors.Is(err, retrieval.ErrNoScope) {
		// Somebody who has signed in and belongs nowhere is told so, and as whom.
		f := explain(err)
		return s.page(w, f.status, "error", view{Language: language, Title: p.Name, Person: &p, Message: f.words.in(language)})
	}
	return s.page(w, http.StatusOK, "chat", view{Language: language, Title: phrases["ask"].in(language), Person: &p})
}

// signedIn returns the person of a request, as the company knows them now, or
// false.
func (s *Server) signedIn(r *http.Request) (access.Person, bool) {
	one, err := s.session(r)
	if err != nil {
		return access.Person{}, false
	}
	return s.config.Directory.Person(one.Person)
}

// language returns what a page speaks: the person's language, else the
// browser's.
func (s *Server) language(r *http.Request) string {
	wish := ""
	if p, ok := s.signedIn(r); ok {
		wish = p.Language
	}
	return speak(wish, r.Header.Get("Accept-Language"))
}
