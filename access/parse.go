package access

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Parse reads a policy from the keys clearances, departments, groups and
// people of a YAML document, and leaves other keys alone. The error joins
// every mistake, each with the name and the line, so that one run finds all.
func Parse(name string, document []byte) (*Policy, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	b := &builder{
		file: name,
		policy: &Policy{
			departments: map[Department]department{}, people: map[string]Person{},
			groupRoles: map[string][]Role{}, byEmail: map[string]string{}, bySlack: map[string]string{},
		},
		groups: map[string][]Department{},
	}
	if len(root.Content) > 0 {
		b.build(root.Content[0])
	}
	if err := errors.Join(b.mistakes...); err != nil {
		return nil, err
	}
	b.policy.groups = b.groups
	b.policy.fingerprint = b.fingerprint()
	return b.policy, nil
}

// A builder fills a policy and collects every mistake on the way.
type builder struct {
	file     string
	policy   *Policy
	groups   map[string][]Department
	mistakes []error
}

// mistake notes what is wrong at a node.
func (b *builder) mistake(at *yaml.Node, format string, args ...any) {
	b.mistakes = append(b.mistakes, fmt.Errorf("%s:%d: %s", b.file, at.Line, fmt.Sprintf(format, args...)))
}

// build reads the parts in the order in which they refer to each other.
func (b *builder) build(root *yaml.Node) {
	if root.Kind != yaml.MappingNode {
		b.mistake(root, "the file must be a mapping of keys such as departments and people")
		return
	}
	parts := b.fieldsOf(root)
	b.clearances(parts["clearances"])
	b.tree(parts["departments"])
	for _, e := range b.entries(parts["groups"], "group", "id", "departments", "roles") {
		if _, ok := b.groups[e.id]; ok {
			b.mistake(e.node, "group %s is listed twice", e.id)
		}
		b.groups[e.id] = b.departmentList(e, "departments")
		b.policy.groupRoles[e.id] = b.roleList(e)
	}
	for _, e := range b.entries(parts["people"], "person",
		"id", "name", "title", "groups", "departments", "clearance", "language", "from", "until", "email", "slack", "roles") {
		b.person(e)
	}
}

func (b *builder) clearances(node *yaml.Node) {
	for _, item := range b.items(node, "clearances") {
		if item.Kind != yaml.ScalarNode || item.Value == "" {
			b.mistake(item, "a clearance must be a name such as internal")
			continue
		}
		level := Clearance(item.Value)
		if b.policy.HasClearance(level) {
			b.mistake(item, "clearance %s is listed twice", level)
		}
		b.policy.clearances = append(b.policy.clearances, level)
	}
}

// tree reads the departments, then checks that every parent exists and that
// none stands above itself.
func (b *builder) tree(node *yaml.Node) {
	entries := b.entries(node, "department", "id", "name", "parent", "contact")
	for _, e := range entries {
		d := Department(e.id)
		if d == Everyone {
			b.mistake(e.node, "department everyone is the root of the tree and is not listed")
			continue
		}
		if _, ok := b.policy.departments[d]; ok {
			b.mistake(e.node, "department %s is listed twice", d)
			continue
		}
		parent := Department(b.text(e, "parent"))
		if parent == "" {
			parent = Everyone
		}
		b.policy.departments[d] = department{parent: parent, names: b.names(e, "name"), contact: b.text(e, "contact")}
		b.policy.order = append(b.policy.order, d)
	}
	for _, e := range entries {
		if parent := e.fields["parent"]; parent != nil {
			b.known(parent, fmt.Sprintf("department %s: parent", e.id), Department(parent.Value))
		}
	}
	b.cutCycles(entries)
}

// cutCycles reports departments that stand above themselves and takes them
// off the loop, so that walking upward always ends.
func (b *builder) cutCycles(entries []entry) {
	for _, e := range entries {
		start := Department(e.id)
		d := b.policy.departments[start].parent
		for range b.policy.departments {
			if d == start {
				b.mistake(e.node, "department %s stands above itself: change its parent", start)
				node := b.policy.departments[start]
				node.parent = Everyone
				b.policy.departments[start] = node
				break
			}
			d = b.policy.departments[d].parent
		}
	}
}

