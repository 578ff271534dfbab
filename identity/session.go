package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"bureau/access"
	"bureau/store"
)

// ErrEnded says that a session or a token is unknown or has ended.
var ErrEnded = errors.New("signed out")

// touchPeriod is how often the use of a session or a token is written down, and
// touchWait how long whoever uses it may wait for that.
const (
	touchPeriod = time.Minute
	touchWait   = 200 * time.Millisecond
)

// An Entry is how somebody came in.
type Entry struct {
	Person   string
	Provider string // id of the provider, or one of the ways below
	// SID is the provider's name for its own session, the origin of a visitor's
	// page, or "".
	SID string
}

// The ways in that are no provider's.
const (
	ByPassword = "password"
	ByChoice   = "choice" // of a person, in the demonstration
)

// A Session is one sign-in of one browser. Its id is the hash of its token:
// what is kept opens nothing.
type Session struct {
	ID       string
	Person   string
	Provider string
	SID      string // as of the Entry
	Begun    time.Time
	Used     time.Time // to within a minute
	Until    time.Time // the end, used or not
}

// Begin begins a session and returns its token, which is kept nowhere else.
func (d *Directory) Begin(ctx context.Context, entry Entry, now time.Time) (token string, err error) {
	token = newSecret()
	_, lasts := d.limits(entry.Provider)
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE until <= $1 OR used <= $2", now.UnixNano(), now.Add(-d.longestIdle()).UnixNano()); err != nil {
			return err
		}
		// Who was shut out since they proved who they are does not come in.
		if k, err := d.lookIn(ctx, tx, entry.Person); err == nil && k.isShut() {
			return k.shut
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO sessions (id, person, provider, sid, begun, used, until) VALUES ($1, $2, $3, $4, $5, $5, $6)",
			SessionID(token), entry.Person, entry.Provider, entry.SID, now.UnixNano(), now.Add(lasts).UnixNano())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("begin a session of %s: %w", entry.Person, err)
	}
	return token, nil
}

// Session returns the session with this id. One that has ended, by its time,
// for want of use, by an administrator's word or its person's, is ErrEnded.
func (d *Directory) Session(ctx context.Context, id string, now time.Time) (s Session, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		s, err = scanSession(tx.QueryRowContext(ctx, "SELECT id, person, provider, sid, begun, used, until FROM sessions WHERE id = $1", id))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrEnded
		}
		if err != nil {
			return err
		}
		if !d.lasts(s, now) {
			return errEndedByTime
		}
		k, err := d.lookIn(ctx, tx, s.Person)
		if errors.Is(err, access.ErrUnknownPerson) {
			return nil // whom nobody knows any more reads nothing, which the scope says
		}
		if k.listed != "" {
			s.Person = k.listed
		}
		return err
	})
	if errors.Is(err, errEndedByTime) {
		// For good: a clock that is set back does not bring it back. Where the store
		// does not take that, the next look ends it.
		_ = d.db.WriteWithin(ctx, touchWait, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE id = $1", id)
			return err
		})
	}
	if err != nil {
		return Session{}, fmt.Errorf("session: %w", err)
	}
	return s, nil
}

// errEndedByTime is ErrEnded of a session that is still kept.
var errEndedByTime = fmt.Errorf("%w by its time", ErrEnded)

// clockSkew is how far a clock may be set back without ending the sessions that
// were begun just before.
const clockSkew = 5 * time.Minute

// Lasts reports, with ErrEnded, that the session with this id has ended.
func (d *Directory) Lasts(id string, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	_, err := d.Session(ctx, id, now)
	return err
}

// limits returns how long a session of a way in lasts: unused, and at all.
func (d *Directory) limits(provider string) (idle, session time.Duration) {
	idle, session = d.config.Idle, d.config.Session
	if own := d.config.Providers[provider]; own.Session > 0 {
		idle, session = own.Idle, own.Session
	}
	return idle, session
}

// longestIdle returns how long any session lasts unused.
func (d *Directory) longestIdle() time.Duration {
	longest := d.config.Idle
	for provider := range d.config.Providers {
		idle, _ := d.limits(provider)
		longest = max(longest, idle)
	}
	return longest
}

// lasts reports whether a session has not ended by its time or for want of use. One
// that begins in the future was begun by a clock that was wrong, and would last
// until that time had come.
func (d *Directory) lasts(s Session, now time.Time) bool {
	idle, _ := d.limits(s.Provider)
	return now.Before(s.Until) && now.Before(s.Used.Add(idle)) && !s.Begun.After(now.Add(clockSkew))
}

