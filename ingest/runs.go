package ingest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// What the ledger remembers of runs: enough to see how the last days went, and
// not every document of every one.
const (
	runsKept     = 100
	findingsKept = 100 // of each list of a report
)

// A RunRecord is one run as the ledger remembers it.
type RunRecord struct {
	Number  int       `json:"number"`
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`           // its last sign of life
	Ended   time.Time `json:"ended,omitzero"` // zero for one that is under way or was killed
	// Documents have to be read, of which Done were. What has not changed is
	// not among them.
	Documents int     `json:"documents"`
	Done      int     `json:"done"`
	Passages  int     `json:"passages"`          // written
	Problem   string  `json:"problem,omitempty"` // why it could not go on
	Report    *Report `json:"report,omitempty"`  // once it has ended; of each list the first 100
}

// PassagesPerSecond is how fast the run wrote, up to its last sign of life.
func (r RunRecord) PassagesPerSecond() float64 {
	if took := r.Seen.Sub(r.Started).Seconds(); took > 0 {
		return float64(r.Passages) / took
	}
	return 0
}

// Left estimates how long a run that is under way has yet to go, by how fast
// it was up to now. It is 0 where nobody can tell.
func (r RunRecord) Left() time.Duration {
	if r.Done == 0 || !r.Ended.IsZero() {
		return 0
	}
	return time.Duration(float64(r.Seen.Sub(r.Started)) / float64(r.Done) * float64(r.Documents-r.Done))
}

// LastRun returns the run that began last, or false before the first.
func (l *Ledger) LastRun(ctx context.Context) (r RunRecord, ok bool, err error) {
	var started, seen, ended int64
	var report string
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT number, started, seen, ended, documents, done, passages, problem, report
			FROM runs ORDER BY number DESC LIMIT 1`).Scan(&r.Number, &started, &seen, &ended, &r.Documents, &r.Done, &r.Passages, &r.Problem, &report)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return RunRecord{}, false, nil
	}
	if err == nil && report != "" {
		err = json.Unmarshal([]byte(report), &r.Report)
	}
	if err != nil {
		return RunRecord{}, false, fmt.Errorf("read the last run: %w", err)
	}
	r.Started, r.Seen, r.Ended = moment(started), moment(seen), moment(ended)
	return r, true, nil
}

// moment is the time of a column, zero for 0.
func moment(nanoseconds int64) time.Time {
	if nanoseconds == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds).UTC()
}

// A record writes down in the ledger how far one run has come.
type record struct {
	ledger *Ledger
	clock  func() time.Time
	number int64
}

// begin writes down that a run has begun, and forgets the oldest ones.
func (l *Ledger) begin(ctx context.Context, clock func() time.Time) (*record, error) {
	r := &record{ledger: l, clock: clock}
	err := r.write(ctx, func(tx *sql.Tx, now int64) error {
		if err := tx.QueryRowContext(ctx, `INSERT INTO runs (started, seen, ended, documents, done, passages, problem, report)
			VALUES ($1, $1, 0, 0, 0, 0, '', '') RETURNING number`, now).Scan(&r.number); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM runs WHERE number <= $1", r.number-runsKept)
		return err
	})
	return r, err
}

// progress writes down how many documents have to be read, how many were, and
// how many passages were written.
func (r *record) progress(ctx context.Context, documents, done, passages int) error {
	return r.write(ctx, func(tx *sql.Tx, now int64) error {
		_, err := tx.ExecContext(ctx, "UPDATE runs SET seen = $2, documents = $3, done = $4, passages = $5 WHERE number = $1",
			r.number, now, documents, done, passages)
		return err
	})
}

// end writes down how the run ended, also where ctx has.
func (r *record) end(ctx context.Context, report *Report, cause error) error {
	encoded, err := json.Marshal(report.head(findingsKept))
	if err != nil {
		return err
	}
	problem := ""
	if cause != nil {
		problem = cause.Error()
	}
	ctx = context.WithoutCancel(ctx)
	return r.write(ctx, func(tx *sql.Tx, now int64) error {
		_, err := tx.ExecContext(ctx, "UPDATE runs SET seen = $2, ended = $2, passages = $3, problem = $4, report = $5 WHERE number = $1",
			r.number, now, report.Passages, problem, string(encoded))
		return err
	})
}

func (r *record) write(ctx context.Context, change func(tx *sql.Tx, now int64) error) error {
	err := r.ledger.db.Write(ctx, func(tx *sql.Tx) error { return change(tx, r.clock().UnixNano()) })
	if err != nil {
		return fmt.Errorf("write down how the run goes: %w", err)
	}
	return nil
}
