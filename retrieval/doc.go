// Package retrieval finds passages inside a scope.
//
// An [Index] holds passages with who may read them and ranks them twice, by
// meaning (cosine) and by words (BM25), the scope applied inside both
// rankings. A [Searcher] embeds the question, fuses the rankings, loads the
// passages and holds each against the ledger's own record of readers, the
// second lock, before its text is used.
//
//	searcher := retrieval.Searcher{Index: index, Embedder: embedder, Ledger: ledger, …}
//	result, err := searcher.Search(ctx, scope, retrieval.Question{Text: "How many days of leave?"})
package retrieval
