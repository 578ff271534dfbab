package ingest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"bureau/retrieval"
)

// ErrNoGeneration says that there is no generation of that number, or none in
// use yet.
var ErrNoGeneration = errors.New("there is no such generation")

// Cutting names how this program cuts passages and analyses their words. An
// index of another cutting cannot be searched or written by it.
const Cutting = CuttingVersion + " " + retrieval.Analysis

// A State is how far a generation has come.
type State string

// The states of a generation.
const (
	Building State = "building" // has not had all that the ledger had
	Ready    State = "ready"    // built, and not in use
	Current  State = "current"  // answers questions, and is what an ingest writes
	Previous State = "previous" // the one that was current before, to go back to
)

// A Build is one generation of the index: what it is built with and how far
// it has come.
type Build struct {
	Number int    // never given twice
	Engine string // "sqlite" or "qdrant"
	// Address is where the engine was, in the words of the configuration, when
	// the generation was begun. Where the configuration names the same engine,
	// its address counts.
	Address string
	// Generation is what it is built with. Its dimensions are 0 until they are
	// known.
	Generation retrieval.Generation
	State      State
	Created    time.Time
	Switched   time.Time // when it last became current; zero for never
}

// Name is how people call the generation.
func (b Build) Name() string { return fmt.Sprintf("generation %d", b.Number) }

// With says what the generation is built with, in words.
func (b Build) With() string {
	embedder := "no embedder"
	if b.Generation.Embedder != "" {
		embedder = "embedder " + b.Generation.Embedder
	}
	return fmt.Sprintf("%s, engine %s, cutting %s", embedder, b.Engine, b.Generation.Cutting)
}

// Like reports whether two are built with the same. Dimensions follow from the
// embedder and are not compared, and a server may have moved.
func (b Build) Like(other Build) bool {
	return b.Engine == other.Engine && b.Generation.Embedder == other.Generation.Embedder && b.Generation.Cutting == other.Generation.Cutting
}

// Generations is the register of all generations of the index, in the
// database of the ledger. It is what names the one in use: who asks it at
// every question follows a switch from one question to the next.
type Generations struct {
	ledger *Ledger
}

// Generations returns the register that is kept beside the ledger.
func (l *Ledger) Generations() *Generations { return &Generations{l} }

// buildColumns are the columns of a Build, as scanBuild reads them.
const buildColumns = `g.number, g.engine, g.address, g.embedder, g.dimensions, g.cutting, g.created, g.switched,
	CASE WHEN g.number = u.number THEN 'current' WHEN g.number = u.previous THEN 'previous' WHEN g.built = 1 THEN 'ready' ELSE 'building' END`

// fromGenerations is where buildColumns are from.
const fromGenerations = " FROM generations g JOIN in_use u "

func scanBuild(row interface{ Scan(...any) error }) (b Build, err error) {
	var created, switched int64
	g := &b.Generation
	if err := row.Scan(&b.Number, &b.Engine, &b.Address, &g.Embedder, &g.Dimensions, &g.Cutting, &created, &switched, &b.State); err != nil {
		return Build{}, err
	}
	b.Created = time.Unix(0, created).UTC()
	if switched != 0 {
		b.Switched = time.Unix(0, switched).UTC()
	}
	return b, nil
}

// List returns every generation, oldest first.
func (g *Generations) List(ctx context.Context) (builds []Build, err error) {
	err = g.ledger.db.Read(ctx, func(tx *sql.Tx) error {
		builds, err = buildsOf(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the generations: %w", err)
	}
	return builds, nil
}

func buildsOf(ctx context.Context, tx *sql.Tx) (builds []Build, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+buildColumns+fromGenerations+"ORDER BY g.number")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		b, err := scanBuild(rows)
		if err != nil {
			return nil, err
		}
		builds = append(builds, b)
	}
	return builds, rows.Err()
}

// Get returns a generation by its number, or ErrNoGeneration.
func (g *Generations) Get(ctx context.Context, number int) (b Build, err error) {
	err = g.ledger.db.Read(ctx, func(tx *sql.Tx) error {
		b, err = buildOf(ctx, tx, number)
		return err
	})
	if err != nil {
		return Build{}, fmt.Errorf("look up generation %d: %w", number, err)
	}
	return b, nil
}

func buildOf(ctx context.Context, tx *sql.Tx, number int) (Build, error) {
	return oneBuild(ctx, tx, "g.number = $1", number)
}

// Current returns the generation in use, or ErrNoGeneration before the first
// ingest. It reads one row.
func (g *Generations) Current(ctx context.Context) (b Build, err error) {
	err = g.ledger.db.Read(ctx, func(tx *sql.Tx) error {
		b, err = oneBuild(ctx, tx, "g.number = u.number")
		return err
	})
	if err != nil {
		return Build{}, fmt.Errorf("look up the current generation: %w", err)
	}
	return b, nil
}

// Previous returns the generation that was in use before the current one, or
// ErrNoGeneration.
func (g *Generations) Previous(ctx context.Context) (b Build, err error) {
	err = g.ledger.db.Read(ctx, func(tx *sql.Tx) error {
		b, err = oneBuild(ctx, tx, "g.number = u.previous")
		return err
	})
	if err != nil {
		return Build{}, fmt.Errorf("look up the previous generation: %w", err)
	}
	return b, nil
}

// oneBuild returns the generation that a condition picks, or ErrNoGeneration.
func oneBuild(ctx context.Context, tx *sql.Tx, where string, args ...any) (Build, error) {
	b, err := scanBuild(tx.QueryRowContext(ctx, "SELECT "+buildColumns+fromGenerations+"ON "+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return Build{}, ErrNoGeneration
	}
	return b, err
}
