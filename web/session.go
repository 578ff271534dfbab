package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// Sessions live this long, and this many at a time; the oldest gives way.
const (
	sessionTime = 12 * time.Hour
	maxSessions = 10_000
)

// sessionCookie holds the token of a session.
const sessionCookie = "bureau_session"

// A session is one sign-in. Its id is the hash of its token: what the server
// keeps opens nothing.
type session struct {
	id     string
	person string
	until  time.Time
}

// sessions are those who are signed in. They live in memory: a restart signs
// everybody out.
type sessions struct {
	mu   sync.Mutex
	byID map[string]session
}

// begin signs a person in and returns the token of the new session.
func (s *sessions) begin(person string, now time.Time) (token string) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails: it ends the program instead
	token = base64.RawURLEncoding.EncodeToString(secret[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = make(map[string]session)
	}
	s.makeRoom(now)
	id := sessionID(token)
	s.byID[id] = session{id: id, person: person, until: now.Add(sessionTime)}
	return token
}

// makeRoom forgets what has run out and, when there are too many, the session
// that ends first.
func (s *sessions) makeRoom(now time.Time) {
	var first session
	for id, one := range s.byID {
		if !now.Before(one.until) {
			delete(s.byID, id)
			continue
		}
		if first.id == "" || one.until.Before(first.until) {
			first = one
		}
	}
	if len(s.byID) >= maxSessions {
		delete(s.byID, first.id)
	}
}

// of returns the session of a request, or false.
func (s *sessions) of(r *http.Request, now time.Time) (session, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return session{}, false
	}
	return s.get(sessionID(cookie.Value), now)
}

// get returns the session with this id, or false when it has ended.
func (s *sessions) get(id string, now time.Time) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.byID[id]
	if !ok || !now.Before(one.until) {
		return session{}, false
	}
	return one, true
}

// end forgets a session.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

// sessionID returns the id of the session with this token.
func sessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
