package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"bureau/access"
	"bureau/ingest"
	"bureau/web"
)

// A config is the configuration as plain values: the file, with flags and the
// environment over it.
type config struct {
	file    string    // as given
	stamp   fileStamp // of the file as it was read, so that no later edit is missed
	company access.Names
	data    string // absolute folder
	index   string // engine of the next generation: "sqlite", or the address of a server
	qdrant  qdrantConfig
	models  modelsConfig
	serve   serveConfig
	slack   slackConfig
	signIn  signInConfig
	ingest  ingestConfig
	audit   auditConfig
	hash    string // of the file
	policy  *access.Policy
	sources []ingest.Source
}

// A modelsConfig says which models answer and embed.
type modelsConfig struct {
	Ollama   string `yaml:"ollama"`
	Chat     string `yaml:"chat"`     // "" for quotes only
	Embedder string `yaml:"embedder"` // "" for words only
	Threads  int    `yaml:"threads"`  // 0 lets Ollama choose
	Context  int    `yaml:"context"`  // window of the chat model, tokens
	// FirstToken is how long a person should wait for the first word; the
	// prompt is fitted to it.
	FirstToken time.Duration `yaml:"first_token"`
	// Evidence moves the gate in front of the model by a share of the
	// embedder's measured threshold: 0.1 refuses more, -0.1 answers more.
	Evidence float64 `yaml:"evidence"`
}

// A serveConfig says where and how the chat is served.
type serveConfig struct {
	Listen      string `yaml:"listen"`
	URL         string `yaml:"url"`         // that people reach it at, such as https://bureau.example.com
	Generations int    `yaml:"generations"` // answers written at a time
	Keep        days   `yaml:"keep"`        // how long a conversation is kept after its last question; 0 for ever
	guards      `yaml:",inline"`
}

// An ingestConfig says when and how documents are taken in.
type ingestConfig struct {
	Every         time.Duration `yaml:"every"`          // between two runs of a watch, at most
	AllowWidening bool          `yaml:"allow_widening"` // of who reads a text that has not changed
	OCR           []string      `yaml:"ocr"`            // command that reads pictures of text in PDF documents
	widen         []string      // documents that may be opened to more people, as globs; of --widen
}

// mayWiden are the documents that may be opened to more people.
func (c ingestConfig) mayWiden() []string {
	if c.AllowWidening {
		return []string{"**"}
	}
	return c.widen
}

// A configFile is the shape of bureau.yaml. The keys of the policy are read by
// package access.
type configFile struct {
	Company     yaml.Node      `yaml:"company"`
	Data        string         `yaml:"data"`
	Index       string         `yaml:"index"`
	Qdrant      qdrantConfig   `yaml:"qdrant"`
	Models      modelsConfig   `yaml:"models"`
	Serve       serveConfig    `yaml:"serve"`
	Slack       slackConfig    `yaml:"slack"`
	SignIn      signInConfig   `yaml:"sign_in"`
	Ingest      ingestConfig   `yaml:"ingest"`
	Audit       auditConfig    `yaml:"audit"`
	Sources     []sourceConfig `yaml:"sources"`
	Clearances  yaml.Node      `yaml:"clearances"`
	Departments yaml.Node      `yaml:"departments"`
	Groups      yaml.Node      `yaml:"groups"`
	People      yaml.Node      `yaml:"people"`
}

// none is how a configuration names no model.
const none = "none"

