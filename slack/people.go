package slack

import (
	"time"

	"github.com/slack-go/slack"

	"bureau/access"
)

// A Kind is what an account in Slack is to the company. Only an Employee has a
// scope of their own.
type Kind string

// The kinds of accounts. Those of them that [Config.Public] lists read what
// everybody in the company reads; the others read nothing.
const (
	Employee Kind = "employee" // a person whom the policy knows
	Unknown  Kind = "unknown"  // a full member of the workspace whom it does not
	Guest    Kind = "guest"    // of the workspace, for one channel or several
	Connect  Kind = "connect"  // of another company, by Slack Connect
	Robot    Kind = "bot"
	Left     Kind = "left" // deactivated; never in Public
)

// A record is what Slack says about an account.
type record struct {
	id                      string
	deleted, bot            bool
	guest, outside, invited bool
	email                   string // verified, or ""
	locale                  string
	read                    time.Time
}

// An account is who somebody in Slack is at this moment.
type account struct {
	kind   Kind
	person string // id of the policy's, for an Employee
}

// A workspace is where the bot is installed, and as whom.
type workspace struct {
	team, enterprise string
	bot              string // user id of the bot itself
}

// recordOf reads Slack's user.
func (w workspace) recordOf(u slack.User, now time.Time) record {
	r := record{
		id: u.ID, deleted: u.Deleted, locale: u.Locale, read: now, invited: u.IsInvitedUser,
		bot:   u.IsBot || u.IsConnectorBot || u.IsWorkflowBot || u.ID == "USLACKBOT",
		guest: u.IsRestricted || u.IsUltraRestricted,
	}
	sameCompany := u.TeamID == w.team || w.enterprise != "" && u.Enterprise.EnterpriseID == w.enterprise
	r.outside = u.IsStranger || !sameCompany
	if u.IsEmailConfirmed {
		r.email = u.Profile.Email
	}
	return r
}

// account returns who an account of Slack's is. A person whom the policy names
// by an account is that account alone; any other is known by a verified address,
// never by a name.
func (b *Bot) account(r record) account {
	switch {
	case r.deleted:
		return account{kind: Left}
	case r.bot:
		return account{kind: Robot}
	case r.outside:
		return account{kind: Connect}
	case r.guest:
		return account{kind: Guest}
	case r.invited:
		return account{kind: Unknown}
	}
	if who, ok := b.config.People.BySlack(r.id); ok {
		return account{Employee, who.ID}
	}
	if who, ok := b.config.People.ByEmail(r.email); ok && who.Slack == "" {
		return account{Employee, who.ID}
	}
	return account{kind: Unknown}
}

// refusals say why an account that reads nothing is not answered.
var refusals = map[Kind]error{Unknown: errUnknown, Guest: errGuest, Connect: errOutside, Robot: errBot, Left: errLeft}

// personal returns what an account may read by itself.
func (b *Bot) personal(a account) (access.Scope, error) {
	switch {
	case a.kind == Employee:
		return b.config.People.Audience([]string{a.person}, false, b.config.Now())
	case b.public[a.kind]:
		return b.config.People.Audience(nil, true, b.config.Now())
	}
	return access.Scope{}, refusals[a.kind]
}
