package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"bureau/access"
)

// A Review is a department with everybody who belongs to it, by a department of
// their own or one under it.
type Review struct {
	Department access.Department
	People     []access.Person // with their id and name alone
}

// Reviews returns the departments that somebody looks after: an owner's own, and
// for an auditor or an administrator all. Others look after none.
func (d *Directory) Reviews(ctx context.Context, person string, now time.Time) (list []Review, err error) {
	departments, err := d.lookedAfter(ctx, person, now)
	if err != nil || len(departments) == 0 {
		return nil, err
	}
	for _, department := range departments {
		list = append(list, Review{Department: department})
	}
	everybody, err := d.Everybody(ctx)
	if err != nil {
		return nil, err
	}
	for _, who := range everybody {
		scope, err := d.scope(ctx, who.ID, now)
		if err != nil {
			if IsNobody(err) {
				continue
			}
			return nil, err
		}
		for i := range list {
			if slices.Contains(scope.Belongs(), list[i].Department) {
				list[i].People = append(list[i].People, access.Person{ID: who.ID, Name: who.Name})
			}
		}
	}
	return list, nil
}

// lookedAfter returns the departments that somebody looks after, in the order of
// the policy.
func (d *Directory) lookedAfter(ctx context.Context, person string, now time.Time) ([]access.Department, error) {
	policy := d.config.Policy()
	for _, role := range []access.Role{access.Auditor, access.Administrator} {
		if has, err := d.Has(ctx, person, role, now); has || err != nil {
			return policy.Departments(), err
		}
	}
	owner, err := d.Has(ctx, person, access.Owner, now)
	if !owner || err != nil {
		return nil, err
	}
	k, err := d.look(ctx, person)
	if err != nil {
		return nil, err
	}
	var own []access.Department
	if k.listed != "" {
		who, _ := policy.Person(k.listed)
		own = who.Departments
	} else {
		own = policy.DepartmentsOf(k.groups)
	}
	return slices.DeleteFunc(policy.Departments(), func(one access.Department) bool {
		return !slices.ContainsFunc(own, func(mine access.Department) bool { return policy.Within(one, mine) })
	}), nil
}

// IsNobody reports whether an error says that somebody reads nothing, and not
// that it could not be found out.
func IsNobody(err error) bool {
	return slices.ContainsFunc([]error{access.ErrUnknownPerson, access.ErrNotInEffect, access.ErrNoDepartment, ErrDisabled, ErrInactive, ErrForgotten},
		func(reason error) bool { return errors.Is(err, reason) })
}
