package qdrant

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
	"bureau/store"
)

// TestContract holds the engine to the contract, and looks at all that it sends
// meanwhile: whatever asks for a ranking or a text has the scope at its root and
// in every branch (P1).
func TestContract(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	sent := recorded(t, server)
	indextest.Run(t, func(t *testing.T) indextest.Engine { return open(t, server) })
	t.Run("P1_EveryRequestForPassagesCarriesTheScope", func(t *testing.T) { everyRequestIsScoped(t, sent) })
}

// connect returns a connection to a server.
func connect(tb testing.TB, address string) *Server {
	tb.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		tb.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		tb.Fatal(err)
	}
	server, err := Connect(Address{Host: host, Port: number}, Deadlines{Query: time.Minute, Write: time.Minute})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
	})
	return server
}

// open returns an empty index in a collection of its own, which goes with the
// test.
func open(tb testing.TB, server *Server) *Index {
	tb.Helper()
	x := openAt(tb, server, filepath.Join(tb.TempDir(), "register.db"), "test-"+uuid.NewString(), Settings{})
	tb.Cleanup(func() {
		if err := x.Drop(context.WithoutCancel(tb.Context())); err != nil && !errors.Is(err, ErrLost) {
			tb.Error(err)
		}
	})
	return x
}

// openAt opens an index with the register in the file at path.
func openAt(tb testing.TB, server *Server, path, collection string, settings Settings) *Index {
	tb.Helper()
	db, err := store.Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	x, err := Open(tb.Context(), server, db, Options{Collection: collection, Generation: indextest.Generation, Settings: settings})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return x
}
