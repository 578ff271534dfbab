package main

import (
	"embed"
	"encoding/json"
	"html/template"
	"log"
	"net/http"
	"strings"
)

//go:embed page
var files embed.FS

var page = template.Must(template.ParseFS(files, "page/index.html"))

// A colleague is somebody of the intranet's own, with its own names of groups.
type colleague struct {
	ID, Name string
	groups   []string
}

// colleagues are those to choose from. A real intranet knows who has signed in.
var colleagues = []colleague{
	{"u-1001", "Hanna Vogel", []string{"Human Resources"}},
	{"u-1002", "Feng Li", []string{"Finance"}},
}

// personCookie is the intranet's own session, of which Bureau knows nothing.
const personCookie = "intranet_person"

// intranet returns the site.
func intranet(s signer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show)
	mux.HandleFunc("GET /bureau-token", s.vouch)
	mux.HandleFunc("POST /enter", enter)
	mux.HandleFunc("POST /leave", leave)
	for _, name := range []string{"intranet.css", "intranet.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "page/"+name) })
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// show answers with the page. Its policy is all that the widget needs.
func (s signer) show(w http.ResponseWriter, r *http.Request) {
	sockets := "ws" + strings.TrimPrefix(s.bureau, "http")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; "+
		"script-src 'self' "+s.bureau+"; connect-src 'self' "+s.bureau+" "+sockets)
	person, _ := signedIn(r)
	if err := page.Execute(w, map[string]any{"Bureau": s.bureau, "Person": person, "Colleagues": colleagues}); err != nil {
		log.Print(err)
	}
}

// vouch answers the widget, which asks when it needs to know who sees the page.
func (s signer) vouch(w http.ResponseWriter, r *http.Request) {
	person, ok := signedIn(r)
	if !ok {
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	token, err := s.token(person.ID, person.Name, person.groups)
	if err != nil {
		http.Error(w, "the token could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(map[string]string{"token": token}); err != nil {
		log.Print(err)
	}
}

func signedIn(r *http.Request) (colleague, bool) {
	if cookie, err := r.Cookie(personCookie); err == nil {
		for _, c := range colleagues {
			if c.ID == cookie.Value {
				return c, true
			}
		}
	}
	return colleague{}, false
}

func enter(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: personCookie, Value: r.PostFormValue("person"), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func leave(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: personCookie, Path: "/", MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
