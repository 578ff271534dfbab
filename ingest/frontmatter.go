package ingest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A FrontMatter is what a document says about who may read it. It can only
// narrow what its source allows; [FrontMatter.Has] tells an absent key, which
// narrows nothing, from an empty one, which leaves nobody.
type FrontMatter struct {
	Readers   []string // ids of departments
	Deny      []string // ids of departments
	Clearance string   // name of a level
	// From and Until are as written. FromTime and UntilTime are the moments: a
	// document is read from FromTime on and before UntilTime. A date without a
	// time is a whole day of UTC, so that "until: 2026-12-31" is still read on
	// that day.
	From, Until         string
	FromTime, UntilTime time.Time
	// Keys are which of readers, deny, clearance, from and until are present,
	// sorted.
	Keys []string
}

// Has reports whether the key, in lower case, is present, be it empty.
func (f FrontMatter) Has(key string) bool { return slices.Contains(f.Keys, key) }

// A statement is all that a front matter says.
type statement struct {
	FrontMatter
	title, language, owner   string
	updated, modified, dated string // in this order of trust
}

// cutFrontMatter parses the YAML between lines of "---" at the head of text
// and returns it with the text after it. A text without one is its own body.
// A front matter that is not closed is an error and not a text: the keys in it
// may restrict who reads.
func cutFrontMatter(text string) (statement, string, error) {
	body, opened := cutFence(strings.TrimLeft(text, "\n"))
	if tomlHead.MatchString(text) {
		return statement{}, "", frontMatterError(1, "it is in TOML, which is not read; write it in YAML, between lines of ---")
	}
	if !opened {
		return statement{}, text, nil
	}
	skipped := len(text) - len(body)
	firstLine := strings.Count(text[:skipped], "\n")
	front, rest, closed := cutClosing(body)
	if !closed {
		if looksLikeKey(body) {
			return statement{}, "", frontMatterError(firstLine, "it is not closed; end it with a line of ---")
		}
		return statement{}, text, nil // the line is a rule between parts
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(front), &document); err != nil {
		line, reason := yamlReason(err)
		return statement{}, "", frontMatterError(firstLine+line, reason)
	}
	if len(document.Content) == 0 {
		return statement{}, rest, nil
	}
	if document.Content[0].Kind != yaml.MappingNode {
		return statement{}, text, nil // a text between two rules
	}
	s, err := stateAll(document.Content[0], firstLine)
	return s, rest, err
}

// tomlHead is how a front matter in TOML begins, as Hugo has it. Its keys may
// restrict who reads.
var tomlHead = regexp.MustCompile(`^\s*\+\+\+[ \t]*\n\s*([\w"'.-]+\s*=|\[)`)

// cutFence returns what follows an opening line of three hyphens.
func cutFence(text string) (string, bool) {
	line, rest, _ := strings.Cut(text, "\n")
	return rest, strings.TrimRight(line, " \t") == "---"
}

// cutClosing returns the lines before the first closing line of "---" or
// "...", and those after it.
func cutClosing(text string) (front, rest string, closed bool) {
	at := 0
	for line := range strings.Lines(text) {
		if mark := strings.TrimRight(line, " \t\n"); mark == "---" || mark == "..." {
			return text[:at], text[at+len(line):], true
		}
		at += len(line)
	}
	return "", "", false
}

// keyLine is a line that begins a YAML mapping.
var keyLine = regexp.MustCompile(`^\s*["']?[A-Za-z_][\w-]*["']?\s*:(\s|$)`)

// looksLikeKey reports whether the first line of text that is not empty begins
// a YAML mapping.
func looksLikeKey(text string) bool {
	line, _, _ := strings.Cut(strings.TrimLeft(text, " \t\n"), "\n")
	return keyLine.MatchString(line)
}

// stateAll reads the keys of a front matter that begins after firstLine lines
// of the file. Keys are matched whatever their case, so that "Readers" is not
// overlooked. Unknown keys are for other programs, unless one is but a slip of the
// pen away from a key that restricts.
func stateAll(mapping *yaml.Node, firstLine int) (statement, error) {
	var s statement
	seen := make(map[string]bool)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := strings.ToLower(mapping.Content[i].Value), mapping.Content[i+1]
		line := firstLine + mapping.Content[i].Line
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		state, known := keys[key]
		if !known {
			if meant := restrictionLike(key); meant != "" {
				return statement{}, frontMatterError(line, fmt.Sprintf("%q is no key; if %s is meant, write that", mapping.Content[i].Value, meant))
			}
			continue
		}
		if seen[key] {
			return statement{}, frontMatterError(line, fmt.Sprintf("%s stands in it twice", key))
		}
		seen[key] = true
		if err := state(&s, value); err != nil {
			return statement{}, frontMatterError(line, fmt.Sprintf("%s: %v", key, err))
		}
		if slices.Contains(restrictions, key) {
			s.Keys = append(s.Keys, key)
		}
	}
	slices.Sort(s.Keys)
	return s, nil
}

// yamlLine is how the YAML parser names the place of a mistake.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// yamlReason returns the line and the words of the YAML parser's error.
func yamlReason(err error) (line int, reason string) {
	text := err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1]) // no line is line 0, the opening one
		text = text[len(m[0]):]
	}
	return line, oneLine(text)
}

// frontMatterError returns an ErrFrontMatter for a line of the file.
func frontMatterError(line int, reason string) error {
	return fmt.Errorf("%w: line %d: %s", ErrFrontMatter, line, reason)
}
