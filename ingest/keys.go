package ingest

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// restrictions are the keys that may take readers away.
var restrictions = []string{"clearance", "deny", "from", "readers", "until"}

// keys are the keys of a front matter and what each states. The dates of other
// programs stand in for "updated" where a document has none.
var keys = map[string]func(*statement, *yaml.Node) error{
	"title":     func(s *statement, n *yaml.Node) error { return word(&s.title, n) },
	"language":  func(s *statement, n *yaml.Node) error { return word(&s.language, n) },
	"owner":     func(s *statement, n *yaml.Node) error { return word(&s.owner, n) },
	"updated":   func(s *statement, n *yaml.Node) error { return word(&s.updated, n) },
	"lastmod":   func(s *statement, n *yaml.Node) error { return word(&s.modified, n) },
	"date":      func(s *statement, n *yaml.Node) error { return word(&s.dated, n) },
	"readers":   func(s *statement, n *yaml.Node) error { return words(&s.Readers, n) },
	"deny":      func(s *statement, n *yaml.Node) error { return words(&s.Deny, n) },
	"clearance": func(s *statement, n *yaml.Node) error { return word(&s.Clearance, n) },
	"from":      stateFrom,
	"until":     stateUntil,
}

// stateFrom reads the moment from which a document is read.
func stateFrom(s *statement, n *yaml.Node) error {
	err := word(&s.From, n)
	if err == nil {
		s.FromTime, _, err = parseDate(s.From)
	}
	return err
}

// stateUntil reads the moment before which a document is read. A whole day
// counts to its end.
func stateUntil(s *statement, n *yaml.Node) error {
	if err := word(&s.Until, n); err != nil {
		return err
	}
	moment, wholeDay, err := parseDate(s.Until)
	if wholeDay {
		moment = moment.AddDate(0, 0, 1)
	}
	s.UntilTime = moment
	return err
}

// word reads a single value. Null is the empty word.
func word(into *string, n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return errors.New("one value is wanted")
	}
	*into = scalar(n)
	return nil
}

// words reads a list of values, or one value as a list of one. Null is the
// empty list.
func words(into *[]string, n *yaml.Node) error {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	for _, item := range list {
		if item.Kind == yaml.AliasNode {
			item = item.Alias
		}
		if item.Kind != yaml.ScalarNode {
			return errors.New("a list of names is wanted")
		}
		if value := scalar(item); value != "" && !slices.Contains(*into, value) {
			*into = append(*into, value)
		}
	}
	return nil
}

// scalar returns the value of a scalar as written, and "" for null.
func scalar(n *yaml.Node) string {
	if n.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(n.Value)
}
