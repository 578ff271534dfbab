package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/term"

	"bureau/access"
	"bureau/audit"
	"bureau/identity"
)

type userCommand struct {
	Add     userAddCommand     `cmd:"" help:"Make an account for a person of the configuration."`
	Passwd  userPasswdCommand  `cmd:"" help:"Give a person's account another password."`
	Disable userDisableCommand `cmd:"" help:"Shut a person out at once, by every way in."`
	Enable  userEnableCommand  `cmd:"" help:"Let a person in again."`
	List    userListCommand    `cmd:"" help:"List the accounts, and who is shut out."`
}

type userAddCommand struct {
	Person string `arg:"" help:"Id of the person."`
}

type userPasswdCommand struct {
	Person string `arg:"" help:"Id of the person."`
}

type userDisableCommand struct {
	Person string `arg:"" help:"Id of the person."`
}

type userEnableCommand struct {
	Person string `arg:"" help:"Id of the person."`
}

type userListCommand struct{ reporting }

// Run makes an account.
func (c *userAddCommand) Run(ctx context.Context, e env, s *settings) error {
	return setPassword(ctx, e, s, c.Person, true)
}

// Run changes a password.
func (c *userPasswdCommand) Run(ctx context.Context, e env, s *settings) error {
	return setPassword(ctx, e, s, c.Person, false)
}

func setPassword(ctx context.Context, e env, s *settings, person string, fresh bool) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		if _, ok := p.config.policy.Person(person); !ok {
			return unknownPerson(p.config, person)
		}
		password, err := e.readPassword()
		if err != nil {
			return err
		}
		change := "password"
		if fresh {
			change = "added"
		}
		if err := p.record(ctx, byShell(), "", audit.AccountChanged{Person: person, Change: change}); err != nil {
			return err
		}
		err = d.SetPassword(ctx, person, password, fresh, time.Now())
		switch {
		case errors.Is(err, identity.ErrAccountExists):
			return fmt.Errorf("%w; \"bureau user passwd %s\" changes the password", err, person)
		case errors.Is(err, identity.ErrNoAccount):
			return fmt.Errorf("%w; \"bureau user add %s\" makes one", err, person)
		case err == nil:
			fmt.Fprintf(e.stdout, "%s signs in with this password from now on.\n", person)
		}
		return err
	})
}

// unknownPerson says that the configuration has nobody of that id.
func unknownPerson(c *config, person string) error {
	return misuse{fmt.Errorf("%q: %w; the people are in %s", person, access.ErrUnknownPerson, c.file)}
}

// readPassword asks for a password twice on a terminal, or takes the first line
// of what is piped in.
func (e env) readPassword() (string, error) {
	if file, ok := e.stdin.(*os.File); ok && isTerminal(file) {
		var typed [2]string
		for i, prompt := range []string{"Password: ", "The same again: "} {
			fmt.Fprint(e.stderr, prompt)
			text, err := term.ReadPassword(int(file.Fd()))
			fmt.Fprintln(e.stderr)
			if err != nil {
				return "", fmt.Errorf("read the password: %w", err)
			}
			typed[i] = string(text)
		}
		if typed[0] != typed[1] {
			return "", errors.New("the two passwords are not the same; nothing was changed")
		}
		return typed[0], nil
	}
	if e.stdin == nil {
		return "", misuse{errors.New("no password: type it at a terminal, or pipe it in")}
	}
	line, err := bufio.NewReader(io.LimitReader(e.stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// Run shuts somebody out.
func (c *userDisableCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		err := d.Disable(ctx, c.Person, time.Now())
		if errors.Is(err, access.ErrUnknownPerson) {
			return unknownPerson(p.config, c.Person)
		}
		if err == nil {
			p.note(ctx, e, audit.AccountChanged{Person: c.Person, Change: "disabled"})
			fmt.Fprintf(e.stdout, "%s is shut out: sessions have ended, and no password, provider or token lets them in.\n", c.Person)
		}
		return err
	})
}

// Run lets somebody in again.
func (c *userEnableCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		if err := p.record(ctx, byShell(), "", audit.AccountChanged{Person: c.Person, Change: "enabled"}); err != nil {
			return err
		}
		if err := d.Enable(ctx, c.Person); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s may sign in.\n", c.Person)
		return nil
	})
}

