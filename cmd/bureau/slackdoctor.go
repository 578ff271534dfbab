package main

import (
	"context"
	"fmt"

	"bureau/slack"
)

// examineSlack asks Slack whether it takes the tokens, and says how many people
// it can tell. Without tokens nothing is said and nobody is asked.
func examineSlack(ctx context.Context, config *config) []finding {
	c := config.slack
	if c.tokens.Bot == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	workspace, err := slack.Check(ctx, slack.Config{Tokens: c.tokens, API: c.api})
	if err != nil {
		return []finding{{Part: "slack", Says: err.Error(), Remedy: "see \"Set it up\" in docs/slack.md"}}
	}
	people, known := config.policy.People(), 0
	for _, who := range people {
		if who.Email != "" || who.Slack != "" {
			known++
		}
	}
	f := finding{Part: "slack", OK: known > 0, Says: fmt.Sprintf("%s takes the tokens; %d of %d people have an email or a slack account", workspace, known, len(people))}
	if !f.OK {
		f.Remedy = "give people their email in " + config.file
	}
	return []finding{f}
}
