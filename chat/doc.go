// Package chat answers a question from the passages its asker may read.
//
// An [Answerer] searches inside the asker's scope, refuses where the evidence
// is thin, shows the sources before the first word, has the model write from
// them and nothing else, and says of every finished sentence which source
// carries it. The citations are the server's own: what the model wrote in
// brackets is taken out and serves as a hint only. Without a model the sources
// speak for themselves.
//
//	answerer := chat.Answerer{Searcher: searcher, Model: model, Rate: chat.NewRate(), …}
//	for event, err := range answerer.Answer(ctx, scope, chat.Question{Text: "How many days of leave?"}) {
//		…
//	}
//
// A [Desk] takes the questions of people through all doors: each is written
// down in a [Record], waits for its turn in a fair [Queue], and is answered to
// its end, whoever is there to read it.
//
//	id, err := desk.Begin(ctx, asker, chat.Ask{Text: "How many days of leave?"})
//	for events, err := range desk.Follow(ctx, asker, id) {
//		…
//	}
package chat
