package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"
)

// A Rule says who may read some documents of a source: all in a folder, or one
// file with all that is inside it. Like a front matter it can only narrow. It
// is for what has no front matter: a Word document, a folder, an archive.
type Rule struct {
	Path  string // of the file in which it stands, inside the source's folder
	Front FrontMatter
}

// maxRules is the size of the largest file of rules, in bytes.
const maxRules = 64 << 10

// A ruleBook has the rules that were found in a source, by the path of the
// folder or file that they are about.
type ruleBook map[string][]foundRule

// A foundRule is one file of rules.
type foundRule struct {
	Rule
	err error // why it cannot be read
}

// subjectOf returns the folder or the file that a file is about whose name says
// that it has rules: readers.yaml is about its folder and all below, and
// NAME.readers.yaml about NAME.
func subjectOf(name string) (subject string, isRule bool) {
	folder, base := path.Split(name)
	folder = path.Clean(folder)
	for _, rules := range []string{"readers.yaml", "readers.yml"} {
		if strings.EqualFold(base, rules) {
			return folder, true
		}
		if cut := len(base) - len("."+rules); cut > 0 && strings.EqualFold(base[cut:], "."+rules) {
			return path.Join(folder, base[:cut]), true
		}
	}
	return "", false
}

// add adds a file of rules.
func (b ruleBook) add(name string, data []byte, err error) {
	rule := foundRule{Rule: Rule{Path: name}, err: err}
	if err == nil {
		rule.Front, rule.err = parseRule(data)
	}
	subject, _ := subjectOf(name)
	subject = norm.NFC.String(subject) // as the Mac and others write a name differently
	b[subject] = append(b[subject], rule)
}

// A nameSet is names of files and folders.
type nameSet map[string]bool

// add adds a name, with the folders above it.
func (s nameSet) add(name string) {
	for name = norm.NFC.String(name); !s[name]; name = path.Dir(name) {
		s[name] = true
	}
}

// pointless returns the rules that are about nothing of these names. Who wrote
// one means to restrict something.
func (b ruleBook) pointless(there nameSet) (rules []string) {
	for subject, found := range b {
		for _, rule := range found {
			if !there[subject] {
				rules = append(rules, rule.Path)
			}
		}
	}
	slices.Sort(rules)
	return rules
}

// errPointless says that a rule restricts nothing.
var errPointless = errors.New("it is about a file or folder that is not there; give it the name of what it restricts, exactly")

// of returns the rules about a document, outermost first. Where one of them
// cannot be read nobody knows who may read the document.
func (b ruleBook) of(name string) (rules []Rule, err error) {
	if len(b) == 0 {
		return nil, nil
	}
	name = norm.NFC.String(name)
	subjects := []string{"."}
	for i, c := range name {
		if c == '/' {
			subjects = append(subjects, name[:i])
		}
	}
	for _, subject := range append(subjects, name) {
		for _, found := range b[subject] {
			if found.err != nil {
				return nil, fmt.Errorf("%s: %w", found.Path, found.err)
			}
			rules = append(rules, found.Rule)
		}
	}
	return rules, nil
}

// with returns a book with the rules of b and of other.
func (b ruleBook) with(other ruleBook) ruleBook {
	both := make(ruleBook, len(b)+len(other))
	for _, book := range []ruleBook{b, other} {
		for subject, rules := range book {
			both[subject] = append(slices.Clip(both[subject]), rules...)
		}
	}
	return both
}

// parseRule reads a file of rules. A key that is not known is an error here,
// since it may be one that is to restrict.
func parseRule(data []byte) (FrontMatter, error) {
	text, err := decode(data, "")
	if err != nil {
		return FrontMatter{}, err
	}
	var document, more yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(clean(text)))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		line, reason := yamlReason(err)
		return FrontMatter{}, ruleError(line, reason)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return FrontMatter{}, ruleError(more.Line, "only one document of YAML may be in it")
	}
	if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return FrontMatter{}, ruleError(1, "it has no keys; write for example readers: [hr]")
	}
	mapping := document.Content[0]
	for i := 0; i < len(mapping.Content); i += 2 {
		if key := mapping.Content[i]; !slices.Contains(restrictions, strings.ToLower(key.Value)) {
			return FrontMatter{}, ruleError(key.Line, fmt.Sprintf("unknown key %q; there are %s", key.Value, strings.Join(restrictions, ", ")))
		}
	}
	s, err := stateAll(mapping, 0)
	if err != nil {
		return FrontMatter{}, fmt.Errorf("%w%s", errRule, strings.TrimPrefix(err.Error(), ErrFrontMatter.Error()))
	}
	s.FromTime, s.UntilTime = storable(s.FromTime), storable(s.UntilTime)
	return s.FrontMatter, nil
}

func ruleError(line int, reason string) error {
	return fmt.Errorf("%w: line %d: %s", errRule, max(line, 1), reason)
}

// errRule says that a file of rules cannot be understood, and so that nobody
// reads what it is about.
var errRule = errors.New("the rules cannot be read")

// readRule reads a file of rules in a source's folder.
func readRule(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRules+1))
	if err == nil && len(data) > maxRules {
		err = fmt.Errorf("%w: more than %d KiB", errRule, maxRules>>10)
	}
	return data, err
}
