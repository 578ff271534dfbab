package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"bureau/access"
	"bureau/audit"
	"bureau/identity"
)

// A Voucher is a provider that says who somebody is. Its errors are those of
// package identity: that it is away, that its word does not hold, or that there
// are too many groups.
type Voucher interface {
	// Authorize returns the address that a browser signs in at. The provider
	// leads it back with the attempt's state, and a code.
	Authorize(ctx context.Context, a identity.Attempt) (string, error)
	// Exchange returns who has signed in. The code must be of this attempt.
	Exchange(ctx context.Context, code string, a identity.Attempt) (identity.Proof, error)
	// Farewell reads the provider's word that somebody has signed out there.
	Farewell(ctx context.Context, token string) (identity.Farewell, error)
}

// A Provider is a Voucher that people may choose. The id is in addresses.
type Provider struct {
	Voucher
	ID   string
	Name access.Names
}

// attemptTime is how long somebody may take to sign in at a provider, seconds.
const attemptTime = 10 * 60

// An underway is a sign-in at a provider, as the cookie of the browser that
// began it has it. The server keeps nothing: what another browser brings is of
// no use without the cookie, and a provider takes a code once.
type underway struct {
	Provider string
	Attempt  identity.Attempt
	Next     string
}

func (s *Server) attemptCookie() string { return s.hostPrefix() + "bureau_sign_in" }

// leave leads a browser to a provider.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	provider, err := s.provider(r)
	if err != nil {
		return err
	}
	attempt := identity.Attempt{State: randomText(), Nonce: randomText(), Verifier: randomText()}
	address, err := provider.Authorize(r.Context(), attempt)
	if err != nil {
		return err
	}
	value, err := json.Marshal(underway{provider.ID, attempt, r.URL.Query().Get("next")})
	if err != nil {
		return fmt.Errorf("encode a sign-in: %w", err)
	}
	if len(value) > 2<<10 { // of a next that leads nowhere anyway
		return errNoPage
	}
	http.SetCookie(w, s.cookie(s.attemptCookie(), base64.RawURLEncoding.EncodeToString(value), attemptTime))
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// comeBack takes a browser in that a provider leads back.
func (s *Server) comeBack(w http.ResponseWriter, r *http.Request) error {
	provider, err := s.provider(r)
	if err != nil {
		return err
	}
	begun, err := s.underway(r)
	http.SetCookie(w, s.cookie(s.attemptCookie(), "", -1)) // it is for one try
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if begun.Provider != provider.ID || subtle.ConstantTimeCompare([]byte(begun.Attempt.State), []byte(q.Get("state"))) != 1 {
		return fmt.Errorf("%w: it began in another browser, or at another provider", identity.ErrUnproved)
	}
	if q.Get("code") == "" {
		return fmt.Errorf("provider %s: %w: it gave no code, but error %.100q", provider.ID, identity.ErrUnproved, q.Get("error"))
	}
	proof, err := provider.Exchange(r.Context(), q.Get("code"), begun.Attempt)
	if err != nil {
		if !errors.Is(err, identity.ErrAway) {
			s.refused(r, audit.Browser, provider.ID, "", err)
		}
		return err
	}
	person, err := s.config.Directory.Admit(r.Context(), proof, s.config.Now())
	if err != nil {
		s.refused(r, audit.Browser, provider.ID, person, err)
		return err
	}
	if err := s.enter(w, r, identity.Entry{Person: person, Provider: provider.ID, SID: proof.SID}); err != nil {
		return err
	}
	lead(w, r, begun.Next)
	return nil
}

// underway reads the sign-in that a browser began.
func (s *Server) underway(r *http.Request) (u underway, err error) {
	cookie, err := r.Cookie(s.attemptCookie())
	if err != nil {
		return u, fmt.Errorf("%w: it was not begun here, or too long ago", identity.ErrUnproved)
	}
	value, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err == nil {
		err = json.Unmarshal(value, &u)
	}
	if err != nil || u.Attempt.State == "" || u.Attempt.Nonce == "" || u.Attempt.Verifier == "" {
		return u, fmt.Errorf("%w: the cookie of the sign-in is damaged", identity.ErrUnproved)
	}
	return u, nil
}

// randomText returns 256 random bits.
func randomText() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}
