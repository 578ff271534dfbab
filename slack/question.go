package slack

import (
	"strings"

	"bureau/chat"
)

// A question is what somebody asks in Slack.
type question struct {
	id       string // the same for the same question, however often it comes
	user     string // account of the asker
	team     string // of the asker
	channel  string
	thread   string // time of the message that the thread begins with
	inThread bool   // it was asked in a thread, and not at the top of the channel
	written  string // time of its own message
	text     string
	setting  setting
	language string // that the bot speaks to the asker
	// topic is the conversation of a question that has no thread of its own.
	topic string
}

// conversation is the id of the conversation that a question belongs to. It
// names the workspace, the channel and the thread, and is kept under the person,
// so that no thread of another is ever taken for it.
func (q question) conversation(workspace string) string {
	if q.topic != "" {
		return q.topic
	}
	where := "channel"
	if q.setting == whispered {
		where = "private" // what was said privately is not known in the channel
	}
	return strings.Join([]string{"slack", where, workspace, q.channel, q.thread}, ":")
}

// line is the thread whose questions are answered one after the other.
func (q question) line() string {
	if q.setting == whispered {
		return q.channel + "/" + q.thread + "/" + q.user
	}
	return q.channel + "/" + q.thread
}

// languageOf returns the language of the bot's for a locale of Slack's, such as
// "zh-TW".
func languageOf(locale string) string {
	locale = strings.ToLower(strings.ReplaceAll(locale, "_", "-"))
	switch {
	case strings.HasPrefix(locale, "zh-tw"), strings.HasPrefix(locale, "zh-hk"), strings.HasPrefix(locale, "zh-hant"):
		return chat.Traditional
	case strings.HasPrefix(locale, "zh"):
		return chat.Simplified
	}
	return chat.English
}
