package main

import (
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"bureau/access"
	"bureau/ingest"
)

// A sourceConfig is one entry of sources in bureau.yaml: a folder of
// documents, or an origin that they are fetched from, and who reads them.
type sourceConfig struct {
	ID      string `yaml:"id"`
	Path    string `yaml:"path"` // from the configuration's folder
	origins `yaml:",inline"`
	Every   time.Duration `yaml:"every"`   // between two fetches, 0 for ingest.every
	Timeout time.Duration `yaml:"timeout"` // of a fetch, 0 for an hour
	// Environment names variables that the source's command is given.
	Environment []string `yaml:"environment"`
	Readers     []string `yaml:"readers"`
	Deny        []string `yaml:"deny"`
	Clearance   string   `yaml:"clearance"`
	From        string   `yaml:"from"`
	Until       string   `yaml:"until"`
	Include     []string `yaml:"include"`
	Exclude     []string `yaml:"exclude"`
	Language    string   `yaml:"language"`
	// JSON says where the documents are in JSON and JSONL files; without it these
	// are not read.
	JSON *ingest.Export `yaml:"json"`
	line int            // in the file, set by locate
}

// locate gives the decoded sources their lines, for messages about them. A
// decoder of their own could do it too, but would let unknown keys pass. An
// entry without anything in it is a mistake.
func locate(name string, document []byte, sources []sourceConfig) error {
	var file struct {
		Sources []yaml.Node `yaml:"sources"`
	}
	if err := yaml.Unmarshal(document, &file); err != nil {
		return inWords(name, err)
	}
	var empty []error
	for _, node := range file.Sources {
		if node.Tag == "!!null" { // for which nothing was decoded
			empty = append(empty, fmt.Errorf("%s:%d: a source without anything in it", name, node.Line))
			continue
		}
		sources[0].line, sources = node.Line, sources[1:]
	}
	return errors.Join(empty...)
}

// A setting is where the sources are configured.
type setting struct {
	file    string        // as given, for messages
	base    string        // its folder
	mirrors string        // where what is fetched is kept
	every   time.Duration // between two fetches of a source that does not say
	policy  *access.Policy
	lookup  func(string) (string, bool) // the environment
}

// sources turns the configured sources into those of the ingest, with readers
// that the policy knows. Every mistake is reported at once.
func (s setting) sources(configured []sourceConfig) ([]ingest.Source, error) {
	var (
		list     []ingest.Source
		mistakes []error
		seen     = map[string]bool{}
	)
	for _, c := range configured {
		mistake := func(format string, args ...any) {
			mistakes = append(mistakes, fmt.Errorf("%s:%d: source %s: %s", s.file, c.line, c.ID, fmt.Sprintf(format, args...)))
		}
		switch {
		case c.ID == "":
			mistake("has no id")
		case seen[c.ID]:
			mistake("is listed twice")
		case len(c.Readers) == 0:
			mistake("names no readers, so nobody could read it: add readers: [everyone] or the departments")
		}
		if c.JSON != nil {
			if err := c.JSON.Check(); err != nil {
				mistake("json: %v", err)
			}
		}
		seen[c.ID] = true
		source := ingest.Source{
			ID: c.ID, Path: within(s.base, c.Path), Readers: c.readers(s.policy, mistake),
			Include: c.Include, Exclude: c.Exclude, Language: c.Language, Export: c.JSON,
		}
		list = append(list, s.withOrigin(source, c, mistake))
	}
	if len(configured) == 0 {
		mistakes = append(mistakes, fmt.Errorf("%s: no sources: add sources: [{id: …, path: …, readers: […]}]", s.file))
	}
	return list, errors.Join(mistakes...)
}

// readers builds who reads the source.
func (c *sourceConfig) readers(policy *access.Policy, mistake func(string, ...any)) access.Readers {
	departments := func(key string, ids []string) []access.Department {
		var list []access.Department
		for _, id := range ids {
			if d := access.Department(id); policy.HasDepartment(d) {
				list = append(list, d)
			} else {
				mistake("%s: department %q is unknown", key, id)
			}
		}
		return list
	}
	level := access.Clearance(c.Clearance)
	if !policy.HasClearance(level) {
		mistake("unknown clearance %q", c.Clearance)
	}
	readers := access.Readers{Clearance: level}
	readers.Departments = departments("readers", c.Readers)
	readers.Deny = departments("deny", c.Deny)
	var err error
	if c.From != "" {
		if readers.From, err = access.ParseFrom(c.From); err != nil {
			mistake("from: %v", err)
		}
	}
	if c.Until != "" {
		if readers.Until, err = access.ParseUntil(c.Until); err != nil {
			mistake("until: %v", err)
		}
	}
	return readers.Canonical()
}