func (b *builder) person(e entry) {
	if _, ok := b.policy.people[e.id]; ok {
		b.mistake(e.node, "person %s is listed twice", e.id)
		return
	}
	departments, roles := b.departmentList(e, "departments"), b.roleList(e)
	for _, group := range b.list(e, "groups") {
		of, ok := b.groups[group.Value]
		if !ok {
			b.mistake(group, "%s: unknown group %q%s", e.label(), group.Value, suggest(group.Value, keys(b.groups)))
		}
		departments = append(departments, of...)
		roles = append(roles, b.policy.groupRoles[group.Value]...)
	}
	level := Clearance(b.text(e, "clearance"))
	if !b.policy.HasClearance(level) {
		b.mistake(e.fields["clearance"], "%s: unknown clearance %q%s", e.label(), level, suggest(string(level), texts(b.policy.clearances)))
	}
	who := Person{
		ID: e.id, Name: b.text(e, "name"), Title: b.names(e, "title"), Language: b.text(e, "language"),
		Departments: sorted(departments), Clearance: level, Roles: roles,
		From: b.moment(e, "from", ParseFrom), Until: b.moment(e, "until", ParseUntil),
	}
	if !who.From.IsZero() && !who.Until.IsZero() && !who.From.Before(who.Until) {
		b.mistake(e.fields["until"], "%s: until is not after from", e.label())
	}
	if who.Name == "" {
		who.Name = who.ID
	}
	b.accounts(e, &who)
	b.policy.people[e.id] = who
	b.policy.personOrder = append(b.policy.personOrder, e.id)
}

// departmentList reads a list of departments that must exist.
func (b *builder) departmentList(e entry, key string) []Department {
	var list []Department
	for _, item := range b.list(e, key) {
		if b.known(item, e.label()+": department", Department(item.Value)) {
			list = append(list, Department(item.Value))
		}
	}
	return sorted(list)
}

// known reports whether a department exists, and notes a mistake where it
// does not.
func (b *builder) known(at *yaml.Node, what string, d Department) bool {
	if b.policy.HasDepartment(d) {
		return true
	}
	b.mistake(at, "%s %q is unknown%s", what, d, suggest(string(d), texts(b.policy.order)))
	return false
}

// moment reads a date of effect with the parser for its end of the time.
func (b *builder) moment(e entry, key string, parse func(string) (time.Time, error)) time.Time {
	node := e.fields[key]
	if node == nil {
		return time.Time{}
	}
	moment, err := parse(node.Value)
	if err != nil {
		b.mistake(node, "%s: %s: %v", e.label(), key, err)
	}
	return moment
}

// fingerprint is a hash of all that decides about reading, names left out.
func (b *builder) fingerprint() string {
	type line struct {
		ID          string
		Departments []Department
		Clearance   Clearance
		From, Until time.Time
	}
	var content struct {
		Parents map[Department]Department
		People  []line
		Levels  []Clearance
		Groups  map[string][]Department
	}
	content.Parents = map[Department]Department{}
	for d, node := range b.policy.departments {
		content.Parents[d] = node.parent
	}
	for _, who := range b.policy.People() {
		content.People = append(content.People, line{who.ID, who.Departments, who.Clearance, who.From, who.Until})
	}
	content.Levels, content.Groups = b.policy.clearances, b.groups
	encoded, err := json.Marshal(content)
	if err != nil {
		panic(err) // unreachable: strings, numbers and times encode
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:8])
}

// validID is what ids of departments, groups, people and sources look like:
// safe in a file name, a URL and an engine's filter.
var validID = regexp.MustCompile(`^[a-z0-9]+(?:[-_.][a-z0-9]+)*$`)
