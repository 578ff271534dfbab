package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/retrieval"
)

// act does what a button is for. The answer is that of the button's value, and
// only its asker has it; where it goes is what was kept with it, and not what the
// press of the button says.
func (b *Bot) act(ctx context.Context, p press) {
	answer := strings.TrimLeft(p.value, "+-")
	if p.action == actFeedback {
		b.feedback(ctx, p, answer, strings.HasPrefix(p.value, "+"))
		return
	}
	q, ok := b.kept.get(answer, p.user, b.config.Now())
	if !ok {
		b.sayPrivately(ctx, question{user: p.user, channel: p.channel}, errForgotten)
		return
	}
	switch p.action {
	case actPrivately:
		if b.kept.once(answer, p.action) {
			b.answerPrivately(ctx, answer, q)
		}
	case actPublish:
		if !b.kept.once(answer, p.action) {
			return
		}
		if err := b.publish(ctx, answer, q); err != nil {
			b.kept.again(answer, p.action)
			b.sayPrivately(ctx, q, err)
		}
	}
}

// answerPrivately answers a question again, from what the asker may read.
func (b *Bot) answerPrivately(ctx context.Context, answer string, q question) {
	q.id = "private:" + answer
	q.setting, q.inThread = whispered, true
	words := say(q.language, oneMoment)
	if err := b.whisper(ctx, q, body(words, sections(escape(words)))); err != nil {
		b.config.Log.Debug("slack: say that a private answer is coming", "error", err) // the answer counts
	}
	b.handle(ctx, q)
}

// publish shows a private answer in the channel it was asked in. Each of its
// sources is held against what everybody there may read now; where one is not
// among that, its words may be anywhere in the answer, and the question is
// answered anew for the channel.
func (b *Bot) publish(ctx context.Context, answer string, q question) error {
	who, _, err := b.who(ctx, q.user)
	if err != nil {
		return err
	}
	a := &asking{bot: b, q: q, person: b.personOf(q.user, who), answer: answer, draft: draft{language: q.language}}
	for events, err := range b.config.Desk.Follow(ctx, a.reader(ctx, whispered), answer) {
		if err != nil {
			return err
		}
		for _, e := range events {
			a.draft.take(e)
		}
	}
	left, err := b.unreadable(ctx, q, &a.draft)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		if err := b.auditPublished(ctx, a); err != nil {
			return err
		}
	}
	q.setting, q.id = inChannel, "published:"+answer
	if q, err = b.headed(ctx, q); err != nil {
		return fmt.Errorf("%w: %w", errUndelivered, err)
	}
	if len(left) > 0 {
		b.sayRemoved(ctx, q, left)
		b.handle(ctx, q)
		return nil
	}
	message := &openMessage{bot: b, q: q}
	blocks := append(sections(a.draft.whole(mrkdwn)), b.under(&a.draft, answer, inChannel)...)
	if err := message.rewrite(ctx, a.draft.text, blocks); err != nil {
		return fmt.Errorf("%w: %w", errUndelivered, err)
	}
	return nil
}

// auditPublished writes down that everybody in the channel is about to read an
// answer.
func (b *Bot) auditPublished(ctx context.Context, a *asking) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	published := audit.AnswerPublished{Answer: a.answer, Sources: chat.AuditSources(a.draft.sources)}
	if err := b.config.Audit.Append(ctx, audit.Entry{By: a.by(inChannel), Event: published}); err != nil {
		return fmt.Errorf("%w: %w", chat.ErrUnaudited, err)
	}
	return nil
}

// unreadable returns the sources of a draft that not everybody in the channel of
// a question may read, each document once.
func (b *Bot) unreadable(ctx context.Context, q question, d *draft) ([]chat.Source, error) {
	scope, err := b.scopeFor(ctx, q, inChannel)
	if err != nil {
		return nil, err
	}
	readers, err := b.config.Ledger.Readers(ctx, d.documents())
	if err != nil {
		return nil, fmt.Errorf("who may read the sources of an answer: %w", err)
	}
	return notIn(scope, readers, d.sources), nil
}

// notIn returns the sources that scope does not read, each document once.
func notIn(scope access.Scope, readers map[retrieval.DocumentID]access.Readers, sources []chat.Source) []chat.Source {
	var left []chat.Source
	for _, s := range sources {
		r, known := readers[s.Document]
		again := slices.ContainsFunc(left, func(l chat.Source) bool { return l.Document == s.Document })
		if !again && (!known || !scope.Allows(r)) {
			left = append(left, s)
		}
	}
	return left
}

// headed says in the channel what is answered, and by whom it was asked, where
// the question itself is not there to be read.
func (b *Bot) headed(ctx context.Context, q question) (question, error) {
	if q.topic == "" {
		return q, nil
	}
	head := fmt.Sprintf("<@%s> %s: %s", q.user, say(q.language, asked), line(q.text, mostTitle*2))
	err := b.calls.do(ctx, postMessage, func(ctx context.Context) (err error) {
		_, q.thread, err = b.client.PostMessageContext(ctx, q.channel, body(q.text, []slack.Block{slack.NewSectionBlock(text(head), nil, nil)}))
		return err
	})
	q.topic, q.inThread = "", true
	return q, err
}

// sayRemoved tells the asker which sources the channel does not read. The asker
// has just been shown to read them.
func (b *Bot) sayRemoved(ctx context.Context, q question, left []chat.Source) {
	var titles []string
	for _, s := range left {
		titles = append(titles, line(s.Title, mostTitle))
	}
	words := say(q.language, removed)
	message := body(words, sections(escape(words)+"\n• "+strings.Join(titles, "\n• ")))
	if err := b.whisper(ctx, q, message); err != nil {
		b.config.Log.Error("slack: say what was removed", "error", err)
	}
}

// sayPrivately tells one account why something was not done.
func (b *Bot) sayPrivately(ctx context.Context, q question, why error) {
	f, known := explain(why)
	if !known {
		b.config.Log.Error("slack: a button", "error", why)
	}
	if q.language == "" {
		if _, language, err := b.who(ctx, q.user); err == nil {
			q.language = language
		}
	}
	if err := (&whisper{b, q}).withdraw(ctx, say(q.language, f.words)); err != nil {
		b.config.Log.Error("slack: say why a button did nothing", "reason", why, "error", err)
	}
}

// feedback keeps what somebody says of an answer of theirs. One of somebody
// else's is not there.
func (b *Bot) feedback(ctx context.Context, p press, answer string, good bool) {
	if b.config.Feedback == nil {
		return
	}
	q := question{user: p.user, channel: p.channel}
	who, language, err := b.who(ctx, p.user)
	if err == nil {
		q.language = language
		err = b.config.Feedback(ctx, b.personOf(p.user, who), answer, good)
	}
	if err != nil {
		b.sayPrivately(ctx, q, fmt.Errorf("keep feedback: %w", err))
		return
	}
	words := say(q.language, thanks)
	if err := b.whisper(ctx, q, body(words, sections(escape(words)))); err != nil {
		b.config.Log.Debug("slack: thank for feedback", "error", err) // it is kept
	}
}
