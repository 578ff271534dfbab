package main

import (
	"path/filepath"
	"strings"
	"testing"

	"bureau/ingest"
)

func TestStatusCountsAndNamesWhatIsNotIndexed(t *testing.T) {
	h := newOffice(t)
	got := report[statusReport](h, "status")
	if len(got.Sources) != 1 || got.Sources[0] != (ingest.SourceStatus{Source: "hr", Indexed: 2, Failed: 2, Withheld: 1, Passages: got.Sources[0].Passages}) || got.Sources[0].Passages == 0 {
		t.Errorf("%+v", got.Sources)
	}
	if len(got.Failed) != 2 || len(got.Withheld) != 1 || len(got.Waiting) != 0 || got.Oldest != nil {
		t.Errorf("%+v", got)
	}
	for _, u := range append(got.Failed, got.Withheld...) {
		if u.Reason == "" || u.Remedy == "" || u.Since.IsZero() {
			t.Errorf("%+v has no reason or no remedy", u)
		}
	}
	if r := got.Run; r == nil || r.Number != 1 || r.Ended.IsZero() || r.Report.Indexed != 2 || r.PassagesPerSecond <= 0 {
		t.Errorf("run %+v", got.Run)
	}
	if len(got.Generations) != 1 || got.Generations[0].State != ingest.Current || got.Generations[0].Documents != 2 || got.Generations[0].Of != 2 {
		t.Errorf("%+v", got.Generations)
	}
	text := h.mustRun("status")
	for _, want := range []string{"hr      2        0        2       1", "generation 1 is current", "the last run began at", "failed: hr/broken.md: ", "to mend it: correct the document", "withheld: hr/nobody.md: "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestStatusBeforeTheFirstRun(t *testing.T) {
	h := newHouse(t, sample)
	if text := h.mustRun("status"); !strings.Contains(text, "no ingest has run yet") {
		t.Error(text)
	}
}

func TestStatusOfAnEmbedderThatIsAway(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.put(1, "", 2)
	l.put(99, "", 2)
	url := l.ollama.url
	l.ollama.url = "http://127.0.0.1:1"
	if got := l.do("hash-16", "ingest"); got.status != exitFailed {
		t.Fatalf("%+v", got)
	}
	l.ollama.url = url
	got := told[statusReport](l, "hash-16", "status")
	if got.Run == nil || len(got.Failed) != 0 {
		t.Errorf("%+v", got)
	}
	l.must("hash-16", "ingest")
	if got := told[statusReport](l, "hash-16", "status"); len(got.Waiting) != 0 || got.Sources[0].Indexed != 13 {
		t.Errorf("%+v", got)
	}
}

func TestRetryOfWhatFailed(t *testing.T) {
	h := newOffice(t)
	if got := report[retryReport](h, "retry", "hr/broken.md"); got.Documents != 1 {
		t.Errorf("%+v", got)
	}
	if got := report[retryReport](h, "retry"); got.Documents != 2 {
		t.Errorf("%+v", got)
	}
	if text := h.mustRun("status"); !strings.Contains(text, "to mend it: the next run tries it again") {
		t.Error(text)
	}
	if got := h.run("retry", "hr/leave.md"); got.status != exitFailed || !strings.Contains(got.stderr, "hr/leave.md") {
		t.Errorf("%+v", got)
	}
}

func TestDryRunChangesNothingAndSaysWhoseRightsWould(t *testing.T) {
	h := newOffice(t)
	before := h.mustRun("status")
	h.edit("readers: [hr]", "readers: [hr, finance]")
	write(t, filepath.Dir(h.config), map[string]string{"documents/new.md": "# New\n\nNew.\n", "documents/scan.pdf": "%PDF-1.7"})
	plan := h.run("ingest", "--dry-run")
	for _, want := range []string{"would be: ", "1 indexed (1 new)", "readers: hr/leave.md: from hr to finance, hr is refused: feng would come to read", "--allow-widening", "not opened to more people"} {
		if plan.status != exitFailed || !strings.Contains(plan.stdout, want) {
			t.Errorf("%q is not in (status %d)\n%s", want, plan.status, plan.stdout)
		}
	}
	if after := h.mustRun("status"); after != before {
		t.Errorf("a dry run changed the status from\n%s\nto\n%s", before, after)
	}
	h.edit("sources:", "ingest: {allow_widening: true}\nsources:")
	if plan := h.run("ingest", "--dry-run"); !strings.Contains(plan.stdout, "from hr to finance, hr; which lets in feng") {
		t.Errorf("%+v", plan)
	}
}

func TestDryRunBeforeTheFirstRun(t *testing.T) {
	h := newHouse(t, sample)
	if got := report[ingest.Report](h, "ingest", "--dry-run"); !got.DryRun || got.New == 0 || got.New != got.Seen {
		t.Errorf("%+v", got)
	}
	if got := h.run("search", "leave", "--as", "hanna"); got.status != exitFailed {
		t.Errorf("a dry run made an index: %+v", got)
	}
}

func TestP1_WideningNeedsTheFlag(t *testing.T) {
	h := newOffice(t)
	h.edit("readers: [hr]", "readers: [hr, finance]")
	h.run("ingest")
	if got := h.mustRun("why", "feng", "hr/leave.md"); !strings.HasPrefix(got, "no: ") {
		t.Error(got)
	}
	if text := h.mustRun("status"); !strings.Contains(text, "not opened: hr/leave.md: from hr") {
		t.Error(text)
	}
	if got := h.run("ingest", "--widen", "hr/[leave.md"); got.status != exitMisused || !strings.Contains(got.stderr, `--widen: "hr/[leave.md" is not a glob`) {
		t.Errorf("%+v", got)
	}
	for _, flag := range []string{"--widen=finance/**", "--widen=hr/lea", "--widen=hr/*/leave.md"} { // of other texts
		h.run("ingest", flag)
		if got := h.mustRun("why", "feng", "hr/leave.md"); !strings.HasPrefix(got, "no: ") {
			t.Errorf("%s: %s", flag, got)
		}
	}
	for _, flag := range []string{"--widen=hr/leave.md", "--widen=hr/l*", "--allow-widening"} {
		t.Run(flag, func(t *testing.T) {
			h := newOffice(t)
			h.edit("readers: [hr]", "readers: [hr, finance]")
			h.run("ingest", flag)
			if got := h.mustRun("why", "feng", "hr/leave.md"); !strings.HasPrefix(got, "yes: feng: member of finance") {
				t.Error(got)
			}
		})
	}
}
