package scim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bureau/identity"
)

// The operations of a patch.
const (
	add     = "add"
	remove  = "remove"
	replace = "replace"
)

// maxSteps bounds a patch.
const maxSteps = 1000

// A step is one operation on one attribute.
type step struct {
	path
	op    string
	value json.RawMessage // nil for none
}

// steps reads the operations of a patch. One without a path is a step for each
// attribute of its value.
func (x exchange) steps() (steps []step, err error) {
	var body struct {
		Operations []struct {
			Op    string          `json:"op"`
			Path  string          `json:"path"`
			Value json.RawMessage `json:"value"`
		} `json:"Operations"`
	}
	if err := x.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Operations) == 0 || len(body.Operations) > maxSteps {
		return nil, fmt.Errorf("%w: a patch has 1 to %d Operations", errSyntax, maxSteps)
	}
	for _, o := range body.Operations {
		op := strings.ToLower(o.Op)
		if op != add && op != remove && op != replace {
			return nil, fmt.Errorf("%w: op %.40q is none of add, remove and replace", errSyntax, o.Op)
		}
		if isWhole(o.Path) && op == remove {
			return nil, errNoAttributes
		}
		attributes, err := attributesOf(o.Path, o.Value)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(attributes)) {
			s := step{op: op, value: attributes[name]}
			if s.path, err = parsePath(name); err != nil {
				if isWhole(o.Path) && strings.Contains(name, ":") {
					continue // an extension as a whole, which is not kept
				}
				return nil, fmt.Errorf("path %.100q: %w", name, err)
			}
			steps = append(steps, s)
		}
	}
	return steps, nil
}

// errNoAttributes is what an operation on a whole user or group is told that has
// no object of attributes.
var errNoAttributes = fmt.Errorf("%w: an operation without a path adds or replaces the attributes of an object", errPath)

// isWhole reports whether a path means a user or a group as a whole: there is
// none, or the schema stands in its place.
func isWhole(path string) bool {
	return path == "" || strings.EqualFold(path, userSchema) || strings.EqualFold(path, groupSchema)
}

// attributesOf returns the attributes that an operation is about, by their paths.
func attributesOf(path string, value json.RawMessage) (map[string]json.RawMessage, error) {
	if !isWhole(path) {
		return map[string]json.RawMessage{path: value}, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(value, &members); err != nil || members == nil {
		return nil, errNoAttributes
	}
	attributes := map[string]json.RawMessage{}
	for name, member := range members {
		if name == "" || !isWhole(name) {
			attributes[name] = member
			continue
		}
		inner, err := attributesOf(name, member)
		if err != nil {
			return nil, err
		}
		maps.Copy(attributes, inner)
	}
	return attributes, nil
}

// isEmpty reports whether a step has no value.
func (s step) isEmpty() bool { return len(s.value) == 0 || bytes.Equal(s.value, []byte("null")) }

// read reads the value, unless the step removes.
func (s step) read(into any) error {
	if s.op == remove || s.isEmpty() {
		return nil
	}
	if err := json.Unmarshal(s.value, into); err != nil {
		return fmt.Errorf("%w: %s: %w", errValue, s.name, err)
	}
	return nil
}

// text puts the value, or "", in the place of a text. Some providers write a
// list of one.
func (s step) text(into *string) error {
	var text string
	value := bytes.TrimSpace(s.value)
	if bytes.HasPrefix(value, []byte("[")) {
		var list []string
		if err := s.read(&list); err != nil {
			return err
		}
		if len(list) > 1 {
			return fmt.Errorf("%w: %s has one value", errValue, s.name)
		}
		text = strings.Join(list, "")
	} else if err := s.read(&text); err != nil {
		return err
	}
	*into = text
	return nil
}

// list reads a list of objects, of which some providers send one alone.
func list[T any](s step) ([]T, error) {
	if s.isEmpty() {
		return nil, nil
	}
	value := bytes.TrimSpace(s.value)
	if !bytes.HasPrefix(value, []byte("[")) {
		value = slices.Concat([]byte("["), value, []byte("]"))
	}
	var list []T
	if err := json.Unmarshal(value, &list); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errValue, s.name, err)
	}
	return list, nil
}

// onEmails applies a step to addresses: to all, or to those that it picks. Where
// it picks none, one is added with what was asked for.
func (s step) onEmails(u *identity.User) error {
	if s.where == nil {
		bodies, err := list[emailBody](s)
		if err != nil {
			return err
		}
		emails := emailsOf(bodies)
		switch {
		case s.op == add:
			known := func(e identity.Email) bool {
				return slices.ContainsFunc(emails, func(other identity.Email) bool { return other.Value == e.Value })
			}
			emails = append(slices.DeleteFunc(slices.Clone(u.Emails), known), emails...)
		case s.op == remove && !s.isEmpty():
			gone := emails
			emails = slices.DeleteFunc(slices.Clone(u.Emails), func(e identity.Email) bool {
				return slices.ContainsFunc(gone, func(other identity.Email) bool { return other.Value == e.Value })
			})
		case s.op == remove:
			emails = nil
		}
		u.Emails = emails
		return nil
	}
	var picked bool
	var kept []identity.Email
	for _, e := range u.Emails {
		if !picks(s.where, e) {
			kept = append(kept, e)
			continue
		}
		picked = true
		if s.op == remove && (s.sub == "" || s.sub == "value") {
			continue
		}
		if err := s.onEmail(&e); err != nil {
			return err
		}
		kept = append(kept, e)
	}
	if !picked && s.op != remove {
		var e identity.Email
		for _, c := range s.where {
			set(&e, c.name, c.value)
		}
		if err := s.onEmail(&e); err != nil {
			return err
		}
		kept = append(kept, e)
	}
	u.Emails = kept
	return nil
}

// onEmail applies a step to one address.
func (s step) onEmail(e *identity.Email) error {
	if s.sub == "" {
		body := emailBody{e.Value, e.Type, flag(e.Primary)}
		err := s.read(&body)
		*e = identity.Email{Value: body.Value, Type: body.Type, Primary: bool(body.Primary)}
		return err
	}
	if s.sub == "primary" {
		primary := flag(false)
		err := s.read(&primary)
		e.Primary = bool(primary)
		return err
	}
	var text string
	err := s.text(&text)
	set(e, s.sub, text)
	return err
}

// set sets a part of an address.
func set(e *identity.Email, part string, value any) {
	text, _ := value.(string)
	switch part {
	case "value":
		e.Value = text
	case "type":
		e.Type = text
	case "primary":
		e.Primary, _ = value.(bool)
	}
}

// picks reports whether an address has what a filter asks for.
func picks(where []comparison, e identity.Email) bool {
	for _, c := range where {
		text, _ := c.value.(string)
		switch {
		case c.name == "type" && strings.EqualFold(e.Type, text), c.name == "value" && strings.EqualFold(e.Value, text),
			c.name == "primary" && c.value == e.Primary:
		default:
			return false
		}
	}
	return true
}
