// Package qdranttest gives tests a Qdrant server with the real engine in it:
// the program in ../edge, which answers Qdrant's gRPC calls from Qdrant's own
// storage and search, run as a Python module.
//
// It needs the interpreter that scripts/qdrant.sh sets up, named by
// $BUREAU_TEST_QDRANT_EDGE, as `make test` does. Without it the tests are
// skipped; with CI=true they fail, since there nobody reads what was skipped.
//
//	func TestRevokedIsGone(t *testing.T) {
//		server := qdranttest.Start(t)         // its own, to be killed at will
//		index := open(t, server.Address)
//		...
//		server.Kill()                         // as a loss of power would
//		server.Restart()                      // same address, same data
//	}
//
//	func TestIndex(t *testing.T) {
//		index := open(t, qdranttest.Shared(t)) // one for all tests: take fresh collection names
//	}
//
// What the engine cannot give (strict mode, API keys, a queue of updates,
// replicas) is listed at the head of ../edge/server.py. For those, and to run
// the suites against a server proper, set $BUREAU_TEST_QDRANT to its HOST:PORT
// (gRPC, no TLS): Shared returns that.
package qdranttest