// load reads the configuration and lays the settings over it. Every mistake
// is reported at once.
func (s *settings) load() (*config, error) {
	read := stamp(s.Config)
	document, err := os.ReadFile(s.Config)
	if errors.Is(err, os.ErrNotExist) {
		return nil, misuse{fmt.Errorf("configuration %s does not exist: name one with -c FILE, or try \"bureau demo\"", s.Config)}
	}
	if err != nil {
		return nil, misuse{fmt.Errorf("read configuration: %w", err)}
	}
	file, mistakes := decode(s.Config, document)
	policy, err := access.Parse(s.Config, document)
	mistakes = errors.Join(mistakes, err)
	if mistakes != nil {
		return nil, misuse{mistakes}
	}
	base, err := filepath.Abs(filepath.Dir(s.Config))
	if err != nil {
		return nil, fmt.Errorf("folder of configuration %s: %w", s.Config, err)
	}
	c := &config{file: s.Config, stamp: read, index: file.Index, qdrant: file.Qdrant, models: file.Models, serve: file.Serve, slack: file.Slack, signIn: file.SignIn, ingest: file.Ingest, audit: file.Audit, policy: policy}
	c.hash = fileHash(document)
	s.over(c, file, base)
	c.company, err = companyNames(s.Config, &file.Company)
	mistakes = errors.Join(err, c.check())
	at := setting{file: s.Config, base: base, mirrors: mirrorsIn(c.data), every: c.ingest.Every, policy: policy, lookup: s.lookup}
	c.sources, err = at.sources(file.Sources)
	if mistakes = errors.Join(mistakes, err); mistakes != nil {
		return nil, misuse{mistakes}
	}
	return c, nil
}

// loadModels reads the models and the data folder alone, which are the
// defaults where there is no file. It is for commands that need no company.
func (s *settings) loadModels() (*config, error) {
	if _, err := os.Stat(s.Config); !errors.Is(err, os.ErrNotExist) {
		return s.load()
	}
	file, err := decode(s.Config, nil)
	if err != nil {
		return nil, misuse{err}
	}
	policy, err := access.Parse(s.Config, nil)
	if err != nil {
		return nil, misuse{err}
	}
	c := &config{file: s.Config, index: file.Index, qdrant: file.Qdrant, models: file.Models, serve: file.Serve, slack: file.Slack, signIn: file.SignIn, ingest: file.Ingest, audit: file.Audit, policy: policy}
	s.over(c, file, ".")
	if err := c.check(); err != nil {
		return nil, misuse{err}
	}
	return c, nil
}

// decode reads the file's shape, with the defaults where it says nothing.
func decode(name string, document []byte) (configFile, error) {
	file := configFile{
		Data: ".bureau-data", Index: engineSQLite, Qdrant: qdrantConfig{Collection: "bureau"},
		Models: modelsConfig{
			Ollama: "http://127.0.0.1:11434", Chat: "qwen3:4b", Embedder: "bge-m3",
			Context: 4096, FirstToken: 15 * time.Second,
		},
		Serve:  serveConfig{Listen: "127.0.0.1:8080", Generations: 1, guards: guards{Limits: web.DefaultLimits()}},
		Ingest: ingestConfig{Every: 15 * time.Minute},
		Audit:  auditConfig{Questions: questionHash, Required: true},
	}
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return file, inWords(name, err)
	}
	return file, errors.Join(locate(name, document, file.Sources), file.SignIn.locate(name, document))
}

// unknownField is how yaml reports a key that a struct lacks.
var unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)

