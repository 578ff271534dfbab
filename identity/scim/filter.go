package scim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// maxFilter is how long a filter or a path is, bytes.
const maxFilter = 4 << 10

// A comparison is one `attribute eq value` of a filter. Names are in lower case,
// for SCIM's are the same in both.
type comparison struct {
	path
	value any
}

// A path names an attribute: of an entry, of its elements that a filter picks,
// or a part of these, as in emails[type eq "work"].value.
type path struct {
	schema string // in lower case; "" for the entry's own
	name   string
	where  []comparison
	sub    string
}

// extent matches the name of an attribute with its schema and its part.
var extent = regexp.MustCompile(`^((?i:urn):[^\s"\[\]()]*:)?([A-Za-z$][A-Za-z0-9_$-]*)(\.[A-Za-z$][A-Za-z0-9_$-]*)?`)

// parseFilter reads comparisons that are joined by "and". Other operators are
// refused by name: nothing that is asked for is left out in silence.
func parseFilter(text string) ([]comparison, error) {
	if len(text) > maxFilter {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", errFilter, maxFilter)
	}
	list, rest, err := comparisons(strings.TrimSpace(text), false)
	if err == nil && rest != "" {
		err = fmt.Errorf("%w at %.40q: comparisons with eq that are joined by and are served", errFilter, rest)
	}
	return list, err
}

// comparisons reads a list of comparisons and returns what follows it. Inside
// brackets there are no others.
func comparisons(text string, inside bool) (list []comparison, rest string, err error) {
	for {
		var c comparison
		if c.path, text, err = readPath(text, !inside); err != nil {
			return nil, "", fmt.Errorf("%w: %w", errFilter, err)
		}
		operator, after, _ := strings.Cut(strings.TrimSpace(text), " ")
		if !strings.EqualFold(operator, "eq") {
			return nil, "", fmt.Errorf("%w: operator %.20q: only eq is served", errFilter, operator)
		}
		if c.value, text, err = readValue(after); err != nil {
			return nil, "", err
		}
		list = append(list, c)
		more := strings.TrimSpace(text)
		if len(more) < 4 || !strings.EqualFold(more[:3], "and") || more[3] != ' ' {
			return list, more, nil
		}
		text = strings.TrimSpace(more[4:])
	}
}

// readValue reads a value of JSON and returns what follows it.
func readValue(text string) (value any, rest string, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&value); err != nil {
		return nil, "", fmt.Errorf("%w: a value such as \"name\" must follow eq", errFilter)
	}
	return value, text[decoder.InputOffset():], nil
}

// parsePath reads the path of an operation.
func parsePath(text string) (path, error) {
	if len(text) > maxFilter {
		return path{}, fmt.Errorf("%w: it is longer than %d bytes", errPath, maxFilter)
	}
	p, rest, err := readPath(strings.TrimSpace(text), true)
	if err == nil && rest != "" {
		err = fmt.Errorf("%w at %.40q", errPath, rest)
	}
	return p, err
}

// readPath reads a path and returns what follows it.
func readPath(text string, brackets bool) (p path, rest string, err error) {
	found := extent.FindStringSubmatch(text)
	if found == nil {
		return p, "", fmt.Errorf("%w: %.40q is no attribute", errPath, text)
	}
	p.schema = strings.ToLower(strings.TrimSuffix(found[1], ":"))
	p.name, p.sub = strings.ToLower(found[2]), strings.ToLower(strings.TrimPrefix(found[3], "."))
	rest = text[len(found[0]):]
	if !brackets || p.sub != "" || !strings.HasPrefix(rest, "[") {
		return p, rest, nil
	}
	if p.where, rest, err = comparisons(strings.TrimSpace(rest[1:]), true); err != nil {
		return path{}, "", err
	}
	if !strings.HasPrefix(rest, "]") {
		return path{}, "", fmt.Errorf("%w: a ] is missing", errPath)
	}
	rest = rest[1:]
	if sub := extent.FindStringSubmatch(strings.TrimPrefix(rest, ".")); strings.HasPrefix(rest, ".") && sub != nil {
		p.sub, rest = strings.ToLower(sub[0]), rest[1+len(sub[0]):]
	}
	return p, rest, nil
}
