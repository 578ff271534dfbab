package chat

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/retrieval"
)

// everyEvent has every field of every event that is kept.
var everyEvent = []Event{
	Accepted{"q1", "c1", "a0", 2},
	Stage{Searching},
	Sources{Sources: []Source{{
		N: 1, Passage: "p", Document: "d", Version: "v", Title: "t", Headings: []string{"h"}, Anchor: "a", Updated: "2026-01-01", Language: "en",
		Departments: nil, Quote: "q", Marks: []Span{{0, 1}}, Start: 3, End: 4, Also: []Copy{{"e", "u", "b", "2025-01-01", 5, 6}},
	}}, SearchedFor: "searched"},
	Delta{"x"}, Delta{""},
	Sentence{1, 2, 3, 1, Weak, []string{"26"}},
	Refusal{Text: "no", Ask: []Contact{{"hr", "hr@example.com"}}},
	Done{Mode: ByModel, Text: "x", Cited: []int{1}, Model: "m", Cut: true, Stopped: true, Unkept: true, Partial: true},
	Failed{Reason: Interrupted},
}

// kept is how everyEvent was kept by the first version that kept anything.
const kept = `[{"accepted":{"Asked":"q1","Conversation":"c1","After":"a0","Place":2}},{"stage":{"Name":"searching"}},` +
	`{"sources":{"Sources":[{"N":1,"Passage":"p","Document":"d","Version":"v","Title":"t","Headings":["h"],"Anchor":"a","Updated":"2026-01-01","Language":"en",` +
	`"Departments":null,"Quote":"q","Marks":[{"Start":0,"End":1}],"Start":3,"End":4,"Also":[{"Document":"e","Title":"u","Anchor":"b","Updated":"2025-01-01","Start":5,"End":6}]}],"SearchedFor":"searched"}},` +
	`{"delta":"x"},{"delta":""},{"sentence":{"Index":1,"Start":2,"End":3,"Source":1,"Support":"weak","Unverified":["26"]}},` +
	`{"refusal":{"Text":"no","Nearest":null,"Ask":[{"Department":"hr","Address":"hr@example.com"}]}},` +
	`{"done":{"Mode":"model","Text":"x","Cited":[1],"Model":"m","Cut":true,"Stopped":true,"Unkept":true,"Partial":true}},{"failed":{"Reason":"interrupted"}}]`

func TestWhatWasKeptOnceIsReadForEver(t *testing.T) {
	encoded, err := EncodeEvents(everyEvent)
	if err != nil || string(encoded) != kept {
		t.Errorf("kept as %s, %v\nbefore    %s", encoded, err, kept)
	}
	events, err := DecodeEvents([]byte(kept))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(everyEvent, events, cmp.AllowUnexported(Sources{}, Refusal{}, trail{})); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	for _, bad := range []string{`[{}]`, `[{"new":1}]`, `{`, `[{"stage":7}]`} {
		if events, err := DecodeEvents([]byte(bad)); err == nil {
			t.Errorf("%s is read as %v", bad, events)
		}
	}
}

func TestShownLeavesCopiesOutAndHidesTheRest(t *testing.T) {
	events := []Event{Sources{Sources: []Source{{Document: "a", Also: []Copy{{Document: "b"}, {Document: "c"}}}}}, Refusal{Nearest: []Source{{Document: "d"}}}}
	for _, c := range []struct {
		reads string
		ok    bool
		also  int
	}{{"abcd", true, 2}, {"acd", true, 1}, {"ad", true, 0}, {"bcd", false, 0}, {"abc", false, 0}, {"", false, 0}} {
		shown, ok := Shown(events, reading(c.reads))
		if ok != c.ok || !ok && shown != nil {
			t.Errorf("who reads %q is shown %v, %t", c.reads, shown, ok)
		}
		if ok && len(shown[0].(Sources).Sources[0].Also) != c.also {
			t.Errorf("who reads %q is shown %v", c.reads, shown)
		}
	}
	if also := events[0].(Sources).Sources[0].Also; len(also) != 2 || also[0].Document != "b" {
		t.Errorf("what is kept was changed: %v", also)
	}
}

// reading says which documents, each of one letter, are read.
func reading(documents string) func(retrieval.DocumentID) bool {
	return func(id retrieval.DocumentID) bool { return strings.Contains(documents, string(id)) }
}
