// Package sqlite is the embedded engine: an index in one SQLite file, with
// nothing to install.
//
//	index, err := sqlite.Open(ctx, "data/index.db", generation)
//	err = index.ReplaceAll(ctx, batch)
//	rankings, err := index.Search(ctx, scope, query)
//
// # The scope is inside the search
//
// Documents that the same people read form a class; there are as many classes
// as there are different [access.Readers], dozens in most companies. A search
// first asks [access.Scope.Allows] about each class, and then looks at nothing
// but the classes allowed: postings are kept by class, so that those of a foreign
// one are not even read, and the statistics behind the scores are sums over
// the allowed classes. See docs/adr/0003-reader-classes.md.
//
// # The two rankings
//
// By words: BM25, exact, over postings in blocks. By meaning: one bit for the
// sign of each dimension of the centred vector is kept in memory (48 bytes a
// passage at 384 dimensions); the passages with the fewest differing bits are
// scored exactly from their vectors on disk, and a scope of few passages
// is scored exactly as a whole.
//
// # One moment
//
// A search is one read transaction. What it keeps in memory it brings up to
// date inside that transaction, by version numbers, so that it sees one moment of
// the index whatever this process or another one writes: all of a document or
// nothing, and no deleted passage.
package sqlite
