package leaktest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Case is a question about a company's own documents, with what may and must
// come back. Documents are named "source/path"; a pattern such as "hr/**"
// stands for all under hr.
type Case struct {
	Name         string   `yaml:"name"`
	Person       string   `yaml:"person"`
	Question     string   `yaml:"question"`
	Conversation string   `yaml:"conversation"` // the client's own id; one for each case unless given
	Earlier      []string `yaml:"earlier"`      // questions of the person before, in the conversation
	// First is what somebody asks before, under the same id of a conversation
	// unless it has one of its own.
	First     *Turn  `yaml:"first"`
	ModelSays string `yaml:"model_says"` // words that the stand-in model writes; what it is given unless set

	MayAnswerFrom  *[]string `yaml:"may_answer_from"`  // every source must be one of these; none at all for []
	MustAnswerFrom []string  `yaml:"must_answer_from"` // one source at least must be one of these
	MustContain    []string  `yaml:"must_contain"`     // of the reply with the conversation, letters of either case
	MustNotContain []string  `yaml:"must_not_contain"`
}

// A Turn is a question of somebody.
type Turn struct {
	Person       string `yaml:"person"`
	Question     string `yaml:"question"`
	Conversation string `yaml:"conversation"`
}

// ReadCases reads the cases of a file, or of every file in a folder: YAML or
// JSON with a list of them, or JSON lines.
func ReadCases(name string) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(name, "*"))
	if err != nil || len(files) == 0 {
		files = []string{name}
	}
	var cases []Case
	for _, file := range files {
		if !slices.Contains([]string{".yaml", ".yml", ".json", ".jsonl"}, filepath.Ext(file)) {
			continue
		}
		more, err := readCases(file)
		if err != nil {
			return nil, err
		}
		cases = append(cases, more...)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("%s: no cases: name a file of YAML, JSON or JSON lines, or a folder of such", name)
	}
	return cases, check(name, cases)
}

func readCases(file string) (cases []Case, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s does not exist", file)
	}
	if err != nil {
		return nil, err
	}
	if filepath.Ext(file) == ".jsonl" {
		for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			var c Case
			if err := decode([]byte(line), &c); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
			}
			cases = append(cases, c)
		}
		return cases, nil
	}
	if err := decode(text, &cases); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return cases, nil
}

// decode reads YAML, of which JSON is a part. A misspelt key would be a check
// that is never made.
func decode(text []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// check returns every mistake in the cases.
func check(name string, cases []Case) error {
	var mistakes []error
	seen := map[string]bool{}
	for i, c := range cases {
		mistake := func(format string, args ...any) {
			mistakes = append(mistakes, fmt.Errorf("%s: case %d %q: %s", name, i+1, c.Name, fmt.Sprintf(format, args...)))
		}
		switch {
		case c.Name == "" || c.Person == "" || c.Question == "":
			mistake("name, person and question are needed")
		case seen[c.Name]:
			mistake("the name is there twice")
		case c.MayAnswerFrom == nil && len(c.MustAnswerFrom)+len(c.MustContain)+len(c.MustNotContain) == 0:
			mistake("it checks nothing: say what it may_answer_from, must_answer_from, must_contain or must_not_contain")
		}
		seen[c.Name] = true
		for _, words := range c.MustNotContain {
			if strings.Contains(strings.ToLower(c.Question), strings.ToLower(words)) {
				mistake("must_not_contain: %q stands in the question itself", words)
			}
		}
	}
	return errors.Join(mistakes...)
}

// NewCases returns a trial of cases: its documents are the cases.
func NewCases(cases []Case) *Trial {
	t := &Trial{cells: map[cell]mark{}}
	for _, c := range cases {
		t.documents = append(t.documents, &Document{Name: c.Name})
	}
	return t
}

// Judge holds a reply and the documents that it names against the case with
// this number.
func (t *Trial) Judge(door string, n int, c Case, reply string, sources []string) {
	lower := strings.ToLower(reply)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked++
	r := Reader{Name: c.Person, Person: c.Person}
	t.row(door, r)
	m := mark{question: c.Question, answered: len(sources) > 0}
	leak := func(part Part, text string) {
		m.leaked = true
		t.leak(Leak{Door: door, Reader: c.Person, Question: c.Question, Document: c.Name, Part: part, Text: text})
	}
	for _, words := range c.MustNotContain {
		if i := strings.Index(lower, strings.ToLower(words)); i >= 0 {
			leak(Text, around(lower, i))
		}
	}
	if c.MayAnswerFrom != nil {
		for _, s := range sources {
			if !matches(*c.MayAnswerFrom, s) {
				leak("source", s)
			}
		}
	}
	missing := len(c.MustAnswerFrom) > 0 && !slices.ContainsFunc(sources, func(s string) bool { return matches(c.MustAnswerFrom, s) })
	for _, words := range c.MustContain {
		missing = missing || !strings.Contains(lower, strings.ToLower(words))
	}
	if missing {
		m.answered, m.wanted = false, true
	}
	t.cells[cell{door, r.Name, t.documents[n]}] = m
}

// matches reports whether a document is one of those that patterns name.
func matches(patterns []string, document string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if folder, all := strings.CutSuffix(pattern, "/**"); all {
			return strings.HasPrefix(document, folder+"/")
		}
		ok, err := path.Match(pattern, document)
		return err == nil && ok
	})
}
