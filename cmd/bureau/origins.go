package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"time"

	"bureau/ingest"
	"bureau/ingest/format"
)

// origins are the kinds of sources that are fetched, each by its key in a
// source. One of a company's own is a further line here, and a file beside
// origins_kinds.go (docs/sources.md has an example).
type origins struct {
	Git     *gitOrigin     `yaml:"git"`
	Zip     *zipOrigin     `yaml:"zip"`
	S3      *s3Origin      `yaml:"s3"`
	Website *websiteOrigin `yaml:"website"`
	Command *commandOrigin `yaml:"command"`
}

// An originConfig is what a source says of its origin.
type originConfig interface {
	// open returns the origin, or why there can be none. It asks nobody.
	open(s surroundings) (checked, error)
}

// A checked is an origin that knows what is wrong with the way it is named.
type checked interface {
	ingest.Origin
	Check() error
}

// Surroundings are what an origin is given.
type surroundings struct {
	base        string // folder of the configuration
	wants       func(name string, bytes int64) (bool, error)
	reads       func(name string) bool // by its extension, whatever the source includes
	environment []string               // names of the variables that the source's command is given
	lookup      func(string) (string, bool)
}

// configured returns the origins that a source names, by their keys.
func (o *origins) configured() map[string]originConfig {
	named := map[string]originConfig{}
	value := reflect.ValueOf(*o)
	for i := range value.NumField() {
		if field := value.Field(i); !field.IsNil() {
			named[value.Type().Field(i).Tag.Get("yaml")] = field.Interface().(originConfig)
		}
	}
	return named
}

// kinds are the keys of the origins, for messages.
func (o *origins) kinds() string {
	var keys []string
	for field := range reflect.TypeFor[origins]().Fields() {
		keys = append(keys, field.Tag.Get("yaml"))
	}
	return strings.Join(keys, ", ")
}

// withOrigin gives a source the origin that is configured for it, and its
// mirror for a folder.
func (s setting) withOrigin(source ingest.Source, c sourceConfig, mistake func(string, ...any)) ingest.Source {
	named := c.configured()
	switch {
	case c.Path == "" && len(named) == 0:
		mistake("has no path, and none of %s", c.kinds())
		return source
	case c.Path != "" && len(named) > 0 || len(named) > 1:
		mistake("has more than one of path, %s", c.kinds())
		return source
	case c.Path != "" && (c.Every != 0 || c.Timeout != 0):
		mistake("has every or timeout, which are for what is fetched")
	case c.Path != "":
		return source
	case c.Every != 0 && c.Every < time.Second || c.Timeout < 0:
		mistake("every and timeout must be times such as 1h, every at least 1s")
	case len(c.Environment) > 0 && c.Command == nil:
		mistake("has environment, which is for a command")
	}
	if safe, ok := format.SafePath(c.ID); !ok || safe != c.ID || strings.ContainsRune(c.ID, '/') || strings.HasPrefix(c.ID, ".") {
		mistake("has an id that cannot be the name of a folder, as that of a source that is fetched must")
		return source
	}
	source.Path, source.Timeout, source.Every = filepath.Join(s.mirrors, c.ID), c.Timeout, s.every
	if c.Every != 0 {
		source.Every = c.Every
	}
	for key, config := range named {
		from, err := config.open(surroundings{s.base, source.Wants, reads(source), c.Environment, s.lookup})
		if err == nil {
			err = from.Check()
		}
		if err != nil {
			mistake("%s: %v", key, err)
			continue
		}
		source.Origin = from
	}
	return source
}

// reads reports of files whether their kind is one that a source reads.
func reads(source ingest.Source) func(name string) bool {
	all := ingest.Source{Export: source.Export}
	return func(name string) bool {
		is, _ := all.Wants(name, 0)
		return is
	}
}

// mirrorsIn is the folder in which what was fetched is kept.
func mirrorsIn(data string) string { return filepath.Join(data, "sources") }

// variableName is what a variable is called. A secret that stands in its place
// mostly is not.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// variable checks the name of a variable that has a secret in it. The message
// does not repeat it: it may be the secret.
func variable(key, name string) error {
	if !variableName.MatchString(name) {
		return fmt.Errorf("%s is not the name of an environment variable", key)
	}
	return nil
}

// secret returns the value of a variable. It is looked for when it is needed,
// since most commands fetch nothing.
func (s surroundings) secret(name string) (string, error) {
	if s.lookup != nil {
		if value, ok := s.lookup(name); ok && value != "" {
			return value, nil
		}
	}
	return "", fmt.Errorf("the environment variable %s is not set", name)
}

// values returns those of the variables that are set, as NAME=value.
func (s surroundings) values(names ...string) (list []string) {
	for _, name := range names {
		if s.lookup == nil {
			break
		}
		if value, ok := s.lookup(name); ok {
			list = append(list, name+"="+value)
		}
	}
	return list
}
