package retrieval

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestAnchorsFollowTheHeading(t *testing.T) {
	tests := []struct {
		name, heading, want string
	}{
		{"WordsAreHyphenated", "Doors and hours", "doors-and-hours"},
		{"PunctuationGoes", "What's new? (2026)", "whats-new-2026"},
		{"ChineseStays", "怎样申请：第一步", "怎样申请第一步"},
		{"TraditionalStays", "訂票之前", "訂票之前"},
		{"EntitiesAreRead", "R&amp;D", "rd"},
		{"SpaceAroundGoes", "  Parking ", "parking"},
		{"NothingLeftIsASection", "！？", "section"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var anchors Anchors
			if got := anchors.Of(tt.heading); got != tt.want {
				t.Errorf("Of(%q) = %q, want %q", tt.heading, got, tt.want)
			}
		})
	}
}

func TestAnchorsNeverRepeat(t *testing.T) {
	var anchors Anchors
	var got []string
	for _, heading := range []string{"Pay", "Pay 1", "Pay", "Pay"} {
		got = append(got, anchors.Of(heading))
	}
	if want := []string{"pay", "pay-1", "pay-2", "pay-3"}; !slices.Equal(got, want) {
		t.Errorf("anchors %q, want %q", got, want)
	}
}

// An anchor is an id of a page: never empty, without white space, never given
// twice.
func FuzzAnchors(f *testing.F) {
	f.Add("Pay\nPay\nPay 1")
	f.Add("薪資\n　\n&nbsp;")
	f.Fuzz(func(t *testing.T, headings string) {
		var anchors Anchors
		seen := make(map[string]bool)
		for heading := range strings.Lines(headings) {
			anchor := anchors.Of(heading)
			if anchor == "" || seen[anchor] || strings.ContainsFunc(anchor, unicode.IsSpace) {
				t.Fatalf("Of(%q) = %q after %v", heading, anchor, seen)
			}
			seen[anchor] = true
		}
	})
}
