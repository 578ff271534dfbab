package ingest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFrontMatterIsRead(t *testing.T) {
	const source = "---\ntitle: Pay bands\nReaders: [hr, finance]\ndeny: marketing\nclearance: restricted\n" +
		"from: 2026-01-01\nuntil: 2026-12-31\nweight: 7\n---\n\nText."
	s, body, err := cutFrontMatter(source)
	if err != nil {
		t.Fatal(err)
	}
	if s.title != "Pay bands" || !slices.Equal(s.Readers, []string{"hr", "finance"}) || !slices.Equal(s.Deny, []string{"marketing"}) || s.Clearance != "restricted" {
		t.Errorf("statement %+v", s)
	}
	if !s.FromTime.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("from %v", s.FromTime)
	}
	if !s.UntilTime.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("until %v, want the end of the day that is named", s.UntilTime)
	}
	if want := []string{"clearance", "deny", "from", "readers", "until"}; !slices.Equal(s.Keys, want) {
		t.Errorf("keys %q, want %q", s.Keys, want)
	}
	if body != "\nText." {
		t.Errorf("body %q", body)
	}
}

func TestEmptyReadersArePresent(t *testing.T) {
	for _, source := range []string{"---\nreaders:\n---\nText.", "---\nreaders: []\n---\nText.", "---\nreaders: ~\n---\nText."} {
		s, _, err := cutFrontMatter(source)
		if err != nil || !s.Has("readers") || len(s.Readers) != 0 {
			t.Errorf("%q gives %+v, %v: want readers present and nobody in it", source, s.FrontMatter, err)
		}
	}
	s, _, err := cutFrontMatter("---\ntitle: x\n---\nText.")
	if err != nil || s.Has("readers") {
		t.Errorf("readers are present where they are not: %+v, %v", s.FrontMatter, err)
	}
}

func TestUnreadableFrontMatterNamesItsLine(t *testing.T) {
	tests := []struct {
		name, source, want string
	}{
		{"BadYAML", "---\ntitle: a\nowner: \"b\nreaders: [hr\n---\nText.", "line "},
		{"NotClosed", "---\nreaders: [hr]\n\nText.", "line 1: it is not closed"},
		{"TwoReaders", "---\nreaders: [hr]\nReaders: [finance]\n---\n", "line 3: readers stands in it twice"},
		{"ReadersAsMap", "---\ntitle: x\nreaders: {hr: yes}\n---\n", "line 3: readers: a list of names"},
		{"ListAsTitle", "---\ntitle: [a, b]\n---\n", "line 2: title: one value"},
		{"BadDate", "\n\n---\nuntil: next week\n---\n", "line 4: until: not a date"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := cutFrontMatter(tt.source)
			if !errors.Is(err, ErrFrontMatter) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want ErrFrontMatter with %q", err, tt.want)
			}
		})
	}
}

func TestRulesAreNoFrontMatter(t *testing.T) {
	for _, source := range []string{"---\n\nA text between rules.\n\n---\n\nMore.", "---\nOnly a rule.", "Text.\n---\nreaders: hr\n---\n"} {
		s, body, err := cutFrontMatter(source)
		if err != nil || body != source || len(s.Keys) > 0 {
			t.Errorf("%q gives %+v, %q, %v", source, s, body, err)
		}
	}
}

// A front matter is read or refused; what is read twice is the same, and the
// body is the end of the text.
func FuzzFrontMatter(f *testing.F) {
	f.Add("---\ntitle: a\nreaders: [hr]\nuntil: 2026-12-31\n---\nText.")
	f.Add("---\na: &a [*a]\nreaders: *a\n---\n")
	f.Add("---\n- 1\n...\n")
	f.Add("---\nreaders: !!binary aGk=\n---")
	f.Fuzz(func(t *testing.T, source string) {
		s, body, err := cutFrontMatter(source)
		if err != nil {
			if !errors.Is(err, ErrFrontMatter) {
				t.Fatalf("error %v is not ErrFrontMatter", err)
			}
			return
		}
		if !strings.HasSuffix(source, body) {
			t.Errorf("body %q is not the end of %q", body, source)
		}
		if s.Has("until") != !s.UntilTime.IsZero() && !strings.HasPrefix(s.Until, "0001") && !strings.HasPrefix(s.Until, "0000") {
			t.Errorf("until %q has the moment %v", s.Until, s.UntilTime)
		}
	})
}

func TestP2_DateInAZoneThatCannotBeToldIsRefused(t *testing.T) {
	if _, err := Extract("a.md", []byte("---\nuntil: Mon, 02 Mar 2026 15:04:05 CST\n---\nA holiday.")); !errors.Is(err, ErrFrontMatter) {
		t.Errorf("error %v, want ErrFrontMatter: CST is China's and Chicago's", err)
	}
	if _, err := Extract("a.md", []byte("---\nuntil: Mon, 02 Mar 2026 15:04:05 GMT\n---\nA holiday.")); err != nil {
		t.Error(err)
	}
}
