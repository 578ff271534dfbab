package ingest

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReportTellsPeopleWhatWasDone(t *testing.T) {
	report := Report{Seen: 3, Indexed: 1, Withheld: 1, Ignored: map[string]int{".docx": 2, "": 1}}
	report.fail("docs", "b.md", errors.New("it is broken"))
	report.fail("docs", ".", errors.New("it is gone"))
	report.warn("docs", "a.md", []string{"it is strange"})
	report.finish(time.Second)
	var b strings.Builder
	n, err := report.WriteTo(&b)
	for _, want := range []string{"3 documents: 1 indexed", "1 withheld", "2 failed", "warning: docs/a.md: it is strange",
		"failed: docs: it is gone\n  failed: docs/b.md: it is broken\n", "2 files .docx"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, &b)
		}
	}
	if err != nil || n != int64(b.Len()) {
		t.Errorf("wrote %d of %d bytes (%v)", n, b.Len(), err)
	}
}

func TestProgressIsPrinted(t *testing.T) {
	for name, test := range map[string]struct {
		progress func(*strings.Builder) Progress
		want     string
	}{
		"Lines": {func(b *strings.Builder) Progress { return Lines(b) }, "50 of 60 documents, at docs/a.md\n"},
		"Bar":   {func(b *strings.Builder) Progress { return Bar(b) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, total := range []int{0, 60} {
				var b strings.Builder
				p := test.progress(&b)
				p.Start(total)
				for range total {
					p.Step("docs/a.md")
				}
				p.Done()
				if total > 0 && !strings.Contains(b.String(), test.want) {
					t.Errorf("printed %q, want %q", b.String(), test.want)
				}
			}
		})
	}
}
