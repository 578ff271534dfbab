// Package indextest is the contract of an index as a test suite.
//
// Every engine passes the same promises, isolation first. An engine's own test
// is one line:
//
//	func TestContract(t *testing.T) {
//		indextest.Run(t, func(t *testing.T) indextest.Engine { return open(t) })
//	}
//
// The promises are held against a plain slice of passages, [access.Scope.Allows]
// and the formulas of package retrieval: no part of an engine decides what is
// right here.
package indextest
