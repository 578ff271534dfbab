package retrieval

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJoinTurns(t *testing.T) {
	long := strings.Repeat("长", maxTurns)
	tests := []struct {
		name    string
		earlier []string
		last    string
		want    string // "" only holds the bounds
	}{
		{"ALoneTurnIsNotJoined", nil, "leave?", ""},
		{"BlankTurnsDoNotCount", []string{" "}, "leave?", ""},
		{"TurnsAreJoinedInOrder", []string{"a", "b"}, "c", "a b c"},
		{"TheMiddleGoesFirst", []string{"a", long, "b"}, "c", "a b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := joinTurns(tt.earlier, tt.last); got != tt.want {
				t.Errorf("joined %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzJoinTurns(f *testing.F) {
	f.Add("a", "b", "c")
	f.Add(strings.Repeat("年", 900), "b", strings.Repeat("假", 900))
	f.Fuzz(func(t *testing.T, first, second, last string) {
		joined := joinTurns([]string{first, second}, last)
		if len(joined) > maxTurns {
			t.Errorf("%d bytes", len(joined))
		}
		if utf8.ValidString(first+second+last) && !utf8.ValidString(joined) {
			t.Errorf("a character was cut in %q", joined)
		}
	})
}
