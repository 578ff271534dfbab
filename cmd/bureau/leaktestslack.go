package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bureau/leaktest"
	"bureau/slack/slacktest"
)

// slackWait is how long an answer in the made-up workspace may take. The bot
// keeps to Slack's own limits there too.
const slackWait = time.Minute

// slackers is how many people ask in Slack, where questions are rationed.
const slackers = 3

// slackDoors asks in direct messages, and in a channel whose members do not all
// read the same.
func (b *leakBench) slackDoors(ctx context.Context, trial *leaktest.Trial) {
	var members []leaktest.Reader
	for _, r := range append([]leaktest.Reader{{Name: testerAll, Person: testerAll}, {Name: testerNone, Person: testerNone}}, b.company.Readers(mostReaders)...) {
		if !b.scopeOf(r).IsZero() && len(members) < slackers {
			members = append(members, r)
			b.space.AddUser(slacktest.User{ID: b.account(r.Person), Name: r.Person})
		}
	}
	var accounts []string
	channel := leaktest.Reader{Name: "a channel in Slack"}
	for _, r := range members {
		accounts = append(accounts, b.account(r.Person))
		channel.Among = append(channel.Among, r.Person)
	}
	b.space.AddChannel("CLEAKTEST", "leaktest", accounts...)
	for _, r := range members {
		b.askInSlack(ctx, trial, "Slack, direct", r, r.Person, b.space.Direct(b.account(r.Person)))
	}
	b.askInSlack(ctx, trial, "Slack, in a channel", channel, testerAll, "CLEAKTEST")
}

// account is the account in Slack that the configuration gives a person.
func (b *leakBench) account(person string) string {
	who, _ := b.config.policy.Person(person)
	return who.Slack
}

// askInSlack has somebody ask about one document that whoever reads the answer may
// read, and about one that they may not.
func (b *leakBench) askInSlack(ctx context.Context, trial *leaktest.Trial, door string, r leaktest.Reader, person, where string) {
	for _, q := range trial.OneOfEach(r) {
		reply, err := b.sayInSlack(ctx, person, where, q.Text)
		if err != nil {
			trial.Problem("%s as %s: %v", door, r.Name, err)
		}
		trial.Take(door, r, q, reply)
	}
}

// sayInSlack writes a message and returns all that the bot answers.
func (b *leakBench) sayInSlack(ctx context.Context, person, where, text string) (string, error) {
	at, _ := b.space.Say(b.account(person), where, "", text)
	answer := func() (shown string, ended bool) {
		for _, m := range b.space.Messages() {
			if m.Channel == where && m.Thread == at {
				shown += m.Shown() + "\n" + m.Streamed + "\n"
				ended = ended || !m.Streaming && slices.ContainsFunc(m.Buttons(), func(b slacktest.Button) bool { return strings.Contains(b.Action, "feedback") })
			}
		}
		return shown, ended
	}
	b.space.Await(slackWait, func() bool { _, ended := answer(); return ended || ctx.Err() != nil })
	shown, ended := answer()
	if !ended {
		return shown, errors.Join(ctx.Err(), fmt.Errorf("no answer within %s: %q", slackWait, shown))
	}
	return shown, nil
}
