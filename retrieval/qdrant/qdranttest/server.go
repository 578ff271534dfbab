package qdranttest

import (
	"os"
	"sync"
	"testing"
)

// A Server is a Qdrant server of one test, on a folder of its own.
type Server struct {
	// Address is where it answers: HOST:PORT of gRPC without TLS.
	Address string

	tb      testing.TB
	command []string // to start it on Address and its folder again
	process *process // nil while it is not running
}

// Start starts a server and stops it at the end of the test. The arguments are
// added to its command line: "--optimize=off" keeps it from building graphs.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	s := &Server{Address: "127.0.0.1:0", tb: tb}
	s.command = append([]string{interpreter(tb), script(), "--dir", tb.TempDir()}, args...)
	tb.Cleanup(s.stop)
	s.start()
	return s
}

// Kill ends the server with SIGKILL. What it acknowledged is in its folder.
func (s *Server) Kill() {
	s.tb.Helper()
	if s.process == nil {
		s.tb.Fatal("kill the Qdrant server: it is not running")
	}
	s.process.kill()
	s.process = nil
}

// Restart starts the server again, at the same address and with the data it
// had. One that still runs is stopped first.
func (s *Server) Restart() {
	s.tb.Helper()
	s.stop()
	s.start()
}

func (s *Server) start() {
	s.tb.Helper()
	p, err := launch(append(s.command, "--addr", s.Address))
	if err != nil {
		s.tb.Fatal(err)
	}
	s.process, s.Address = p, p.address
}

func (s *Server) stop() {
	s.tb.Helper()
	if s.process == nil {
		return
	}
	err := s.process.stop()
	if err != nil {
		s.tb.Error(err)
	}
	if said := s.process.said(); said != "" && s.tb.Failed() {
		s.tb.Logf("the Qdrant server said:\n%s", said)
	}
	s.process = nil
}

// shared is started once. It ends by itself with this process, whose end
// closes its standard input.
var shared = sync.OnceValues(func() (*process, error) {
	return launch([]string{os.Getenv(edgeVariable), script()})
})

// Shared returns the address of a server that all tests of this process use:
// the one at $BUREAU_TEST_QDRANT, or else one that is started on first use.
// A test takes collections of its own names, and deletes them.
func Shared(tb testing.TB) string {
	tb.Helper()
	if address := os.Getenv("BUREAU_TEST_QDRANT"); address != "" {
		return address
	}
	interpreter(tb)
	p, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return p.address
}
