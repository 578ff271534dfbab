package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/qdrant"
	"bureau/store"
)

// A qdrantConfig says how collections are kept on a Qdrant server, and how it
// is spoken to.
type qdrantConfig struct {
	qdrant.Settings `yaml:",inline"`
	// Collection is what the names of the collections begin with, and the alias of
	// the one in use.
	Collection string `yaml:"collection"`
	// Authorities is a file of certificates, in PEM, that the server's is held
	// against; "" is the system's.
	Authorities string `yaml:"certificate_authorities"`

	key, readKey string // from the environment alone
}

// Where the API keys of the Qdrant server come from. A key in a file of
// configuration would be read by whoever reads that, and one in a flag by
// everybody on the machine.
const (
	qdrantKey     = "BUREAU_QDRANT_API_KEY"
	qdrantReadKey = "BUREAU_QDRANT_READ_API_KEY"
)

// qdrantPort is where Qdrant speaks gRPC unless an address says otherwise.
const qdrantPort = 6334

// qdrantPatience is how long writing waits for a server that is away: a restart
// or an upgrade of one server. Tests, whose servers do not come back, shorten it.
var qdrantPatience = 5 * time.Minute

// check reports what is wrong with the settings.
func (q qdrantConfig) check() error {
	if q.Collection == "" {
		return errors.New("collection: it must have a name")
	}
	return q.Check()
}

// parseQdrant reads an address such as qdrant://127.0.0.1:6334; qdrants means
// TLS.
func parseQdrant(text string) (a qdrant.Address, err error) {
	u, err := url.Parse(text)
	if err != nil || engineOf(text) != engineQdrant || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Path != "" && u.Path != "/" {
		return a, fmt.Errorf("%q is not an address like qdrant://127.0.0.1:6334, or qdrants:// for TLS", text)
	}
	a = qdrant.Address{Host: u.Hostname(), Port: qdrantPort, TLS: u.Scheme == "qdrants"}
	if port := u.Port(); port != "" {
		if a.Port, err = strconv.Atoi(port); err != nil || a.Port < 1 || a.Port > 65535 {
			return a, fmt.Errorf("%q has no port from 1 to 65535", text)
		}
	}
	return a, nil
}

// A collection is a generation on a Qdrant server, with what it holds open.
type collection struct {
	*qdrant.Index
	server   *qdrant.Server
	register *store.DB
	alias    string
}

// Close closes the connection and the register.
func (c collection) Close() error { return errors.Join(c.server.Close(), c.register.Close()) }

// Publish gives the collection the alias of the one in use.
func (c collection) Publish(ctx context.Context) error { return c.Index.Publish(ctx, c.alias) }

// openCollection opens a generation on a Qdrant server. It is no error that the
// server is away: it may come back.
func (p *parts) openCollection(ctx context.Context, b ingest.Build) (_ collection, err error) {
	q := p.config.qdrant
	c := collection{alias: q.Collection}
	defer func() {
		if err == nil {
			return
		}
		err = fmt.Errorf("open %s: %w", b.Name(), err)
		if c.server != nil {
			err = errors.Join(err, c.server.Close())
		}
		if c.register != nil {
			err = errors.Join(err, c.register.Close())
		}
	}()
	text := p.config.index
	if engineOf(text) != engineQdrant {
		text = b.Address // the configuration has gone on to another engine
	}
	if c.server, err = p.qdrantServer(text); err != nil {
		return c, err
	}
	if c.register, err = store.Open(ctx, p.registerFile(b)); err != nil {
		return c, err
	}
	c.Index, err = qdrant.Open(ctx, c.server, c.register, qdrant.Options{
		Collection: fmt.Sprintf("%s-%d", q.Collection, b.Number), Generation: b.Generation, Settings: q.Settings,
	})
	return c, err
}

// qdrantServer prepares the connection to the server at an address, with what
// the configuration says of it.
func (p *parts) qdrantServer(text string) (*qdrant.Server, error) {
	q := p.config.qdrant
	address, err := parseQdrant(text)
	if err != nil {
		return nil, err
	}
	address.Key, address.ReadKey = q.key, q.readKey
	if address.Key+address.ReadKey != "" && !address.TLS && !isLoopback(address.Host) {
		slog.Warn("the API key of Qdrant and the texts travel in the clear: use qdrants:// where others share the network", "address", text)
	}
	if q.Authorities != "" {
		if address.Roots, err = os.ReadFile(q.Authorities); err != nil {
			return nil, fmt.Errorf("read qdrant.certificate_authorities: %w", err)
		}
	}
	return qdrant.Connect(address, qdrant.Deadlines{
		Patience: qdrantPatience,
		Waiting:  func(reason error) { slog.Warn("waiting", "for", qdrantPatience, "because", reason) },
	})
}

// examineServer asks the server that the next generation is to be on, so that
// what is wrong with it is known before a reindex.
func (p *parts) examineServer(ctx context.Context) finding {
	server, err := p.qdrantServer(p.config.index)
	version := ""
	if err == nil {
		version, err = server.Health(ctx)
		err = errors.Join(err, server.Close())
	}
	if err != nil {
		return finding{Part: "qdrant", Says: err.Error(), Remedy: remedy(err, p.config.file)}
	}
	return finding{Part: "qdrant", OK: true, Says: fmt.Sprintf("%s answers, version %s", p.config.index, version)}
}

// dropCollection takes a generation off its server, and then its register. One
// that the server lacks may be on another, so that it takes force.
func (p *parts) dropCollection(ctx context.Context, b ingest.Build, force bool) error {
	c, err := p.openCollection(ctx, b)
	if err != nil {
		return err
	}
	err = c.Drop(ctx)
	if force && errors.Is(err, qdrant.ErrLost) {
		err = nil
	}
	if err := errors.Join(err, c.Close()); err != nil {
		return err
	}
	return removeDatabase(p.registerFile(b))
}

// registerFile is where the register of a generation on a Qdrant server is kept.
func (p *parts) registerFile(b ingest.Build) string {
	return filepath.Join(p.config.data, "index", fmt.Sprintf("%d-register.db", b.Number))
}

// remedy returns what mends an index with a fault.
func remedy(fault error, file string) string {
	for _, each := range []struct {
		fault  error
		remedy string
	}{
		{retrieval.ErrUnavailable, "start the Qdrant server, or correct index: in " + file},
		{qdrant.ErrVersion, "update the Qdrant server, one minor version after the other"},
		{qdrant.ErrKey, "set " + qdrantKey + ", or " + qdrantReadKey + " for serving"},
		{qdrant.ErrForeign, "name another prefix with qdrant.collection in " + file},
		{qdrant.ErrFull, "free room on the disk of the Qdrant server"},
		{qdrant.ErrUnindexed, "bureau ingest -c " + file},
		{qdrant.ErrUnknown, "bureau reindex -c " + file},
		{qdrant.ErrLost, "restore the collection from a snapshot, or bureau reindex -c " + file},
	} {
		if errors.Is(fault, each.fault) {
			return each.remedy
		}
	}
	return "bureau reindex -c " + file
}
