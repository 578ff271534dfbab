// Package ingest keeps the index equal to the documents.
//
// It has a pure half and a half with effects. [Extract] turns a file's bytes
// into structured text and [Cut] cuts that into passages. A [Pipeline] walks the
// [Source] folders, decides once who reads each document, and writes what
// changed to the index; the [Ledger] remembers every document with its state,
// its readers and its text.
//
// The index comes in [Generations], one of which is in use. A [Reindex] fills
// another from the ledger alone, beside the one that answers.
//
//	pipeline := ingest.Pipeline{Sources: sources, Policy: policy, Ledger: ledger, Index: index, …}
//	report, err := pipeline.Run(ctx)
package ingest
