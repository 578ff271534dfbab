package slack

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"bureau/access"
)

// suggested is how many questions are suggested, the most that Slack shows.
const suggested = 4

// greet suggests questions in a thread that somebody has just opened. They come
// from documents that this person reads.
func (b *Bot) greet(ctx context.Context, t slackevents.AssistantThread) {
	questions, language, err := b.suggest(ctx, t.UserID)
	if err != nil || len(questions) == 0 {
		b.noteGreeting(err)
		return
	}
	given := slack.AssistantThreadsSetSuggestedPromptsParameters{
		ChannelID: t.ChannelID, ThreadTS: t.ThreadTimeStamp, Title: say(language, prompts),
	}
	for _, q := range questions {
		given.AddPrompt(cutTo(q, 60), q)
	}
	b.noteGreeting(b.calls.do(ctx, setPrompts, func(ctx context.Context) error {
		return b.client.SetAssistantThreadsSuggestedPromptsContext(ctx, given)
	}))
}

// noteGreeting logs why a thread has no suggestions, unless it is because whoever
// opened it reads nothing, which they are told when they ask.
func (b *Bot) noteGreeting(err error) {
	if _, known := explain(err); err != nil && !known {
		b.config.Log.Warn("slack: suggest questions", "error", err)
	}
}

// suggest returns questions that documents answer which an account reads.
func (b *Bot) suggest(ctx context.Context, user string) ([]string, string, error) {
	a, language, err := b.who(ctx, user)
	if err != nil {
		return nil, "", err
	}
	scope, err := b.personal(a)
	if err != nil {
		return nil, language, err
	}
	questions, err := b.config.Suggest(ctx, scope, language, suggested)
	return questions[:min(len(questions), suggested)], language, err
}

// cutTo returns a text of at most most characters.
func cutTo(text string, most int) string {
	runes := []rune(text)
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// home shows an account what it may ask about.
func (b *Bot) home(ctx context.Context, user string) {
	a, language, err := b.who(ctx, user)
	if err != nil {
		b.config.Log.Warn("slack: who opened the home page", "error", err)
		return
	}
	var blocks []slack.Block
	scope, err := b.personal(a)
	if err != nil {
		f, _ := explain(err)
		blocks = sections(escape(say(language, f.words)))
	} else {
		blocks = b.homeBlocks(ctx, scope, language, user, a)
	}
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	err = b.calls.do(ctx, publishView, func(ctx context.Context) error {
		_, err := b.client.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		b.config.Log.Warn("slack: show the home page", "error", err)
	}
}

// homeBlocks returns the home page of somebody who reads.
func (b *Bot) homeBlocks(ctx context.Context, scope access.Scope, language, user string, who account) []slack.Block {
	var names []string
	for _, d := range scope.Departments() {
		names = append(names, "• "+line(b.config.People.DepartmentName(d, language), mostTitle))
	}
	blocks := sections(say(language, whatToDo))
	blocks = append(blocks, slack.NewDividerBlock())
	blocks = append(blocks, sections("*"+say(language, youRead)+"*\n"+strings.Join(names, "\n"))...)
	for _, list := range []struct {
		heading phrase
		lines   []string
	}{{prompts, b.suggestions(ctx, scope, language)}, {recently, b.recent(user, who)}} {
		if len(list.lines) > 0 {
			blocks = append(blocks, sections("*"+say(language, list.heading)+"*\n• "+strings.Join(list.lines, "\n• "))...)
		}
	}
	if b.config.Address != "" {
		blocks = append(blocks, note("<"+b.config.Address+"|"+say(language, inBrowser)+">"))
	}
	return blocks
}

// suggestions returns lines of questions to ask; the page is of use without.
func (b *Bot) suggestions(ctx context.Context, scope access.Scope, language string) []string {
	questions, err := b.config.Suggest(ctx, scope, language, suggested)
	if err != nil {
		b.config.Log.Warn("slack: suggest questions", "error", err)
	}
	for i, q := range questions {
		questions[i] = line(q, mostTitle)
	}
	return questions
}

// mostRecent is how many questions the home page has.
const mostRecent = 5

// recent returns the last questions of an account, the newest first. They are its
// own words, and no word of an answer.
func (b *Bot) recent(user string, who account) []string {
	var lines []string
	for _, q := range b.kept.questions(user, mostRecent) {
		words := strings.ReplaceAll(line(q.text, mostTitle), "|", "¦")
		if link := b.inBrowserLink(q, words); link != "" && who.kind == Employee {
			words = link
		}
		lines = append(lines, words)
	}
	return lines
}
