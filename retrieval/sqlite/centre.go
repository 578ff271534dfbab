package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"bureau/retrieval"
)

// Codes tell vectors apart by the signs of their dimensions. Embedders that put
// all texts into one corner of the space would give them all the same signs, so
// the mean of the vectors, the centre, is taken off first.
//
// The centre is a mean over all passages, whoever reads them. It decides only
// which passages of a large scope are scored exactly; no score holds it.

// The centre is computed when the index has as many vectors, and again each
// time it has grown by as much: the mean moves little afterwards.
const (
	firstCentre  = 256
	centreGrowth = 4
)

// centreSample is how many vectors a mean is taken over at most.
const centreSample = 20_000

// readCentre returns the centre, nil before there is one.
func readCentre(ctx context.Context, tx *sql.Tx) ([]float32, error) {
	value, err := meta(ctx, tx, "centre")
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the centre of the codes: %w", err)
	}
	return decodeVector(value), nil
}

// recentre computes the centre anew when the index has outgrown it, and with
// it all codes.
func (w *writing) recentre() error {
	g, err := readGeneration(w.ctx, w.tx)
	if err != nil || g.Dimensions == 0 {
		return err
	}
	due, passages, err := w.centreDue()
	if err != nil || passages < due {
		return err
	}
	if w.centre, err = w.mean(g, max(1, passages/centreSample)); err != nil {
		return fmt.Errorf("compute the centre of the codes: %w", err)
	}
	for due <= passages {
		due *= centreGrowth
	}
	if err := errors.Join(
		setMeta(w.ctx, w.tx, "centre", encodeVector(w.centre)),
		setMeta(w.ctx, w.tx, "centre due", fmt.Append(nil, due))); err != nil {
		return err
	}
	return w.recode()
}

// centreDue returns how many passages the next centre waits for, and how many
// there are.
func (w *writing) centreDue() (due, passages int, err error) {
	due = firstCentre
	value, err := meta(w.ctx, w.tx, "centre due")
	if err == nil {
		_, err = fmt.Sscan(string(value), &due)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	err = w.tx.QueryRowContext(w.ctx, "SELECT coalesce(sum(passages), 0) FROM classes").Scan(&passages)
	return due, passages, err
}

// mean returns the mean of every step-th vector.
func (w *writing) mean(g retrieval.Generation, step int) ([]float32, error) {
	sum, n := make([]float64, g.Dimensions), 0
	err := w.eachVector(step, func(_ int, v []float32) error {
		for i, f := range v {
			sum[i] += float64(f)
		}
		n++
		return nil
	})
	mean := make([]float32, g.Dimensions)
	for i, s := range sum {
		mean[i] = float32(s / float64(max(1, n)))
	}
	return mean, err
}

// recode computes all codes from the vectors.
func (w *writing) recode() error {
	codes := map[int][]byte{}
	if err := w.eachVector(1, func(number int, v []float32) error {
		codes[number] = encode(v, w.centre).bytes()
		return nil
	}); err != nil {
		return err
	}
	update, err := w.tx.PrepareContext(w.ctx, "UPDATE slots SET code = $1, version = $2 WHERE number = $3")
	if err != nil {
		return err
	}
	defer update.Close()
	for number, code := range codes {
		if _, err := update.ExecContext(w.ctx, code, w.version, number); err != nil {
			return err
		}
	}
	return nil
}

// eachVector calls visit for every step-th vector.
func (w *writing) eachVector(step int, visit func(number int, v []float32) error) error {
	rows, err := w.tx.QueryContext(w.ctx, "SELECT number, vector FROM vectors WHERE number % $1 = 0", step)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			number int
			vector sql.RawBytes
		)
		if err := rows.Scan(&number, &vector); err != nil {
			return err
		}
		if err := visit(number, decodeVector(vector)); err != nil {
			return err
		}
	}
	return rows.Err()
}
