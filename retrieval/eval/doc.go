// Package eval measures how well passages are found.
//
// A [Set] is a folder in the layout of BEIR (Thakur et al. 2021): questions,
// relevance judgements, and mostly the documents. [Run] puts every question
// through the rankings by words, by meaning, both by reciprocal rank fusion,
// and through the product's own search, and counts what came back, how long it
// took, what was refused, and what should not have been seen.
//
//	set, err := eval.Read(dir)
//	report, err := eval.Run(ctx, set, eval.Options{Searcher: searcher, Scope: scope})
//	report.WriteTable(os.Stdout)
package eval
