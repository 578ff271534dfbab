package access

import (
	"regexp"
	"strings"
)

// ByEmail returns the person whose address this is. The policy's addresses are
// the administrator's word; whoever asks must know that the address of the
// account in question was verified. Case is of no account in ASCII letters, and
// in no others, so that no look-alike is taken for one.
func (p *Policy) ByEmail(address string) (Person, bool) {
	if address == "" {
		return Person{}, false
	}
	id, ok := p.byEmail[foldASCII(address)]
	if !ok {
		return Person{}, false
	}
	return p.Person(id)
}

// BySlack returns the person whom the policy names by the id of an account in
// Slack.
func (p *Policy) BySlack(account string) (Person, bool) {
	id, ok := p.bySlack[account]
	if !ok {
		return Person{}, false
	}
	return p.Person(id)
}

// validEmail and validSlack are what an address and an account look like. An
// address is ASCII: two that look the same are the same.
var (
	validEmail = regexp.MustCompile(`^[!-?A-~]+@[!-?A-~]+$`)
	validSlack = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)
)

// accounts reads the accounts of a person. Each is one person's.
func (b *builder) accounts(e entry, who *Person) {
	who.Email, who.Slack = b.text(e, "email"), b.text(e, "slack")
	if who.Email != "" {
		b.account(e, "email", validEmail, "an address such as name@example.com", foldASCII(who.Email), b.policy.byEmail)
	}
	if who.Slack != "" {
		b.account(e, "slack", validSlack, "the id of a Slack member such as U024BE7LH", who.Slack, b.policy.bySlack)
	}
}

// account notes whose an account is, or the mistake in it.
func (b *builder) account(e entry, key string, valid *regexp.Regexp, like, account string, owners map[string]string) {
	if !valid.MatchString(account) {
		b.mistake(e.fields[key], "%s: %s %q must be %s", e.label(), key, account, like)
		return
	}
	if owner, taken := owners[account]; taken {
		b.mistake(e.fields[key], "%s: %s %s is that of person %s", e.label(), key, account, owner)
		return
	}
	owners[account] = e.id
}

// foldASCII lowers the letters A to Z and leaves all else alone.
func foldASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
