package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"bureau/chat"
)

// Bounds of what one message takes.
const (
	mostSection = 2900 // characters of one section
	mostBlocks  = 40
	mostTitle   = 150
	mostSources = 8
)

// Actions of buttons. Their values are ids of kept answers and nothing else.
const (
	actPrivately = "bureau_privately"
	actPublish   = "bureau_publish"
	actFeedback  = "bureau_feedback"
)

// text returns text that Slack reads as mrkdwn and makes no links of by itself.
func text(mrkdwn string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, mrkdwn, false, true)
}

func plain(words string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, words, false, false)
}

// note returns a small line.
func note(mrkdwn string) slack.Block { return slack.NewContextBlock("", text(mrkdwn)) }

// sections returns text in as many sections as it needs, whole lines in each.
func sections(mrkdwn string) []slack.Block {
	var blocks []slack.Block
	var part strings.Builder
	fenced := false
	flush := func() {
		if strings.TrimSpace(part.String()) == "" {
			return
		}
		body := part.String()
		part.Reset()
		if fenced { // a block of code goes on in the next section
			body += "```"
			part.WriteString("```\n")
		}
		blocks = append(blocks, slack.NewSectionBlock(text(strings.TrimRight(body, "\n")), nil, nil))
	}
	for l := range strings.Lines(mrkdwn) {
		for len([]rune(l)) > mostSection-8 {
			flush()
			head, rest := cutLine(l)
			part.WriteString(head)
			l = rest
			flush()
		}
		if len([]rune(part.String()))+len([]rune(l)) > mostSection-8 {
			flush()
		}
		part.WriteString(l)
		if strings.HasPrefix(strings.TrimLeft(l, " >"), "```") {
			fenced = !fenced
		}
	}
	fenced = false
	flush()
	return blocks[:min(len(blocks), mostBlocks)]
}

// cutLine cuts a line that is longer than a section, behind a word or a sentence
// where it has any.
func cutLine(l string) (head, rest string) {
	head = string([]rune(l)[:mostSection-8])
	if at := strings.LastIndexAny(head, " 。；，"); at > 0 {
		_, size := utf8.DecodeRuneInString(head[at:])
		head = head[:at+size]
	}
	return head, l[len(head):]
}

// documentID is what the id of a document of ours looks like. Nothing else is
// linked to.
var documentID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// link returns the title of a source, linked to its page where the address of
// the pages is known. The page asks again whether whoever opens it may read it.
func (b *Bot) link(s chat.Source) string {
	title := line(strings.Join(append([]string{s.Title}, s.Headings...), " › "), mostTitle)
	title = strings.ReplaceAll(title, "|", "¦")
	if b.config.Address == "" || !documentID.MatchString(string(s.Document)) {
		return title
	}
	page := strings.TrimRight(b.config.Address, "/") + "/documents/" + url.PathEscape(string(s.Document))
	if s.End > s.Start {
		page += fmt.Sprintf("?passage=%d-%d#Passage", s.Start, s.End)
	}
	return "<" + page + "|" + title + ">"
}

// sourceLines returns the sources of a draft, one a line.
func (b *Bot) sourceLines(d *draft) string {
	var lines []string
	for _, s := range d.shown()[:min(len(d.shown()), mostSources)] {
		l := fmt.Sprintf("[%d] %s", s.N, b.link(s))
		if s.Updated != "" {
			l += " · " + line(s.Updated, 40)
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}

// under returns the blocks under the words of an answer.
func (b *Bot) under(d *draft, kept string, p setting) []slack.Block {
	var blocks []slack.Block
	if d.refusal != nil && len(d.refusal.Ask) > 0 {
		var ask []string
		for _, c := range d.refusal.Ask {
			ask = append(ask, line(b.config.People.DepartmentName(c.Department, d.language)+" "+c.Address, mostTitle))
		}
		blocks = append(blocks, note("*"+say(d.language, contacts)+"* "+strings.Join(ask, " · ")))
	}
	if lines := b.sourceLines(d); lines != "" {
		heading := sources
		if d.refusal != nil {
			heading = nearest
		}
		blocks = append(blocks, note("*"+say(d.language, heading)+"*\n"+lines))
	}
	for _, n := range []struct {
		is    bool
		words phrase
	}{{d.done.Cut, cut}, {d.done.Partial, partial}, {p == inChannel, forChannel}, {p == whispered, onlyYou}} {
		if n.is {
			blocks = append(blocks, note(say(d.language, n.words)))
		}
	}
	return append(blocks, b.buttons(d, kept, p)...)
}

// buttons returns what can be done with an answer.
func (b *Bot) buttons(d *draft, kept string, p setting) []slack.Block {
	var blocks []slack.Block
	if p == whispered && d.refusal == nil {
		publishing := slack.NewButtonBlockElement(actPublish, kept, plain(say(d.language, publish)))
		blocks = append(blocks, slack.NewActionBlock("", publishing))
	}
	if b.config.Feedback != nil {
		good := slack.NewFeedbackButton(plain(say(d.language, helpful)), "+"+kept)
		bad := slack.NewFeedbackButton(plain(say(d.language, wrong)), "-"+kept)
		blocks = append(blocks, slack.NewContextActionsBlock("", slack.NewFeedbackButtonsBlockElement(actFeedback, good, bad)))
	}
	return blocks
}
