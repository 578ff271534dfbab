package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"bureau/examples"
	"bureau/leaktest"
)

// The people whom a leak test adds to the company, so that each way of being
// allowed and not has somebody.
const (
	testerAll      = "leaktest-all"      // of every department, with the highest clearance
	testerNone     = "leaktest-none"     // of none
	testerExpired  = "leaktest-expired"  // as testerAll, up to last year
	testerEarly    = "leaktest-early"    // as testerAll, from next year on
	testerDisabled = "leaktest-disabled" // as testerAll, and shut out
	testerLeaver   = "leaktest-leaver"   // as testerAll, until the departments are taken away
)

// A scratch is a company of its own in a folder of its own: the people and
// departments of a configuration, and documents with canaries.
type scratch struct {
	folder    string
	settings  *settings // as the command was given
	document  yaml.Node // the configuration
	company   *leaktest.Company
	planted   []*leaktest.Document
	collected string // what the names of collections begin with
}

// newScratch makes the folder. planted puts documents with canaries in the
// place of the configuration's sources.
func newScratch(s *settings, planted bool) (_ *scratch, err error) {
	text, base, err := s.forScratch()
	if err != nil {
		return nil, err
	}
	c := &scratch{settings: s}
	if c.folder, err = os.MkdirTemp("", "bureau-leaktest-"); err != nil {
		return nil, fmt.Errorf("make a folder for the leak test: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(c.folder))
		}
	}()
	c.collected = filepath.Base(c.folder)
	if err := yaml.Unmarshal(text, &c.document); err != nil {
		return nil, err // unreachable: the configuration was loaded
	}
	root := c.root()
	for _, key := range []string{"sign_in", "slack", "serve", "ingest", "data"} {
		drop(root, key)
	}
	put(root, "data", "data")
	put(root, "serve", map[string]any{"listen": "127.0.0.1:0", "generations": 4})
	collection := under(root, "qdrant", yaml.MappingNode)
	put(collection, "collection", c.collected)
	if planted {
		if err := c.addTesters(text); err != nil {
			return nil, err
		}
		return c, c.plant()
	}
	if base == "" {
		base = filepath.Join(c.folder, "company")
		if err := unpack(base); err != nil {
			return nil, err
		}
	}
	for _, source := range under(root, "sources", yaml.SequenceNode).Content {
		if path := value(source, "path"); path != nil {
			path.Value = within(base, path.Value)
		}
	}
	return c, c.write()
}

// forScratch returns the configuration and its folder: that of the sample company
// where none was named.
func (s *settings) forScratch() (text []byte, base string, err error) {
	if _, err := os.Stat(s.Config); errors.Is(err, fs.ErrNotExist) && s.Config == "bureau.yaml" {
		text, err := fs.ReadFile(examples.Company, "company/bureau.yaml")
		return text, "", err
	}
	if _, err := s.load(); err != nil {
		return nil, "", err
	}
	if text, err = os.ReadFile(s.Config); err != nil {
		return nil, "", err
	}
	base, err = filepath.Abs(filepath.Dir(s.Config))
	return text, base, err
}

// addTesters adds people and accounts in Slack.
func (c *scratch) addTesters(text []byte) error {
	company, err := leaktest.ParseCompany(text)
	if err != nil {
		return err
	}
	var departments []string
	for _, d := range company.Departments {
		departments = append(departments, d.ID)
	}
	all := func(id string) map[string]any {
		who := map[string]any{"id": id, "name": id, "departments": departments}
		if n := len(company.Clearances); n > 0 {
			who["clearance"] = company.Clearances[n-1]
		}
		return who
	}
	expired, early := all(testerExpired), all(testerEarly)
	expired["until"] = time.Now().AddDate(-1, 0, 0).Format(time.DateOnly)
	early["from"] = time.Now().AddDate(1, 0, 0).Format(time.DateOnly)
	people := under(c.root(), "people", yaml.SequenceNode)
	for _, who := range []map[string]any{all(testerAll), {"id": testerNone, "name": testerNone}, expired, early, all(testerDisabled), all(testerLeaver)} {
		people.Content = append(people.Content, node(who))
	}
	for i, who := range people.Content {
		put(who, "slack", fmt.Sprintf("U0LEAKTEST%d", i))
	}
	return nil
}

// plant makes documents up and writes them.
func (c *scratch) plant() (err error) {
	if err := c.write(); err != nil {
		return err
	}
	c.planted = c.company.Plant(time.Now())
	if err := leaktest.Write(c.documentsFolder(), c.planted); err != nil {
		return err
	}
	var sources []map[string]any
	readers := leaktest.Sources(c.planted)
	for _, id := range slices.Sorted(maps.Keys(readers)) {
		sources = append(sources, map[string]any{"id": id, "path": filepath.Join("documents", id), "readers": []string{readers[id]}})
	}
	put(c.root(), "sources", sources)
	return c.write()
}

// takeAway takes the departments of a person away, in the file that the server
// follows.
func (c *scratch) takeAway(person string) (*leaktest.Company, error) {
	for _, who := range under(c.root(), "people", yaml.SequenceNode).Content {
		if id := value(who, "id"); id != nil && id.Value == person {
			put(who, "departments", []string{})
			drop(who, "groups")
		}
	}
	return c.company, c.write()
}

// write writes the configuration, and reads who is in it.
func (c *scratch) write() error {
	text, err := yaml.Marshal(&c.document)
	if err != nil {
		return err
	}
	if c.company, err = leaktest.ParseCompany(text); err != nil {
		return err
	}
	temporary := c.file() + ".new"
	return errors.Join(os.WriteFile(temporary, text, 0o600), os.Rename(temporary, c.file()))
}

func (c *scratch) file() string { return filepath.Join(c.folder, "bureau.yaml") }

// environment is what the scratch company may know of the process: the keys of a
// Qdrant server, and no secrets of Slack or of sign-in.
func (c *scratch) environment(name string) (string, bool) {
	if c.settings.lookup == nil || name != qdrantKey && name != qdrantReadKey {
		return "", false
	}
	return c.settings.lookup(name)
}

// load loads the configuration, with models as flags name them.
func (c *scratch) load(models []string) (*config, error) {
	s := *c.settings
	s.Config, s.Data, s.lookup = c.file(), nil, c.environment
	for i := 0; i+1 < len(models); i += 2 {
		switch models[i] {
		case "--ollama":
			s.Ollama = &models[i+1]
		case "--model":
			s.Model = &models[i+1]
		case "--embedder":
			s.Embedder = &models[i+1]
		}
	}
	return s.load()
}

// root is the mapping of the configuration.
func (c *scratch) root() *yaml.Node {
	if len(c.document.Content) == 0 {
		c.document = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	return c.document.Content[0]
}
