package slacktest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// message reads what a message says, or why Slack refuses it.
func (w *Workspace) message(v map[string]string) (*Message, reply) {
	c, ok := w.channels[v["channel"]]
	switch {
	case !ok:
		return nil, refuse("channel_not_found")
	case !slices.Contains(c.members, Bot):
		return nil, refuse("not_in_channel")
	case utf8.RuneCountInString(v["text"]) > mostText || utf8.RuneCountInString(v["markdown_text"]) > mostMarkdown:
		return nil, refuse("msg_too_long")
	}
	blocks, err := parseBlocks(v["blocks"])
	if err != nil {
		return nil, reply{"ok": false, "error": "invalid_blocks", "errors": []string{err.Error()}}
	}
	return &Message{Channel: c.id, Thread: v["thread_ts"], Text: v["text"], Blocks: blocks}, nil
}

func (w *Workspace) put(m *Message) reply {
	m.Time = w.stamp()
	w.messages = append(w.messages, m)
	return reply{"channel": m.Channel, "ts": m.Time, "message_ts": m.Time}
}

func (w *Workspace) postMessage(v map[string]string) reply {
	m, refused := w.message(v)
	switch {
	case refused != nil:
		return refused
	case m.Text == "" && len(m.Blocks) == 0:
		return refuse("no_text")
	}
	return w.put(m)
}

func (w *Workspace) postEphemeral(v map[string]string) reply {
	m, refused := w.message(v)
	switch {
	case refused != nil:
		return refused
	case !slices.Contains(w.channels[m.Channel].members, v["user"]):
		return refuse("user_not_in_channel")
	}
	m.For = v["user"]
	return w.put(m)
}

// find returns a message that the bot can change.
func (w *Workspace) find(v map[string]string) (*Message, bool) {
	i := slices.IndexFunc(w.messages, func(m *Message) bool {
		return m.Channel == v["channel"] && m.Time == v["ts"] && m.For == ""
	})
	if i < 0 {
		return nil, false
	}
	return w.messages[i], true
}

func (w *Workspace) update(v map[string]string) reply {
	m, ok := w.find(v)
	if !ok {
		return refuse("message_not_found")
	}
	next, refused := w.message(v)
	switch {
	case refused != nil:
		return refused
	case m.Streaming:
		return refuse("streaming_state_conflict")
	}
	m.Text, m.Blocks, m.Streamed = next.Text, next.Blocks, ""
	m.Edits++
	return reply{"channel": m.Channel, "ts": m.Time, "text": m.Text}
}

func (w *Workspace) startStream(v map[string]string) reply {
	m, refused := w.message(v)
	switch {
	case refused != nil:
		return refused
	case v["thread_ts"] == "":
		return refuse("invalid_thread_ts")
	case !strings.HasPrefix(m.Channel, "D") && (v["recipient_user_id"] == "" || v["recipient_team_id"] == ""):
		return refuse("missing_recipient_user_id")
	}
	m.Streaming, m.Streamed = true, v["markdown_text"]
	return w.put(m)
}

// stream returns a message that is being streamed.
func (w *Workspace) stream(v map[string]string) (*Message, reply) {
	m, ok := w.find(v)
	if !ok {
		return nil, refuse("message_not_found")
	}
	if _, refused := w.message(v); refused != nil {
		return nil, refused
	}
	if !m.Streaming {
		return nil, refuse("message_not_in_streaming_state")
	}
	return m, nil
}

func (w *Workspace) appendStream(v map[string]string) reply {
	m, refused := w.stream(v)
	if refused != nil {
		return refused
	}
	m.Streamed += v["markdown_text"]
	return reply{"channel": m.Channel, "ts": m.Time}
}

func (w *Workspace) stopStream(v map[string]string) reply {
	m, refused := w.stream(v)
	if refused != nil {
		return refused
	}
	m.Streaming = false
	m.Streamed += v["markdown_text"]
	m.Blocks, _ = parseBlocks(v["blocks"]) // checked with the message
	return reply{"channel": m.Channel, "ts": m.Time}
}
