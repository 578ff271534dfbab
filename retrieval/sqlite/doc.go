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
// the allowed classes. Loading by id is held to the same classes. See
// docs/adr/0003-reader-classes.md.
//
// # The two rankings
//
// By words: BM25, exact, over postings in blocks. By meaning: one bit for each
// dimension of a vector and two factors are kept in memory (56 bytes a passage
// at 384 dimensions), from which cosines are estimated; the passages with the
// best estimates are scored exactly from their vectors on disk, and a scope of
// few passages is scored exactly as a whole. What the estimates are made from
// belongs to one class, so that no document outside a scope has a part in what
// is found inside it.
//
// # One moment
//
// A search is one read transaction. What it keeps in memory it brings up to
// date inside that transaction, by version numbers, so that it sees one moment of
// the index whatever this process or another one writes: all of a document or
// nothing, and no deleted passage.
package sqlite
