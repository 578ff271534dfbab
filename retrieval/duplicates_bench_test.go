package retrieval

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkCopies is what a search for ten passages pays to know the copies among
// them: fourteen of 1.2 kB, and as bad as it gets, so alike that all are compared
// word by word and none is a copy.
func BenchmarkCopies(b *testing.B) {
	for name, text := range map[string]string{
		"english": "Ask your manager for leave before it begins, and enter the days in the calendar of the team. ",
		"chinese": "请在休假开始前向主管提出申请，并在团队日历中登记休假日期，以便其他同事据此安排自己的工作。",
	} {
		var matches []Match
		for i := range 14 {
			words := strings.Repeat(text, 1200/len(text)) + strings.Repeat("x", i+1)
			matches = append(matches, Match{Found: Found{Passage{Text: words}, Document{ID: DocumentID(fmt.Sprint(i))}}})
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g := newGathering(Question{Text: "annual leave", K: 10})
				for _, m := range matches {
					g.take(m)
				}
				if len(g.matches) != 10 {
					b.Fatalf("%d matches", len(g.matches))
				}
			}
		})
	}
}
