package access

import (
	"cmp"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// An entry is one mapping in a list of the policy, such as a person.
type entry struct {
	kind   string // "department", "group" or "person"
	id     string
	node   *yaml.Node
	fields map[string]*yaml.Node
}

// label names the entry in messages.
func (e entry) label() string { return e.kind + " " + e.id }

// entries reads a list of mappings that have an id and only the given keys.
// What is not like that is noted as a mistake and left out.
func (b *builder) entries(list *yaml.Node, kind string, allowed ...string) []entry {
	var entries []entry
	for _, item := range b.items(list, kind+" list") {
		if item.Kind != yaml.MappingNode {
			b.mistake(item, "a %s must be a mapping such as {id: …}", kind)
			continue
		}
		e := entry{kind: kind, node: item, fields: b.fieldsOf(item)}
		e.id = b.text(e, "id")
		if !validID.MatchString(e.id) {
			b.mistake(item, "%s id %q must be lower-case letters and digits, with single - _ or . inside", kind, e.id)
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(e.fields)) {
			if !slices.Contains(allowed, key) {
				b.mistake(e.fields[key], "%s: unknown key %q%s", e.label(), key, suggest(key, allowed))
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// items returns the elements of a list; a missing list has none.
func (b *builder) items(node *yaml.Node, what string) []*yaml.Node {
	if node == nil || node.Tag == "!!null" {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		b.mistake(node, "%s must be a list", what)
		return nil
	}
	return node.Content
}

// list returns the elements of a field that must be a list of plain values.
func (b *builder) list(e entry, key string) []*yaml.Node {
	var plain []*yaml.Node
	for _, item := range b.items(e.fields[key], e.label()+": "+key) {
		if item.Kind != yaml.ScalarNode {
			b.mistake(item, "%s: %s must be a list of plain values", e.label(), key)
			continue
		}
		plain = append(plain, item)
	}
	return plain
}

// text returns a field that must be a plain value, or "".
func (b *builder) text(e entry, key string) string {
	node := e.fields[key]
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode {
		b.mistake(node, "%s: %s must be a plain value", e.label(), key)
		return ""
	}
	return node.Value
}

// names returns a field that is one name or a mapping of language to name.
func (b *builder) names(e entry, key string) Names {
	node := e.fields[key]
	if node == nil {
		return nil
	}
	if node.Kind == yaml.ScalarNode {
		return Names{"": node.Value}
	}
	names := Names{}
	if err := node.Decode(&names); err != nil {
		b.mistake(node, "%s: %s must be a name or a mapping such as {en: Finance, zh-Hans: 财务部}", e.label(), key)
	}
	return names
}

// fieldsOf returns the values of a mapping by key. A key that is there twice
// is a mistake: nobody can tell which of the two was meant.
func (b *builder) fieldsOf(mapping *yaml.Node) map[string]*yaml.Node {
	fields := map[string]*yaml.Node{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		if _, ok := fields[key.Value]; ok {
			b.mistake(key, "key %q is there twice", key.Value)
		}
		fields[key.Value] = mapping.Content[i+1]
	}
	return fields
}

// suggest returns "; did you mean x?" for the name nearest to a misspelt one,
// or "" when none is near.
func suggest(misspelt string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	best := slices.MinFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(misspelt, a), distance(misspelt, b)), cmp.Compare(a, b))
	})
	if distance(misspelt, best) > max(1, len(misspelt)/3) {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is the number of single-byte edits between a and b (Levenshtein,
// 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, substitute)
		}
	}
	return row[len(b)]
}

// texts returns names as plain texts.
func texts[T ~string](names []T) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = string(name)
	}
	return list
}

// keys returns the keys of m, sorted.
func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
