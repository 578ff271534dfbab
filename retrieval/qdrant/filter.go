package qdrant

import (
	"time"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/access"
)

// The fields of a point that filters look at.
const (
	fieldDepartment = "department" // who reads it, a list; the tenant key
	fieldDeny       = "deny"       // who does not, a list
	fieldClearance  = "clearance"  // level, "" for none
	fieldFrom       = "from"       // milliseconds since 1970, or always
	fieldUntil      = "until"      // milliseconds since 1970, or never
	fieldEdition    = "edition"    // document and edition
	fieldPassage    = "passage"    // passage id
)

// The bounds of a time that is open. Both are whole numbers in a float64, which
// is what the server compares.
const (
	always = -(1 << 52)
	never  = 1 << 52
)

// within returns the conditions that a point must hold for scope to read it:
// the same that [access.Scope.Allows] holds readers against. They are `must`
// and `must_not`, never `should`, which Qdrant merges between the levels of a
// query. The scope must not be zero.
//
// Every request for passages has them at its root and in every branch.
func within(scope access.Scope) *client.Filter {
	now := float64(scope.At().UnixMilli())
	return &client.Filter{
		Must: []*client.Condition{
			client.NewMatchKeywords(fieldDepartment, texts(scope.Departments())...),
			client.NewMatchKeywords(fieldClearance, append(texts(scope.Clearances()), "")...),
			client.NewRange(fieldFrom, &client.Range{Lte: &now}),
			client.NewRange(fieldUntil, &client.Range{Gt: &now}),
		},
		MustNot: []*client.Condition{client.NewMatchKeywords(fieldDeny, texts(scope.Belongs())...)},
	}
}

// and adds conditions that must hold too.
func and(f *client.Filter, conditions ...*client.Condition) *client.Filter {
	return &client.Filter{Must: append(append([]*client.Condition{}, f.GetMust()...), conditions...), MustNot: f.GetMustNot()}
}

// readersPayload returns the fields of a point that say who reads it. Times are
// rounded to milliseconds so that a right never begins earlier or ends later
// than it should.
func readersPayload(r access.Readers) map[string]*client.Value {
	from, until := int64(always), int64(never)
	if !r.From.IsZero() {
		from = r.From.Add(time.Millisecond - time.Nanosecond).UnixMilli()
	}
	if !r.Until.IsZero() {
		until = r.Until.UnixMilli()
	}
	return map[string]*client.Value{
		fieldDepartment: client.NewValueFromList(values(r.Departments)...),
		fieldDeny:       client.NewValueFromList(values(r.Deny)...),
		fieldClearance:  client.NewValueString(string(r.Clearance)),
		fieldFrom:       client.NewValueInt(from),
		fieldUntil:      client.NewValueInt(until),
	}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = string(item)
	}
	return out
}

func values[T ~string](list []T) []*client.Value {
	out := make([]*client.Value, len(list))
	for i, item := range list {
		out[i] = client.NewValueString(string(item))
	}
	return out
}
