package retrieval

import (
	"context"
	"errors"

	"bureau/access"
)

// ErrNoScope says that a search was refused because its scope reads nothing.
// It is returned before any engine is touched.
var ErrNoScope = errors.New("the scope reads nothing")

// ErrGeneration says that the index was built with another embedder or
// another way of cutting passages than the one it was asked with.
var ErrGeneration = errors.New("the index belongs to another generation")

// ErrUnavailable says that the index cannot be asked now: its server is away, or
// does not answer in time. Asking later may help.
var ErrUnavailable = errors.New("the index is not available")

// ErrUnsettled says that a change holds for every search, and that the index's
// server has yet to hear of it: [Writer.Settle] tells it.
var ErrUnsettled = errors.New("the server of the index has yet to hear of it")

// A Generation names what one index was built with.
type Generation struct {
	Embedder   string // model name, or "" for an index without vectors
	Dimensions int    // of a vector; 0 without an embedder
	Cutting    string // version of the way passages are cut and analysed
}

// A Hit is a passage's place in one ranking.
type Hit struct {
	Passage  string // passage id
	Document DocumentID
	Language string // of the passage's text
	Score    float64
}

// Rankings are the two lists of one search, each best first, ties by passage
// id, both inside the scope.
type Rankings struct {
	// Dense scores are cosines in [-1, 1]. Empty when the query had no vector.
	Dense []Hit
	// Lexical scores are BM25 divided by its own ceiling, in [0, 1] (see
	// [Ceiling]). Only passages that share a term with the query are listed.
	Lexical []Hit
	// DenseFloor is the cosine of the last of the K nearest passages: what a
	// passage that is not in Dense has at most.
	DenseFloor float64
	// Passages is how many the scope reads.
	Passages int
	// Estimated says that Dense may lack passages: not every one of the scope was
	// scored, but those that an estimate took for near.
	Estimated bool
}

// A Query is one search, ready for an engine.
type Query struct {
	Vector []float32 // L2-normalised, Generation.Dimensions long; nil searches by words alone
	Terms  []Term    // from Analyze; nil searches by meaning alone
	K      int       // how many hits each ranking may have, 1 to 1000
	// Exact has an engine score every passage of the scope by meaning instead of
	// those that it estimates to be near: slow, and what estimates are audited by.
	Exact bool
}

// An Index finds passages inside a scope.
//
// It must apply the scope inside each ranking, before the K best are taken,
// not to the result: filtering afterwards leaks counts and loses answers. What
// it counts for scores (passages, document frequencies, lengths) it counts
// inside the scope too. A scope that reads nothing is ErrNoScope. The contract
// is package indextest.
type Index interface {
	// Search ranks the passages that scope reads.
	Search(ctx context.Context, scope access.Scope, q Query) (Rankings, error)
	// Load returns the passages with these ids that scope reads, in the order
	// of ids, with their documents. An id that is unknown or outside the scope
	// is left out without a difference between the two.
	Load(ctx context.Context, scope access.Scope, ids []string) ([]Found, error)
}

// A Found is a passage with the document it stands in.
type Found struct {
	Passage  Passage
	Document Document
}

// An Embedded is a passage with what makes it findable.
type Embedded struct {
	Passage Passage
	Vector  []float32 // nil in an index without an embedder
	Terms   []Term    // of Passage.Indexed
}

// A Writer keeps an index equal to the documents. Each call is one step:
// a searcher sees all of it or nothing, and once it has returned it holds
// after kill -9. Calls may run beside searches and beside each other.
type Writer interface {
	// Replace puts the passages of one document in place of all it had.
	Replace(ctx context.Context, doc Document, passages []Embedded) error
	// ReplaceAll does the same for many documents in one step.
	ReplaceAll(ctx context.Context, batch []Replacement) error
	// SetReaders changes who reads documents and embeds nothing again. An unknown
	// document is no error. After ErrUnsettled nobody reads what they may not any
	// more, but who may now does not find it yet.
	SetReaders(ctx context.Context, readers map[DocumentID]access.Readers) error
	// Delete takes documents out. An unknown document is no error. After
	// ErrUnsettled no search finds them any more, but a server still has them.
	Delete(ctx context.Context, docs ...DocumentID) error
	// Documents returns every document of the index with its readers, for the
	// reconciliation of an index with the ledger. It is for administration,
	// not for askers: it knows no scope.
	Documents(ctx context.Context) (map[DocumentID]Document, error)
	// Settle finishes what a writer that was killed has left behind; no search
	// finds it, but it takes room. Only the one program that replaces documents
	// may call it, and not while it does.
	Settle(ctx context.Context) error
}

// A Replacement is one document with all its passages.
type Replacement struct {
	Document Document
	Passages []Embedded
}
