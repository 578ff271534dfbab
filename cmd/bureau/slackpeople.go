package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"bureau/access"
	"bureau/identity"
)

// slackPeople are those whom Slack may ask as: people of the policy, and those
// of a provider's roster whose addresses are verified there, less who is shut
// out.
type slackPeople struct {
	*livePolicy
	directory *identity.Directory
}

// Scope returns what a person may read at now. Who is shut out is not in effect.
func (p slackPeople) Scope(person string, now time.Time) (access.Scope, error) {
	scope, err := p.directory.Scope(person, now)
	return scope, notInEffect(err)
}

// Audience returns what all of several people may read at now.
func (p slackPeople) Audience(people []string, visitors bool, now time.Time) (access.Scope, error) {
	scope, err := p.directory.Audience(context.Background(), people, visitors, now)
	return scope, notInEffect(err)
}

// ByEmail returns the person of a verified address: the policy's, or else the
// one on a roster.
func (p slackPeople) ByEmail(address string) (access.Person, bool) {
	if who, ok := p.livePolicy.ByEmail(address); ok {
		return who, true
	}
	who, ok, err := p.directory.ByEmail(context.Background(), address)
	if err != nil {
		slog.Error("an account of Slack's is nobody, for the directory could not be asked", "error", err)
	}
	return who, ok
}

// Person returns a person by id.
func (p slackPeople) Person(id string) (access.Person, bool) { return p.directory.Person(id) }

// notInEffect says in the policy's words that somebody is shut out.
func notInEffect(err error) error {
	if identity.IsNobody(err) && !errors.Is(err, access.ErrUnknownPerson) { // to Slack the reasons are one
		return fmt.Errorf("%w: %w", access.ErrNotInEffect, err)
	}
	return err
}
