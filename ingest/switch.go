package ingest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Begin returns the generation that a reindex fills: the one that is being
// built with the same as want, or was built and never used, or else a new one.
// While one is being built with something else there is no other: the error
// names the way out.
func (g *Generations) Begin(ctx context.Context, want Build) (b Build, err error) {
	err = g.ledger.db.Write(ctx, func(tx *sql.Tx) error {
		b, err = begin(ctx, tx, want)
		return err
	})
	if err != nil {
		return Build{}, fmt.Errorf("begin a generation: %w", err)
	}
	return b, nil
}

// First returns the generation in use. Where there is none it begins one and
// puts it in use, empty as it is: who has few documents can ask while it fills.
func (g *Generations) First(ctx context.Context, want Build) (b Build, err error) {
	err = g.ledger.db.Write(ctx, func(tx *sql.Tx) error {
		builds, err := buildsOf(ctx, tx)
		if err != nil {
			return err
		}
		for _, b = range builds {
			if b.State == Current {
				return nil
			}
		}
		if b, err = begin(ctx, tx, want); err != nil {
			return err
		}
		b.State = Current
		return use(ctx, tx, b.Number)
	})
	if err != nil {
		return Build{}, fmt.Errorf("begin the first generation: %w", err)
	}
	return b, nil
}

func begin(ctx context.Context, tx *sql.Tx, want Build) (Build, error) {
	builds, err := buildsOf(ctx, tx)
	if err != nil {
		return Build{}, err
	}
	for _, b := range builds {
		switch unused := b.State == Ready && b.Switched.IsZero(); {
		case b.Like(want) && (b.State == Building || unused):
			return b, nil
		case b.State == Building:
			return Build{}, fmt.Errorf("%s is being built with %s; finish that, or give it up with \"bureau index drop %d\"", b.Name(), b.With(), b.Number)
		}
	}
	want.State, want.Created, want.Switched = Building, time.Now(), time.Time{}
	err = tx.QueryRowContext(ctx, `INSERT INTO generations (engine, address, embedder, dimensions, cutting, built, created, switched)
		VALUES ($1, $2, $3, $4, $5, 0, $6, 0) RETURNING number`,
		want.Engine, want.Address, want.Generation.Embedder, want.Generation.Dimensions, want.Generation.Cutting, want.Created.UnixNano()).Scan(&want.Number)
	return want, err
}

// Built notes that a generation has had all that the ledger had.
func (g *Generations) Built(ctx context.Context, number int) error {
	return g.change(ctx, number, "UPDATE generations SET built = 1 WHERE number = $1", number)
}

// Learn notes how many dimensions the vectors of a generation have, where
// nobody knew.
func (g *Generations) Learn(ctx context.Context, number, dimensions int) error {
	return g.change(ctx, number, "UPDATE generations SET dimensions = $2 WHERE number = $1 AND dimensions = 0", number, dimensions)
}

// Switch puts a generation in use, from the next question on, and remembers
// the one before it. That one is left as it is.
func (g *Generations) Switch(ctx context.Context, number int) error {
	err := g.ledger.db.Write(ctx, func(tx *sql.Tx) error { return use(ctx, tx, number) })
	if err != nil {
		return fmt.Errorf("switch to generation %d: %w", number, err)
	}
	return nil
}

// use puts a generation in use. The pointer moves in one update.
func use(ctx context.Context, tx *sql.Tx, number int) error {
	if _, err := buildOf(ctx, tx, number); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE generations SET built = 1, switched = $2 WHERE number = $1", number, time.Now().UnixNano()); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE in_use SET previous = number, number = $1 WHERE number IS NULL OR number <> $1", number)
	return err
}

// Drop takes a generation out of the register, and the vectors of its model
// out of the memory of what was embedded unless another generation has the
// same. remove deletes its data; before that nobody can switch to it any more,
// and afterwards its number is not given again. The current one is not dropped.
func (g *Generations) Drop(ctx context.Context, number int, remove func() error) error {
	b, err := g.retire(ctx, number)
	if err == nil {
		err = remove()
	}
	if err == nil {
		err = g.forget(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("drop generation %d: %w", number, err)
	}
	return nil
}

// retire makes a generation one that is not built and not gone back to.
func (g *Generations) retire(ctx context.Context, number int) (b Build, err error) {
	err = g.ledger.db.Write(ctx, func(tx *sql.Tx) error {
		if b, err = buildOf(ctx, tx, number); err != nil {
			return err
		}
		if b.State == Current {
			return errors.New("it is the current one; switch to another first")
		}
		if _, err := tx.ExecContext(ctx, "UPDATE in_use SET previous = NULL WHERE previous = $1", number); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE generations SET built = 0, switched = 0 WHERE number = $1", number)
		return err
	})
	return b, err
}

// forget deletes the row of a generation, and the vectors that were its alone.
// Keys of vectors begin with the model and a space.
func (g *Generations) forget(ctx context.Context, b Build) error {
	return g.ledger.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM generations WHERE number = $1", b.Number); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM vectors WHERE key > $1 || ' ' AND key < $1 || '!'
			AND NOT EXISTS (SELECT 1 FROM generations WHERE embedder = $1)`, b.Generation.Embedder)
		return err
	})
}

// change runs one statement about a generation.
func (g *Generations) change(ctx context.Context, number int, statement string, args ...any) error {
	err := g.ledger.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("write generation %d to the register: %w", number, err)
	}
	return nil
}