// A userReport is one line of "bureau user list".
type userReport struct {
	Person   string    `json:"person"`
	Name     string    `json:"name,omitempty"`
	Provider string    `json:"provider,omitempty"` // "" for an account of Bureau's own
	Subject  string    `json:"subject,omitempty"`
	External string    `json:"externalId,omitempty"` // of who was sent by SCIM
	UserName string    `json:"userName,omitempty"`   // of who was sent by SCIM
	Groups   []string  `json:"groups,omitempty"`     // of the configuration, where these alone say what they read
	Listed   string    `json:"listed,omitempty"`     // person of the configuration that the subject is tied to
	Since    time.Time `json:"since"`                // of the password, or when a provider last vouched for them
	State    string    `json:"state"`                // "active", "disabled", "inactive" at the provider, or "gone" from the configuration
}

// Run lists the accounts and those whom a provider vouches for.
func (c *userListCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		accounts, err := d.Accounts(ctx)
		if err != nil {
			return err
		}
		members, err := d.Members(ctx)
		if err != nil {
			return err
		}
		shut, err := d.Disabled(ctx)
		if err != nil {
			return err
		}
		users, err := d.RosterUsers(ctx)
		if err != nil {
			return err
		}
		list := []userReport{}
		for _, a := range accounts {
			who, listed := p.config.policy.Person(a.Person)
			list = append(list, userReport{Person: a.Person, Name: who.Name, Since: a.Changed, State: stateOf(shut, a.Person, listed && a.Gone.IsZero())})
		}
		for _, m := range members {
			state := stateOf(shut, m.Person, m.Known)
			if m.Listed != "" {
				state = stateOf(shut, m.Listed, m.Known)
			}
			list = append(list, userReport{Person: m.Person, Name: m.Name, Provider: m.Provider, Subject: m.Subject, Listed: m.Listed, Since: m.Seen, State: state})
		}
		for _, u := range users {
			state := stateOf(shut, cmp.Or(u.Listed, u.Person()), u.Known)
			if state == "active" && !u.Active {
				state = "inactive"
			}
			list = append(list, userReport{Person: u.Person(), Name: u.Name(), Provider: u.Provider, External: u.External, UserName: u.UserName, Listed: u.Listed, Since: u.Changed, State: state})
		}
		for i := range list {
			if list[i].Groups, err = d.Groups(ctx, list[i].Person); err != nil {
				return err
			}
		}
		return c.report(e.stdout, list, func(w io.Writer) {
			for _, u := range list {
				fmt.Fprintf(w, "%s (%s): %s, by %s of %s\n", u.Person, shown(u.Name), u.State, u.by(), u.Since.Format(time.RFC3339))
			}
		})
	})
}

// by says in words how somebody comes in, and who they are there.
func (u userReport) by() string {
	text := "a password"
	switch {
	case u.UserName != "":
		text = fmt.Sprintf("SCIM of provider %s, %q, externalId %q", u.Provider, u.UserName, u.External)
	case u.Provider != "":
		text = "provider " + u.Provider + ", subject " + u.Subject
	}
	if u.Listed != "" {
		text += ", who is " + u.Listed
	}
	if len(u.Groups) > 0 {
		text += ", in " + strings.Join(u.Groups, " and ")
	}
	return text
}

// shown is a name that a provider gave, on one line.
func shown(name string) string {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return strconv.Quote(name)
	}
	return name
}

func stateOf(shut map[string]time.Time, person string, known bool) string {
	if _, ok := shut[person]; ok {
		return "disabled"
	}
	if !known {
		return "gone"
	}
	return "active"
}
