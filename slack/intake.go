package slack

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"bureau/chat"
)

// A press is a button that somebody pressed.
type press struct {
	user, channel string
	action, value string
}

// takeEvent takes an event of the Events API, by whichever way it came. It
// reports whether Slack may forget it: false asks for it to be sent again.
func (b *Bot) takeEvent(e slackevents.EventsAPIEvent) bool {
	outer, ok := e.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok || !b.isOurs(e, outer) {
		return true
	}
	return b.once("event/"+outer.EventID, func() bool { return b.take(e.InnerEvent.Data, outer) })
}

// once takes what has an id one time: what was taken already may be forgotten.
func (b *Bot) once(id string, take func() bool) bool {
	if !b.seen.first(id, b.config.Now()) {
		b.tally.note(func(t *Tally) { t.Repeated++ })
		return true
	}
	if !take() {
		b.seen.undo(id)
		return false
	}
	return true
}

// isOurs reports whether an event is of the workspace that the bot is in. A
// channel that is shared with another company brings events of theirs.
func (b *Bot) isOurs(e slackevents.EventsAPIEvent, outer *slackevents.EventsAPICallbackEvent) bool {
	where := b.people.where
	for _, installed := range outer.Authorizations {
		if installed.TeamID == where.team || where.enterprise != "" && installed.EnterpriseID == where.enterprise {
			return true
		}
	}
	return len(outer.Authorizations) == 0 && e.TeamID == where.team
}

// take takes an event once.
func (b *Bot) take(event any, outer *slackevents.EventsAPICallbackEvent) bool {
	switch e := event.(type) {
	case *slackevents.MessageEvent:
		return b.takeMessage(e)
	case *slackevents.AppMentionEvent:
		return b.ask(question{
			user: asker(e.User, e.BotID), team: team(e.UserTeam, b.people.where.team), channel: e.Channel, setting: inChannel,
			thread: cmp.Or(e.ThreadTimeStamp, e.TimeStamp), inThread: e.ThreadTimeStamp != "", written: e.TimeStamp, text: e.Text,
		})
	case *slackevents.AssistantThreadStartedEvent:
		return b.goes(func(ctx context.Context) { b.greet(ctx, e.AssistantThread) })
	case *slackevents.AppHomeOpenedEvent:
		if e.Tab == "home" {
			return b.goes(func(ctx context.Context) { b.home(ctx, e.User) })
		}
	default:
		b.noteChange(event, outer)
	}
	return true
}

// noteChange forgets what an event says has changed.
func (b *Bot) noteChange(event any, outer *slackevents.EventsAPICallbackEvent) {
	switch e := event.(type) {
	case *slackevents.MemberJoinedChannelEvent:
		b.channels.forget(e.Channel)
	case *slackevents.MemberLeftChannelEvent:
		b.channels.forget(e.Channel)
	case *slackevents.ChannelSharedEvent:
		b.channels.forget(e.Channel)
	case *slackevents.ChannelUnsharedEvent:
		b.channels.forget(e.Channel)
	case *slackevents.UserChangeEvent:
		b.people.forget(e.User.ID)
	case *slackevents.UserProfileChangedEvent:
		if e.User != nil {
			b.people.forget(e.User.ID)
		}
	case *slackevents.TeamJoinEvent:
		if e.User != nil {
			b.people.forget(e.User.ID)
		}
	case *slackevents.ChannelIDChangedEvent, *slackevents.SharedChannelInviteAcceptedEvent:
		b.channels.forgetAll()
	default:
		b.config.Log.Debug("slack: an event of no use", "event", outer.EventID)
	}
}

// takeMessage takes a message, which is a question where it is in a direct
// message with the bot and new.
func (b *Bot) takeMessage(e *slackevents.MessageEvent) bool {
	isQuestion := e.ChannelType == "im" && strings.HasPrefix(e.Channel, "D") && e.User != b.people.where.bot &&
		(e.SubType == "" || e.SubType == "file_share" || e.SubType == "thread_broadcast")
	if !isQuestion || asker(e.User, e.BotID) == "" {
		return true
	}
	return b.ask(question{
		user: asker(e.User, e.BotID), team: team(e.UserTeam, b.people.where.team), channel: e.Channel, setting: direct,
		thread: cmp.Or(e.ThreadTimeStamp, e.TimeStamp), inThread: true, written: e.TimeStamp, text: e.Text,
	})
}

// ask begins to answer a question. One message is one question, be it in several
// events.
func (b *Bot) ask(q question) bool {
	if q.user == b.people.where.bot || q.user == "" {
		return true
	}
	q.text = plainText(q.text, b.people.where.bot)
	q.id = strings.Join([]string{"slack", b.people.where.team, q.channel, q.written}, ":")
	return b.once(q.id, func() bool {
		return b.goes(func(ctx context.Context) { b.handle(ctx, q) })
	})
}

// takeCommand takes a slash command and returns what its asker is shown at once.
func (b *Bot) takeCommand(c slack.SlashCommand) (shown map[string]string, took bool) {
	language := chat.LanguageOf(c.Text, chat.English)
	outside, _ := explain(errOutside)
	if c.TeamID != b.people.where.team && (c.EnterpriseID == "" || c.EnterpriseID != b.people.where.enterprise) {
		return map[string]string{"response_type": "ephemeral", "text": say(language, outside.words)}, true
	}
	q := question{
		user: c.UserID, team: c.TeamID, channel: c.ChannelID, setting: whispered,
		id: "slack:" + c.TriggerID, topic: "slack:ask:" + c.TriggerID, text: plainText(c.Text, ""),
	}
	took = b.once("command/"+c.TriggerID, func() bool {
		return b.goes(func(ctx context.Context) { b.handle(ctx, q) })
	})
	return map[string]string{"response_type": "ephemeral", "text": say(language, oneMoment)}, took
}

// takeAction takes the press of a button.
func (b *Bot) takeAction(c slack.InteractionCallback) bool {
	if c.Type != slack.InteractionTypeBlockActions {
		return true
	}
	for _, action := range c.ActionCallback.BlockActions {
		p := press{user: c.User.ID, channel: cmp.Or(c.Channel.ID, c.Container.ChannelID), action: action.ActionID, value: action.Value}
		if p.action != actPrivately && p.action != actPublish && p.action != actFeedback {
			continue
		}
		took := b.once("action/"+c.TriggerID+"/"+p.action, func() bool {
			return b.goes(func(ctx context.Context) { b.act(ctx, p) })
		})
		if !took {
			return false
		}
	}
	return true
}

// asker returns the account that wrote a message: a bot without one is known by
// its own id, which is nobody's.
func asker(user, bot string) string { return cmp.Or(user, bot) }

// team returns the asker's team, which Slack names where it is another.
func team(asker, ours string) string { return cmp.Or(asker, ours) }
