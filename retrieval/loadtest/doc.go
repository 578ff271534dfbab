// Package loadtest measures an engine under load, with a made-up company.
//
// A [Company] has departments of unequal size, levels of clearance, and
// documents with the shape of real ones: words by Zipf's law, half of them
// Chinese, and vectors around topics that departments share. Everything is
// made from numbers alone, so that two runs of the same size have the same
// passages. [Run] writes them into an empty engine and then has several askers
// search it at once, for each kind of scope that engines find hard, and counts
// how long they wait and what the engine's estimates lose.
//
//	company, err := loadtest.NewCompany(loadtest.Size{Passages: 100_000, Dimensions: 384, Departments: 20})
//	report, err := loadtest.Run(ctx, index, company, loadtest.Options{Askers: 8, Time: 10 * time.Second})
package loadtest
