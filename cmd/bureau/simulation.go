package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"bureau/access"
	"bureau/slack"
	"bureau/slack/slacktest"
)

// A simulation is a made-up workspace in which somebody types.
type simulation struct {
	*livePolicy
	space   *slacktest.Workspace
	bot     *slack.Bot
	out     io.Writer
	person  string            // who types
	channel string            // where, "" for direct messages
	thread  map[string]string // by person and channel, what is asked next belongs to
	shown   map[string]string // messages as they were last printed
	buttons []button          // of the last answers
	told    int               // statuses that were printed
}

// A button is one that can be pressed.
type button struct{ channel, action, value string }

// newSimulation returns a workspace with an account for everybody, a channel for
// the company and one for each department.
func newSimulation(policy *livePolicy, out io.Writer) *simulation {
	s := &simulation{livePolicy: policy, space: slacktest.New(), out: out, thread: map[string]string{}, shown: map[string]string{}}
	channels := map[string][]string{"general": nil}
	for _, who := range policy.People() {
		s.space.AddUser(slacktest.User{ID: accountOf(who.ID), Name: who.Name})
		scope, err := policy.Scope(who.ID, time.Now())
		if err != nil {
			continue // whoever has left is in no channel
		}
		if s.person == "" {
			s.person = who.ID
		}
		channels["general"] = append(channels["general"], accountOf(who.ID))
		for _, d := range scope.Departments() {
			if d != access.Everyone {
				channels[string(d)] = append(channels[string(d)], accountOf(who.ID))
			}
		}
	}
	for name, members := range channels {
		s.space.AddChannel(channelOf(name), name, members...)
	}
	return s
}

func accountOf(person string) string { return "U-" + strings.ToUpper(person) }
func channelOf(name string) string   { return "C-" + strings.ToUpper(name) }

// BySlack returns the person of a made-up account.
func (s *simulation) BySlack(account string) (access.Person, bool) {
	return s.Person(strings.ToLower(strings.TrimPrefix(account, "U-")))
}

const slackHelp = `Type a question, or:
  /as PERSON      be somebody else (%s)
  /in CHANNEL     go to a channel (%s), or to "direct" messages
  /join PERSON    let somebody join the channel, /leave PERSON leave it
  /new            begin a new thread
  /ask QUESTION   ask so that you alone see the answer
  /press N        press a button
  /home           open the bot's home page
  /quit
`

// talk reads lines until they end.
func (s *simulation) talk(ctx context.Context, in io.Reader) error {
	fmt.Fprintf(s.out, "A made-up Slack workspace. Nothing leaves this machine.\n")
	s.help()
	lines := bufio.NewScanner(in)
	for s.prompt(); lines.Scan() && ctx.Err() == nil; s.prompt() {
		line := strings.TrimSpace(lines.Text())
		if line == "/quit" {
			return nil
		}
		if line != "" {
			s.do(ctx, line)
		}
	}
	return lines.Err()
}

func (s *simulation) prompt() { fmt.Fprintf(s.out, "%s@%s> ", s.person, s.where()) }

func (s *simulation) where() string {
	if s.channel == "" {
		return "direct"
	}
	return s.channel
}

func (s *simulation) help() {
	var people []string
	for _, who := range s.People() {
		people = append(people, who.ID)
	}
	fmt.Fprintf(s.out, slackHelp, strings.Join(people, ", "), strings.Join(s.channels(), ", "))
}

// channels are the names of the channels.
func (s *simulation) channels() []string {
	names := []string{"general"}
	for _, d := range s.current.Load().Departments() {
		names = append(names, string(d))
	}
	return names
}

// do does what a line says.
func (s *simulation) do(ctx context.Context, line string) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "/as":
		if _, ok := s.Person(rest); !ok {
			fmt.Fprintf(s.out, "There is no %q.\n", rest)
			return
		}
		s.person = rest
	case "/in":
		s.goTo(rest)
	case "/join", "/leave":
		s.move(ctx, word, rest)
	case "/new":
		delete(s.thread, s.person+s.channel)
	case "/ask":
		s.space.Command(accountOf(s.person), s.id(), rest)
		s.await(ctx)
	case "/press":
		s.press(ctx, rest)
	case "/home":
		s.space.OpenHome(accountOf(s.person))
		s.await(ctx)
		for _, b := range s.space.Home(accountOf(s.person)) {
			fmt.Fprintln(s.out, indent(b.Texts()))
		}
	case "/help":
		s.help()
	default:
		s.say(ctx, line)
	}
}

func (s *simulation) goTo(name string) {
	if name == "direct" {
		s.channel = ""
		return
	}
	if !slices.Contains(s.channels(), name) {
		fmt.Fprintf(s.out, "There is no channel %q.\n", name)
		return
	}
	s.channel = name
	members := s.space.Members(channelOf(name))
	fmt.Fprintf(s.out, "In it: %s\n", strings.ToLower(strings.ReplaceAll(strings.Join(members[1:], ", "), "U-", "")))
}

func (s *simulation) move(ctx context.Context, word, person string) {
	if _, ok := s.Person(person); !ok || s.channel == "" {
		fmt.Fprintln(s.out, "Somebody of the configuration can do that in a channel.")
		return
	}
	if word == "/join" {
		s.space.Join(s.id(), accountOf(person))
	} else {
		s.space.Leave(s.id(), accountOf(person))
	}
	s.await(ctx)
}

// id is that of the channel somebody is in.
func (s *simulation) id() string {
	if s.channel == "" {
		return s.space.Direct(accountOf(s.person))
	}
	return channelOf(s.channel)
}

// say asks, in the thread that was begun there.
func (s *simulation) say(ctx context.Context, text string) {
	key := s.person + s.channel
	at, _ := s.space.Say(accountOf(s.person), s.id(), s.thread[key], text)
	if s.thread[key] == "" {
		s.thread[key] = at
	}
	s.await(ctx)
}

func (s *simulation) press(ctx context.Context, number string) {
	n := 0
	if _, err := fmt.Sscan(number, &n); err != nil || n < 1 || n > len(s.buttons) {
		fmt.Fprintln(s.out, "There is no such button.")
		return
	}
	b := s.buttons[n-1]
	s.space.Press(accountOf(s.person), b.channel, b.action, b.value)
	s.await(ctx)
}

// await prints what the bot does until it is done.
func (s *simulation) await(ctx context.Context) {
	for ctx.Err() == nil {
		idle := s.space.Pending() == 0 && s.bot.Idle()
		s.printStatuses()
		if idle {
			break
		}
		time.Sleep(20 * time.Millisecond) // a person waits here, and nothing else
	}
	s.printMessages()
}

func (s *simulation) printStatuses() {
	all := s.space.Statuses()
	for _, status := range all[s.told:] {
		fmt.Fprintf(s.out, "  … bureau %s\n", strings.TrimSuffix(status.Text, "…"))
	}
	s.told = len(all)
}

// printMessages prints those that are new or have changed.
func (s *simulation) printMessages() {
	for _, m := range s.space.Messages() {
		text := m.Shown()
		if s.shown[m.Time] == text {
			continue
		}
		s.shown[m.Time] = text
		whom := ""
		if m.For != "" {
			whom = " (only " + strings.ToLower(strings.TrimPrefix(m.For, "U-")) + " sees this)"
		}
		fmt.Fprintf(s.out, "bureau%s:\n%s\n", whom, indent(text))
		for _, b := range m.Buttons() {
			s.buttons = append(s.buttons, button{m.Channel, b.Action, b.Value})
			fmt.Fprintf(s.out, "    /press %d  %s\n", len(s.buttons), b.Label)
		}
	}
}