func scanSession(row interface{ Scan(...any) error }) (s Session, err error) {
	var begun, used, until int64
	err = row.Scan(&s.ID, &s.Person, &s.Provider, &s.SID, &begun, &used, &until)
	s.Begun, s.Used, s.Until = time.Unix(0, begun), time.Unix(0, used), time.Unix(0, until)
	return s, err
}

// Touch notes that a session is used. It is an error where the store does not
// take that at once: the session lasts as it would without.
func (d *Directory) Touch(ctx context.Context, s Session, now time.Time) error {
	if now.Sub(s.Used) < touchPeriod {
		return nil
	}
	return d.db.WriteWithin(ctx, touchWait, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE sessions SET used = $1 WHERE id = $2 AND used < $1", now.UnixNano(), s.ID)
		return err
	})
}

// Sessions returns those that have not ended, the newest first; person narrows
// them to one's own unless it is "".
func (d *Directory) Sessions(ctx context.Context, person string, now time.Time) (list []Session, err error) {
	err = d.db.Read(ctx, func(tx *sql.Tx) error {
		people, err := d.aliases(ctx, tx, person)
		if err != nil {
			return err
		}
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			s, err := scanSession(rows)
			if d.lasts(s, now) {
				list = append(list, s)
			}
			return err
		}, "SELECT id, person, provider, sid, begun, used, until FROM sessions WHERE until > $1 AND ($2 = '' OR person IN (SELECT value FROM json_each($3))) ORDER BY begun DESC",
			now.UnixNano(), person, jsonList(people))
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// End ends a session. To end one that has ended is no error.
func (d *Directory) End(ctx context.Context, id string) error {
	_, err := d.endWhere(ctx, "id = $1", id)
	return err
}

// EndAll ends every session of a person and returns how many there were.
func (d *Directory) EndAll(ctx context.Context, person string) (n int, err error) {
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		people, err := d.aliases(ctx, tx, person)
		if err != nil {
			return err
		}
		n, err = changed(tx.ExecContext(ctx, "DELETE FROM sessions WHERE person IN (SELECT value FROM json_each($1))", jsonList(people)))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end the sessions of %s: %w", person, err)
	}
	return n, nil
}

// EndFarewell ends the sessions that a provider says have ended there. A
// farewell that was taken before is ErrUnproved and ends nothing: a replay would
// sign somebody out who has come back.
func (d *Directory) EndFarewell(ctx context.Context, provider string, f Farewell, now time.Time) (n int, err error) {
	member := ""
	if f.Subject != "" {
		member = memberID(f.Issuer, f.Subject)
	}
	if f.SID == "" && member == "" {
		return 0, nil
	}
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM farewells WHERE until < $1", now.Add(-farewellSkew).UnixNano()); err != nil {
			return err
		}
		fresh, err := changed(tx.ExecContext(ctx, "INSERT OR IGNORE INTO farewells (provider, id, until) VALUES ($1, $2, $3)", provider, SessionID(f.ID), f.Expires.UnixNano()))
		if err != nil {
			return err
		}
		if fresh == 0 {
			return fmt.Errorf("%w: it was taken before", ErrUnproved)
		}
		n, err = changed(tx.ExecContext(ctx, "DELETE FROM sessions WHERE provider = $1 AND ($2 = '' OR sid = $2) AND ($3 = '' OR person = $3 "+
			"OR person IN (SELECT $4 || id FROM roster_users WHERE provider = $1 AND subject = $5))", provider, f.SID, member, memberPrefix, f.Subject))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("farewell of provider %s: %w", provider, err)
	}
	return n, nil
}

// farewellSkew is how long after its end a farewell is remembered, for it may be
// taken a little late.
const farewellSkew = time.Hour

// KeepOnly ends the sessions of every other way in than those: what the
// configuration has no more lets nobody in.
func (d *Directory) KeepOnly(ctx context.Context, ways []string) (int, error) {
	return d.endWhere(ctx, "provider NOT IN (SELECT value FROM json_each($1))", jsonList(ways))
}

func (d *Directory) endWhere(ctx context.Context, condition string, args ...any) (n int, err error) {
	err = d.db.Write(ctx, func(tx *sql.Tx) error {
		n, err = changed(tx.ExecContext(ctx, "DELETE FROM sessions WHERE "+condition, args...))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

// SessionID returns the id of the session with this token.
func SessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newSecret returns 256 random bits as text.
func newSecret() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}
