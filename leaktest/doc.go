// Package leaktest tries to make Bureau leak, and says whether it did.
//
// It plants documents that hold canaries, words that stand nowhere else, one
// for each way of being allowed or not; asks for them as everybody through
// every door; and looks for canaries in whatever comes back. Who may read what
// it works out by itself from the configuration, without package access, so
// that a fault there is found like any other. What somebody may read and is not
// given counts as a failure too: a door that says nothing leaks nothing.
//
//	company, err := leaktest.ParseCompany(configuration)
//	documents := company.Plant(time.Now())
//	err = leaktest.Write(folder, documents)
//	// … index the folder, open the doors
//	trial := leaktest.NewTrial(company, documents)
//	err = trial.Question(ctx, door, readers, leaktest.Plain)
//	report := trial.Report()
package leaktest