// inWords turns an error of the YAML package into lines that an administrator
// can use: the file, the line and the key, without names of Go types.
func inWords(name string, err error) error {
	var types *yaml.TypeError
	if !errors.As(err, &types) {
		return fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var mistakes []error
	for _, line := range types.Errors {
		line = unknownField.ReplaceAllString(line, `unknown key "$1"`)
		line = strings.NewReplacer("line ", name+":", "!!str ", "", "!!seq", "a list", "!!map", "a mapping").Replace(line)
		mistakes = append(mistakes, errors.New(line))
	}
	return errors.Join(mistakes...)
}

// over lays flags and the environment over the file's values.
func (s *settings) over(c *config, file configFile, base string) {
	c.data = within(base, file.Data)
	if s.Data != nil && *s.Data != "" {
		c.data = *s.Data
		if absolute, err := filepath.Abs(*s.Data); err == nil {
			c.data = absolute
		}
	}
	if c.audit.Key != "" {
		c.audit.Key = within(base, c.audit.Key)
	}
	if c.qdrant.Authorities != "" {
		c.qdrant.Authorities = within(base, c.qdrant.Authorities)
	}
	for _, file := range []*string{&c.serve.TLS.Cert, &c.serve.TLS.Key} {
		if *file != "" {
			*file = within(base, *file)
		}
	}
	c.qdrant.key, c.qdrant.readKey = s.secret(qdrantKey), s.secret(qdrantReadKey)
	c.slack.tokens = s.slackTokens()
	for i, p := range c.signIn.Providers {
		c.signIn.Providers[i].secret = s.secret(providerSecret + strings.ToUpper(strings.ReplaceAll(p.ID, "-", "_")))
	}
	for i, v := range c.signIn.Visitors {
		c.signIn.Visitors[i].secret = s.secret(secretVariable(visitorsSecret, v.ID))
	}
	set(&c.index, s.Index)
	set(&c.models.Ollama, s.Ollama)
	set(&c.models.Chat, s.Model)
	set(&c.models.Embedder, s.Embedder)
	set(&c.models.Threads, s.Threads)
	for _, model := range []*string{&c.models.Chat, &c.models.Embedder} {
		if *model == none {
			*model = ""
		}
	}
}

// secret returns what only the environment may tell, "" where it does not.
func (s *settings) secret(variable string) string {
	if s.lookup == nil {
		return ""
	}
	value, _ := s.lookup(variable)
	return value
}

// set replaces *value where a setting was given.
func set[T any](value *T, given *T) {
	if given != nil {
		*value = *given
	}
}

// within returns path, taken from base unless it is absolute.
func within(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

// companyNames reads the company's name: one, or one for each language.
func companyNames(file string, node *yaml.Node) (access.Names, error) {
	switch {
	case node.IsZero():
		return access.Names{"": "Bureau"}, nil
	case node.Kind == yaml.ScalarNode:
		return access.Names{"": node.Value}, nil
	}
	names := access.Names{}
	if err := node.Decode(&names); err != nil {
		return nil, fmt.Errorf("%s:%d: company must be a name or a mapping such as {en: …, zh-Hans: …}", file, node.Line)
	}
	return names, nil
}

// check holds the values against what they may be.
func (c *config) check() error {
	var mistakes []error
	mistake := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf(c.file+": "+format, args...))
	}
	if u, err := url.Parse(c.models.Ollama); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		mistake("models.ollama: %q is not an address like http://127.0.0.1:11434", c.models.Ollama)
	}
	switch engineOf(c.index) {
	case "":
		mistake("index: %q is neither sqlite nor an address like qdrant://127.0.0.1:6334", c.index)
	case engineQdrant:
		if _, err := parseQdrant(c.index); err != nil {
			mistake("index: %w", err)
		}
	}
	if err := c.qdrant.check(); err != nil {
		mistake("qdrant: %w", err)
	}
	if c.models.Threads < 0 {
		mistake("models.threads: %d must be 0 or more", c.models.Threads)
	}
	if c.models.Context < 1024 {
		mistake("models.context: %d must be at least 1024 tokens", c.models.Context)
	}
	if c.models.FirstToken <= 0 {
		mistake("models.first_token: %s must be a time such as 15s", c.models.FirstToken)
	}
	if c.serve.Generations < 1 {
		mistake("serve.generations: %d must be 1 or more", c.serve.Generations)
	}
	if c.serve.Keep < 0 {
		mistake("serve.keep: %s must be a number of days such as 180d, or 0 for ever", time.Duration(c.serve.Keep))
	}
	if err := errors.Join(c.serve.check(), c.serve.checkTLS()); err != nil {
		mistake("%w", err)
	}
	if err := c.slack.check(c.policy); err != nil {
		mistake("slack: %w", err)
	}
	mistakes = append(mistakes, c.checkSignIn())
	if err := c.audit.check(); err != nil {
		mistake("%w", err)
	}
	if c.ingest.Every < time.Second {
		mistake("ingest.every: %s must be a time such as 15m, and at least 1s", c.ingest.Every)
	}
	if err := checkOCR(c.ingest.OCR); err != nil {
		mistake("ingest.ocr: %w", err)
	}
	return errors.Join(mistakes...)
}
