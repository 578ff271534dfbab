// Package slacktest is a workspace of Slack's on this machine: its methods over
// HTTP, its events by Socket Mode or over signed HTTP, and people and channels to
// try a bot with. Calls are refused as Slack refuses them, and can be made to
// fail, to be limited and to be lost.
//
//	w := slacktest.New()
//	defer w.Close()
//	w.AddUser(slacktest.User{ID: "U1", Name: "hanna", Email: "hanna@example.com"})
//	direct := w.Direct("U1")
//	w.Say("U1", direct, "", "How many days of leave are there?")
package slacktest
