// Package qdrant is the server engine: an index in a collection of a Qdrant
// server or cluster, for more passages than one machine should hold.
//
//	server, err := qdrant.Connect(qdrant.Address{Host: "127.0.0.1", Port: 6334}, qdrant.Deadlines{})
//	index, err := qdrant.Open(ctx, server, register, qdrant.Options{Collection: "bureau-1", Generation: g})
//	err = index.ReplaceAll(ctx, batch)
//	rankings, err := index.Search(ctx, scope, query)
//
// # Two halves
//
// The collection has a point for each passage: its vector, its words as a
// sparse vector, its text, and who reads it. The register, a SQL database, has a
// row for each document: who reads it, which edition of it is in force, and how
// many of the passages that the same people read have each word. What the
// register does not name, no search returns; so a document is replaced, taken
// away or given to others in one transaction, however many points it has and
// however busy the server is. See docs/adr/0006-register-beside-qdrant.md.
//
// # The scope is inside the search
//
// Every request for passages carries the scope as conditions that the server
// must hold for each of them before it takes the best ([within]). What comes
// back is then held against the register with [access.Scope.Allows], the one
// decision about rights.
//
// # The two rankings
//
// By meaning: cosines, exact where the scope is small, else through the graph
// with ACORN, which is what keeps the recall of a scope of several departments.
// By words: BM25 with statistics of the scope alone, exact. Qdrant finds the
// candidates with weights that the register's counts give, and a bound says when
// they suffice (see [Index.lexical]). Qdrant's own IDF is not used: it counts
// what the asker may not read.
package qdrant
