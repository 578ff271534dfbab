package access

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// ErrNoAudience says that an audience is nobody, so that nothing is for it.
var ErrNoAudience = errors.New("the audience is empty")

// Audience returns what every one of several people may read at now, which is
// what may be said where all of them hear it. With visitors there is somebody
// among them whom the policy does not know, and who reads what everybody reads.
//
// It is never wider than the scope of any of them: somebody who is unknown or
// not in effect makes it zero, with the error of [Policy.Scope], and so does an
// audience of nobody, with [ErrNoAudience]. It may be narrower than it could be:
// a document for two departments is left out where one person belongs to the
// first alone and another to the second alone.
func (p *Policy) Audience(people []string, visitors bool, now time.Time) (Scope, error) {
	return p.AudienceWithGroups(people, nil, visitors, now)
}

// audienceOf returns what every one of several people in effect may read.
func (p *Policy) audienceOf(people []Person, visitors bool, now time.Time) (Scope, error) {
	if len(people) == 0 && !visitors {
		return Scope{}, ErrNoAudience
	}
	a := audience{policy: p, belongs: map[Department]bool{Everyone: true}}
	if visitors {
		a.letAnybodyIn()
	}
	for _, who := range people {
		a.add(who)
	}
	return a.scope(now), nil
}

// An audience is the scope of several people while it is put together. It is
// made of people and not of their scopes, which for a thousand of them would
// take longer than the search.
type audience struct {
	policy  *Policy
	begun   bool         // somebody is in it
	reads   []Department // that all of them read
	belongs map[Department]bool
	level   int // of the lowest clearance
}

// letAnybodyIn makes it an audience of anybody: they read the documents for
// everyone, at the lowest level, that are denied to no department at all.
func (a *audience) letAnybodyIn() {
	a.begun, a.reads, a.level = true, []Department{Everyone}, a.policy.levels("")
	for _, d := range a.policy.order {
		a.belongs[d] = true
	}
}

// add adds a person who is in effect.
func (a *audience) add(who Person) {
	for _, own := range who.Departments {
		if a.belongs[own] {
			continue // and so those above it
		}
		for d := range a.policy.upward(own) {
			a.belongs[d] = true
		}
	}
	level := a.policy.levels(who.Clearance)
	if !a.begun {
		a.begun, a.level = true, level
		a.reads = a.policy.scopeOf(who, time.Time{}).reads
		return
	}
	a.level = min(a.level, level)
	a.reads = slices.DeleteFunc(a.reads, func(d Department) bool {
		if d == Everyone {
			return false
		}
		_, belongs := a.policy.through(who, d)
		return !belongs
	})
}

func (a *audience) scope(now time.Time) Scope {
	return Scope{
		reads: a.reads, belongs: slices.Sorted(maps.Keys(a.belongs)),
		cleared: a.policy.clearances[:a.level:a.level], at: now, policy: a.policy.fingerprint,
	}
}

// Covers reports whether s reads whatever other reads. It is asked about the
// scope of now and of a moment ago, to know whether a right has ended.
func (s Scope) Covers(other Scope) bool {
	return other.IsZero() || len(both(other.reads, s.reads)) == len(other.reads) &&
		len(both(s.belongs, other.belongs)) == len(s.belongs) && // another membership may be a denied one
		len(both(other.cleared, s.cleared)) == len(other.cleared)
}

// both returns what is in a and in b, in the order of a and in a slice of its
// own.
func both[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(one T) bool { return !slices.Contains(b, one) })
}
