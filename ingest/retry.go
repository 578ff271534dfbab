package ingest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"bureau/ingest/bounded"
)

// How documents that failed are tried again. What is wrong with the document
// itself, its format or its front matter, is final until the file or the
// program changes. What may pass by itself is tried again, at longer and longer
// intervals: a file that cannot be opened for ever, since that costs nothing;
// one that its reader breaks on, or that the embedder refuses, until it is set
// aside.
const (
	firstPause   = time.Minute
	longestPause = 6 * time.Hour
	mostAttempts = 5
)

// An outlook is whether trying again can help.
type outlook int

const (
	final    outlook = iota // not before the file or the program changes
	passing                 // a few times
	constant                // for ever
)

// pauseAfter is how long a document is left alone that failed so many times.
func pauseAfter(attempts int) time.Duration {
	pause := firstPause
	for range attempts - 1 {
		pause = min(4*pause, longestPause)
	}
	return pause
}

// mayPass returns whether a file that could not be turned into text may fare
// better another time. Those that break their reader are few, and what is to
// blame may be the machine.
func mayPass(err error) outlook {
	var who interface{ Transient() bool }
	if errors.As(err, &who) && who.Transient() || errors.Is(err, bounded.ErrTime) || errors.Is(err, bounded.ErrMemory) || errors.Is(err, bounded.ErrCrash) {
		return passing
	}
	return final
}

// unreadable is the verdict on a file that was tried in vain. Its readers
// cannot be decided either, since the document may narrow them, so what the
// index has of it leaves. A document without a text is no failure: there is
// nothing in it to find.
func (j *judge) unreadable(f file, cause error, then outlook) verdict {
	e := j.blank(f)
	e.reason, e.extraction = cause.Error(), j.tried(f)
	if errors.Is(cause, ErrEmpty) {
		e.state, e.attempts = stateWithheld, 0
		return j.again(e)
	}
	return j.again(j.failedOnce(e, then))
}

// refused is what becomes of a document that the embedder does not take.
func (j *judge) refused(e entry) entry {
	e.extraction, e.since = e.extraction+"/"+j.embedder+byEmbedder, j.clock().UnixNano()
	return j.failedOnce(e, passing)
}

// failedOnce counts an attempt that failed and says when the next one is.
func (j *judge) failedOnce(e entry, then outlook) entry {
	e.state, e.next = stateFailed, 0
	if then == final {
		e.attempts = 0
		return e
	}
	e.attempts++
	if then == constant || e.attempts < mostAttempts {
		e.next = j.clock().Add(pauseAfter(e.attempts)).UnixNano()
	}
	return e
}

// again repeats what became of a document that was tried in vain. One that was
// set aside earlier is not named again.
func (j *judge) again(e entry) verdict {
	if e.state == stateWithheld {
		v := j.withoutText(withheld, e)
		v.warnings = []string{e.reason + "; write something in it, or exclude it"}
		return v
	}
	v := j.withoutText(failed, e)
	if known := j.known[e.document.ID]; e.isSetAside() && known.state == stateFailed && known.attempts == e.attempts {
		v.kind = setAside
	}
	return v
}

// tried names what a document failed with: the way of extracting and the
// embedder. With another one it is tried again.
func (j *judge) tried(f file) string { return j.extraction(f) + "/" + j.embedder }

// byEmbedder marks what was read, and refused by the embedder.
const byEmbedder = "/refused"

// wasRefused reports whether the embedder did not take the text of e.
func (j *judge) wasRefused(e entry, f file) bool { return e.extraction == j.tried(f)+byEmbedder }

// isSettled reports whether a file has been tried in vain as this run would
// try it, and it is not time to try again.
func (j *judge) isSettled(e entry, f file) bool {
	waits := e.next == 0 || j.clock().UnixNano() < e.next
	wasTried := e.extraction == j.tried(f) || j.wasRefused(e, f)
	return (e.state == stateFailed || e.state == stateWithheld) && wasTried && isSameFile(e, f) && waits
}

// isSetAside reports whether a document failed too often to be tried again by
// itself.
func (e entry) isSetAside() bool {
	return e.state == stateFailed && e.attempts >= mostAttempts && e.next == 0
}

// says is why a document failed, and when it is tried again.
func (e entry) says() string {
	switch {
	case e.isSetAside():
		return fmt.Sprintf("%s; set aside after %d attempts, \"bureau retry\" tries it again", e.reason, e.attempts)
	case e.next > 0:
		return fmt.Sprintf("%s; tried again after %s, or with \"bureau retry\"", e.reason, time.Unix(0, e.next).UTC().Format(time.RFC3339))
	}
	return e.reason
}

// asked is the time of trying again that a person has set: any moment is after
// it.
const asked = 1

// Retry has the next run try again the documents that failed: all of them, or
// those with these names, "source/path" of a document or of a folder, or
// document ids. It returns how many there are. A name that no failed document
// has is an error, and then nothing is changed.
func (l *Ledger) Retry(ctx context.Context, names ...string) (n int, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		if len(names) == 0 {
			n, err = retry(ctx, tx, "")
			return err
		}
		for _, name := range names {
			some, err := retry(ctx, tx, strings.TrimSuffix(name, "/"))
			if err != nil {
				return err
			}
			if some == 0 {
				return fmt.Errorf("no document that failed is %q or in it", name)
			}
			n += some
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("set documents to be tried again: %w", err)
	}
	return n, nil
}

// retry sets the documents of one name to be tried again, or all for "".
func retry(ctx context.Context, tx *sql.Tx, name string) (int, error) {
	done, err := tx.ExecContext(ctx, `UPDATE documents SET next = $1, attempts = 0 WHERE state = $2 AND ($3 = '' OR id = $3
		OR source || '/' || path = $3 OR substr(source || '/' || path, 1, length($3) + 1) = $3 || '/')`, asked, stateFailed, name)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

// Due reports whether a document is to be tried again by now.
func (l *Ledger) Due(ctx context.Context, now time.Time) (due bool, err error) {
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT count(*) > 0 FROM documents WHERE state = $1 AND next BETWEEN 1 AND $2",
			stateFailed, now.UnixNano()).Scan(&due)
	})
	if err != nil {
		return false, fmt.Errorf("look for documents to try again: %w", err)
	}
	return due, nil
}
