package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"bureau/store"
)

// The centre of a class is the mean of its vectors. It belongs to the class
// alone, so that what others may read decides nothing about which passages of
// a scope are found. It is computed anew, and the codes of the class with it,
// each time the class has grown to twice what it was, or shrunk to less than
// half: a mean moves little in between, and a passage is coded about twice.

// centre returns the centre of a class, nil before it has one.
func (w *writing) centre(class int64) ([]float32, error) {
	if centre, known := w.centres[class]; known {
		return centre, nil
	}
	var blob []byte
	if err := w.get(&blob, "SELECT centre FROM classes WHERE id = $1", class); err != nil {
		return nil, fmt.Errorf("read the centre of class %d: %w", class, err)
	}
	w.centres[class] = nil
	if len(blob) > 0 {
		centre, err := decodeVector(blob, w.generation.Dimensions)
		if err != nil {
			return nil, fmt.Errorf("read the centre of class %d: %w", class, err)
		}
		w.centres[class] = centre
	}
	return w.centres[class], nil
}

// settleClasses computes the centres that the writing has made due, and
// forgets the classes that it has left without a document.
func (w *writing) settleClasses() error {
	for class := range w.touched {
		var passages, coded int
		if err := w.tx.QueryRowContext(w.ctx, "SELECT passages, coded FROM classes WHERE id = $1", class).Scan(&passages, &coded); err != nil {
			return fmt.Errorf("read class %d: %w", class, err)
		}
		if passages == 0 {
			if err := w.exec("DELETE FROM classes WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM documents WHERE class = $1)", class); err != nil {
				return fmt.Errorf("forget class %d: %w", class, err)
			}
			continue
		}
		if passages >= 2*coded || 2*passages < coded {
			if err := w.recentre(class, passages); err != nil {
				return fmt.Errorf("compute the centre of class %d: %w", class, err)
			}
		}
	}
	return nil
}

// recentre computes the centre of a class and all its codes.
func (w *writing) recentre(class int64, passages int) error {
	if w.generation.Dimensions == 0 {
		return nil // an index without an embedder
	}
	sum := make([]float64, w.generation.Dimensions)
	err := w.eachVector(class, func(_ int, v []float32) {
		for i, f := range v {
			sum[i] += float64(f)
		}
	})
	if err != nil {
		return err
	}
	centre := make([]float32, len(sum))
	for i, f := range sum {
		centre[i] = float32(f / float64(passages))
	}
	w.centres[class] = centre
	return errors.Join(w.exec("UPDATE classes SET centre = $1, coded = $2, centred = $3 WHERE id = $4",
		encodeVector(centre), passages, w.version, class), w.recode(class, centre))
}

// recode computes all codes of a class from its vectors.
func (w *writing) recode(class int64, centre []float32) error {
	type coded struct {
		number int
		code   []byte
	}
	var codes []coded
	if err := w.eachVector(class, func(number int, v []float32) {
		codes = append(codes, coded{number, newCode(v, centre).bytes()})
	}); err != nil {
		return err
	}
	for _, c := range codes {
		if err := w.exec("UPDATE slots SET code = $1, version = $2 WHERE number = $3", c.code, w.version, c.number); err != nil {
			return err
		}
	}
	return nil
}

// eachVector calls visit for the vectors of a class, in the order of numbers.
func (w *writing) eachVector(class int64, visit func(number int, v []float32)) error {
	return store.Each(w.ctx, w.tx, func(rows *sql.Rows) error {
		var (
			number int
			blob   sql.RawBytes
		)
		if err := rows.Scan(&number, &blob); err != nil {
			return err
		}
		v, err := decodeVector(blob, w.generation.Dimensions)
		if err == nil {
			visit(number, v)
		}
		return err
	}, "SELECT v.number, v.vector FROM slots s JOIN vectors v ON v.number = s.number WHERE s.class = $1 ORDER BY s.number", class)
}
