package slack

import (
	"net/url"
	"strings"
)

// inBrowserLink returns a link by which the asker of a question goes on with its
// conversation in the browser, or "" where the pages have no address. The page
// asks who opens it: for anybody else there is no such conversation.
func (b *Bot) inBrowserLink(q question, words string) string {
	if b.config.Address == "" {
		return ""
	}
	page := strings.TrimRight(b.config.Address, "/") + "/#/c/" + url.PathEscape(q.conversation(b.people.where.team))
	return "<" + page + "|" + words + ">"
}

// goesOn reports whether a question is shown with a link to its conversation: to
// an asker who can sign in there, and to nobody beside them.
func (q question) goesOn(who account) bool {
	return who.kind == Employee && q.setting != inChannel
}
