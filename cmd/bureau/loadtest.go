package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"bureau/retrieval/loadtest"
	"bureau/retrieval/qdrant"
	"bureau/retrieval/sqlite"
	"bureau/store"
)

// A benchCommand is the commands that measure the machine at hand.
type benchCommand struct {
	Search benchSearchCommand `cmd:"" help:"Measure an engine with a made-up company: writing, searching by many at once, and what estimates lose."`
}

type benchSearchCommand struct {
	reporting
	Engine      string `default:"sqlite" help:"sqlite, or qdrant://HOST:PORT. The company's own index is not touched."`
	Passages    int    `default:"20000" placeholder:"N" help:"How many passages to make."`
	Dimensions  int    `default:"384" placeholder:"N" help:"Of a vector."`
	Departments int    `default:"20" placeholder:"N" help:"The largest has a fifth of the passages, the smallest of 20 two in 100."`
	Askers      int    `default:"8" placeholder:"N" help:"How many ask at a time."`
	Seconds     int    `default:"10" placeholder:"N" help:"How long they ask, for each of 8 shapes of scope."`
	AnyAddress  bool   `help:"Also load a server that is not on this machine."`
}

// Run makes a company, has it asked, prints the report and leaves nothing
// behind.
func (c *benchSearchCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	company, err := loadtest.NewCompany(loadtest.Size{Passages: c.Passages, Dimensions: c.Dimensions, Departments: c.Departments})
	if err != nil {
		return misuse{err}
	}
	options := loadtest.Options{
		Askers: c.Askers, Time: time.Duration(c.Seconds) * time.Second,
		Progress: func(what string) { fmt.Fprintln(e.stderr, what) },
	}
	if err := options.Check(); err != nil {
		return misuse{err}
	}
	folder, err := os.MkdirTemp("", "bureau-bench-")
	if err != nil {
		return fmt.Errorf("make a folder for the index: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	engine, remove, err := c.open(ctx, s, company, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if q, ok := engine.(*qdrant.Index); ok {
		options.Ready = q.Ready
	}
	report, err := loadtest.Run(ctx, engine, company, options)
	if err != nil {
		return err
	}
	report.Engine = c.Engine
	if err := c.report(e.stdout, report, func(w io.Writer) { err = report.WriteTable(w) }); err != nil {
		return err
	}
	return err
}

// open opens an empty index in the engine, of its own for this run. remove
// closes it and takes it away.
func (c *benchSearchCommand) open(ctx context.Context, s *settings, company *loadtest.Company, folder string) (_ loadtest.Engine, remove func() error, err error) {
	switch engineOf(c.Engine) {
	case engineSQLite:
		index, err := sqlite.Open(ctx, filepath.Join(folder, "index.db"), company.Generation())
		if err != nil {
			return nil, nil, err
		}
		return index, index.Close, nil
	case engineQdrant:
		address, err := parseQdrant(c.Engine)
		if err != nil {
			return nil, nil, misuse{fmt.Errorf("--engine: %w", err)}
		}
		if !c.AnyAddress && !isLoopback(address.Host) {
			return nil, nil, misuse{fmt.Errorf("--engine: %s is not on this machine, and may be what others work with; --any-address loads it all the same", address.Host)}
		}
		address.Key, _ = s.lookup(qdrantKey)
		address.ReadKey, _ = s.lookup(qdrantReadKey)
		return benchCollection(ctx, address, company, folder)
	}
	return nil, nil, misuse{fmt.Errorf("--engine: %q must be %s, or qdrant://HOST:PORT", c.Engine, engineSQLite)}
}

// benchDeadline is how long a search may take on a server under load.
const benchDeadline = 30 * time.Second

// benchCollection opens an index in a collection of a name that no other has.
// remove drops it, also where ctx has ended.
func benchCollection(ctx context.Context, address qdrant.Address, company *loadtest.Company, folder string) (_ loadtest.Engine, remove func() error, err error) {
	address.ReadKey = cmp.Or(address.ReadKey, address.Key)
	server, err := qdrant.Connect(address, qdrant.Deadlines{Query: benchDeadline})
	if err != nil {
		return nil, nil, err
	}
	register, err := store.Open(ctx, filepath.Join(folder, "register.db"))
	if err != nil {
		return nil, nil, errors.Join(err, server.Close())
	}
	index, err := qdrant.Open(ctx, server, register, qdrant.Options{
		Collection: "bench-" + uuid.NewString(), Generation: company.Generation(),
	})
	if err != nil {
		return nil, nil, errors.Join(err, register.Close(), server.Close())
	}
	return index, func() error {
		return errors.Join(index.Drop(context.WithoutCancel(ctx)), register.Close(), server.Close())
	}, nil
}
