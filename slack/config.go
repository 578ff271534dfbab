package slack

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/retrieval"
)

// People say who an account is and what people may read. What they say may
// change while the bot runs: it asks again before each piece of an answer.
type People interface {
	// BySlack returns the person whom the policy names by an account in Slack.
	BySlack(account string) (access.Person, bool)
	// ByEmail returns the person of a verified address.
	ByEmail(address string) (access.Person, bool)
	// Person returns a person by id.
	Person(id string) (access.Person, bool)
	// Audience returns what all of several people may read, as
	// [access.Policy.Audience] does.
	Audience(people []string, visitors bool, now time.Time) (access.Scope, error)
	// DepartmentName returns the name of a department in a language.
	DepartmentName(d access.Department, language string) string
}

// A Desk takes questions and has them answered, as [chat.Desk] does.
type Desk interface {
	// Begin takes a question, the same one once.
	Begin(ctx context.Context, who chat.Asker, ask chat.Ask) (answer string, err error)
	// Follow yields an answer of the asker's own as it is written, and looks
	// before each piece whether the asker still reads all it rests on.
	Follow(ctx context.Context, who chat.Asker, answer string) iter.Seq2[[]chat.Event, error]
	// Stop ends an answer and the model's work on it.
	Stop(person, answer string) error
}

// An Audit keeps what somebody was given. When Append returns nil the entries
// outlive a crash.
type Audit interface {
	Append(ctx context.Context, entries ...audit.Entry) error
}

// Tokens are what Slack gives an app. They are secrets.
type Tokens struct {
	Bot           string // xoxb-…
	App           string // xapp-…, for Socket Mode
	SigningSecret string // for the Events API
}

// A Config is everything a bot is made of. Tokens.Bot with one of the others,
// People, Desk, Ledger and Audit are required.
type Config struct {
	Tokens Tokens
	API    string // address of Slack's methods; Slack's own unless set
	People People
	Desk   Desk
	// Ledger says who may read the sources of an answer that is published.
	Ledger retrieval.Ledger
	// Audit is told of answers that are published. The desk tells it of answers.
	Audit Audit
	// Suggest returns up to n questions that documents inside scope answer.
	Suggest func(ctx context.Context, scope access.Scope, language string, n int) ([]string, error)
	// Feedback keeps what a person says of an answer of theirs; one that is not
	// theirs is [chat.ErrNoAnswer]. Without it there are no buttons for it.
	Feedback func(ctx context.Context, person, answer string, helpful bool) error
	// Journal lets the askers of what a crash interrupted be told; without it
	// they are not.
	Journal Journal

	// Public lists the kinds of accounts that read what everybody in the company
	// reads, though the policy does not know them. All others read nothing, and
	// a channel with one of them in it neither.
	Public []Kind
	// TrustedApps are accounts of apps that are in channels and are not taken for
	// readers of them.
	TrustedApps []string
	// Channels tie channels, by id, to departments: nothing else is read there.
	// They narrow what the members may read, and never widen it.
	Channels map[string][]access.Department
	// Address is that of the pages, for links to documents; without it there are
	// titles alone.
	Address string
	// MaxMembers is how many members a channel may have before only what
	// everybody reads is answered there; 1,000 unless set.
	MaxMembers int
	// Patience is how long a question may take with its place in line, before
	// its asker is told that it took too long; 10 minutes unless set.
	Patience time.Duration

	Now func() time.Time // time.Now unless set
	Log *slog.Logger     // slog.Default unless set
}

// check returns every mistake of the configuration.
func (c Config) check() error {
	var errs []error
	need := func(missing bool, name string) {
		if missing {
			errs = append(errs, errors.New("slack: Config."+name+" is missing"))
		}
	}
	need(c.Tokens.Bot == "", "Tokens.Bot")
	need(c.Tokens.App == "" && c.Tokens.SigningSecret == "", "Tokens.App or Tokens.SigningSecret")
	need(c.People == nil, "People")
	need(c.Desk == nil, "Desk")
	need(c.Ledger == nil, "Ledger")
	need(c.Audit == nil, "Audit")
	if slices.Contains(c.Public, Left) {
		errs = append(errs, errors.New("slack: Config.Public has accounts that are deactivated, which never read"))
	}
	return errors.Join(errs...)
}

// orDefault returns c with what may be left out.
func (c Config) orDefault() Config {
	if c.Suggest == nil {
		c.Suggest = func(context.Context, access.Scope, string, int) ([]string, error) { return nil, nil }
	}
	if c.MaxMembers == 0 {
		c.MaxMembers = 1000
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}
