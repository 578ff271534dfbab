package slack

import (
	"regexp"
	"strings"
	"unicode"
)

// gap is a space that is not seen. Between its halves, a word that Slack would
// act on is only a word.
const gap = "\u200b"

// active matches what Slack turns into more than its words, in the places where
// a gap breaks it: addresses with a scheme, addresses without one that have a
// path, links, mentions, and calls to everybody.
var active = regexp.MustCompile(`(?i)(:)(//)|(www)(\.)|(\b(?:mailto|tel|slack|data|javascript):)()|(\b(?:[a-z0-9-]+\.)+)([a-z]{2,}(?::[0-9]+)?[/?#])|(@)(here|channel|everyone)|(\])(\()|(<)([!@#])`)

// neutral returns text of which Slack makes nothing: no link, no mention, no
// call to everybody. Whatever comes from a document or from a model goes through
// it: a link that is opened, or looked at ahead of that, can carry what was read
// to somebody else.
func neutral(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && r != '\u200d' || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return active.ReplaceAllStringFunc(text, func(match string) string {
		groups := active.FindStringSubmatch(match)
		for i := 1; i+1 < len(groups); i += 2 {
			if groups[i] != "" {
				return groups[i] + gap + groups[i+1]
			}
		}
		return match
	})
}

// entities writes the three characters that begin or end what Slack acts on.
var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape returns text for a place where Slack reads mrkdwn, or nothing at all.
func escape(text string) string { return entities.Replace(neutral(text)) }

// line returns text as one escaped line of at most most characters.
func line(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return escape(string(runes))
}

// spoken matches what Slack writes for mentions and links in a message.
var spoken = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

// plainText returns what a person wrote, of a message of theirs: names where
// Slack wrote ids, and nothing where the bot itself was mentioned.
func plainText(message, bot string) string {
	text := spoken.ReplaceAllStringFunc(message, func(match string) string {
		groups := spoken.FindStringSubmatch(match)
		kind, target, label := groups[1], groups[2], groups[3]
		switch {
		case kind == "@" && target == bot:
			return ""
		case label != "" && kind != "":
			return kind + label
		case label != "":
			return label
		case kind == "":
			return strings.TrimPrefix(target, "mailto:")
		}
		return ""
	})
	return strings.TrimSpace(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text))
}
