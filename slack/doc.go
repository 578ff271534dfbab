// Package slack answers questions in Slack, inside what everybody who reads the
// answer may read.
//
// A [Bot] takes events by Socket Mode, or over HTTP from its Handler. It
// acknowledges each at once, takes it once, and answers every question or says
// why not. In a direct message the answer is made from what the asker may read;
// in a channel from what everybody in it may read, which is asked anew before
// each piece that is shown. Whoever is not known for certain reads nothing.
//
// What goes to Slack is written by this package from Markdown, with every link,
// mention and call to everybody taken out of it.
//
//	bot, err := slack.New(slack.Config{Tokens: tokens, People: policy, Answers: answerer, …})
//	err = bot.Run(ctx)
package slack
