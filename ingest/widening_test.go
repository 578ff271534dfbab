package ingest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
)

// guardedOffice is an office in which nothing is opened to more people.
func guardedOffice(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.Widen = nil
	return o
}

// wantRefused fails the test unless just this document was not opened.
func (o *office) wantRefused(report *Report, name string, gain ...string) {
	o.t.Helper()
	if report.Refused() != 1 || report.OK() || len(report.Readers) != 1 || report.Readers[0].Path != name || !slices.Equal(report.Readers[0].Gain.People, gain) {
		o.t.Errorf("report %+v, want %s refused to %v", report, name, gain)
	}
}

func TestP1_UnchangedTextIsNotOpenedToMorePeople(t *testing.T) {
	o := guardedOffice(t)
	o.Sources[0].Readers = readBy("hr")
	o.write("a.md", "A holiday.")
	o.run()
	o.Sources[0].Readers = readBy(access.Everyone)
	for range 2 { // nor by the second run
		o.wantRefused(o.run(), "a.md", "feng")
		o.wantFinds("feng", "holiday")
		o.wantFinds("hanna", "holiday", "a.md")
	}
	o.Widen = []string{"**"}
	if report := o.run(); report.ReadersChanged != 1 || !report.OK() || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "a.md")
	o.Widen = nil
	if report := o.run(); report.Unchanged != 1 || !report.OK() {
		t.Errorf("what was allowed is refused afterwards: %+v", report)
	}
}

func TestP1_FrontMatterThatIsTakenAwayOpensNothing(t *testing.T) {
	o := guardedOffice(t)
	o.write("a.md", "---\nreaders: [hr]\n---\nA holiday.")
	o.run()
	o.write("a.md", "A holiday.")
	for range 2 {
		o.wantRefused(o.run(), "a.md", "feng")
		o.wantFinds("feng", "holiday")
		o.wantFinds("hanna", "holiday", "a.md")
	}
	o.write("a.md", "A holiday for all.") // another text is another matter
	if report := o.run(); !report.OK() {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "a.md")
}

// A text must not be opened by way of a state in which nobody reads it.
func TestP1_DetourThroughNobodyOpensNothing(t *testing.T) {
	for name, detour := range map[string]string{
		"Withheld": "---\nreaders: [hrr]\n---\nA holiday.",
		"Failed":   "---\nreaders: [hr\n---\nA holiday.",
		"Empty":    "---\nreaders: [hr]\n---\n",
	} {
		t.Run(name, func(t *testing.T) {
			o := guardedOffice(t)
			o.write("a.md", "---\nreaders: [hr]\n---\nA holiday.")
			o.run()
			o.write("a.md", detour)
			o.run()
			o.write("a.md", "A holiday.")
			o.wantRefused(o.run(), "a.md", "feng")
			o.wantFinds("feng", "holiday")
			o.wantFinds("hanna", "holiday", "a.md")
		})
	}
}

func TestP3_WhatIsTakenAwayGoesThoughTheRestIsRefused(t *testing.T) {
	o := guardedOffice(t)
	o.Sources[0].Readers = readBy("hr")
	o.write("a.md", "A holiday.")
	o.run()
	o.Sources[0].Readers = readBy("finance", "recruiting")
	o.wantRefused(o.run(), "a.md", "feng")
	o.wantFinds("hanna", "holiday")
	o.wantFinds("feng", "holiday")
	o.wantFinds("rita", "holiday", "a.md")
	o.Sources[0].Readers = readBy("finance")
	var reasons []string
	for range 2 {
		report := o.run()
		o.wantRefused(report, "a.md", "feng")
		o.wantFinds("boss", "holiday")
		reasons = append(reasons, o.entryOf("a.md").reason)
	}
	if reasons[0] != reasons[1] || !strings.Contains(reasons[0], "--allow-widening") {
		t.Errorf("reasons %q", reasons)
	}
}

func TestNarrowingIsReportedWithWhomItConcerns(t *testing.T) {
	o := guardedOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.Sources[0].Readers = readBy("hr")
	report := o.run()
	want := []ReaderChange{{Source: "docs", Path: "a.md", From: readBy(access.Everyone), To: readBy("hr"),
		Loss: access.Gain{People: []string{"feng"}, Departments: []access.Department{access.Everyone}}}}
	if diff := cmp.Diff(want, report.Readers); diff != "" || !report.OK() {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var b strings.Builder
	if _, err := report.WriteTo(&b); err != nil || !strings.Contains(b.String(), "readers: docs/a.md: from everyone to hr; feng can read it no more\n") {
		t.Errorf("printed (%v):\n%s", err, &b)
	}
}

// Whoever reads already gains nothing by being named.
func TestWideningGoesByPeopleAndNotByNames(t *testing.T) {
	o := guardedOffice(t)
	o.Sources[0].Readers = readBy("hr")
	o.write("a.md", "A holiday.")
	o.run()
	o.Sources[0].Readers = readBy("hr", "recruiting")
	if report := o.run(); report.ReadersChanged != 1 || !report.OK() {
		t.Errorf("report %+v", report)
	}
}

func TestDryRunSaysWhatARunDoesAndWritesNothing(t *testing.T) {
	for name, widen := range map[string][]string{"Guarded": nil, "Allowed": {"**"}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.Sources = o.sourcesBefore()
			o.writeBefore()
			o.write("b/wide.md", "---\nreaders: [hr]\n---\nThe rota of the day shift.")
			o.run()
			o.Widen = widen
			o.writeAfter()
			o.write("b/wide.md", "The rota of the day shift.")
			o.write("b/scan.md", "%PDF-1.7 and more")
			o.Sources = o.sourcesAfter()
			before := o.snapshot()
			plan, err := o.Plan(t.Context())
			if err != nil || !plan.DryRun {
				t.Fatalf("%+v (%v)", plan, err)
			}
			if diff := cmp.Diff(before, o.snapshot()); diff != "" {
				t.Fatalf("a dry run has written (-before +after):\n%s", diff)
			}
			if run, ok, err := o.Ledger.LastRun(t.Context()); err != nil || !ok || run.Number != 1 {
				t.Errorf("a dry run was written down: %+v (%v)", run, err)
			}
			report := o.run()
			plan.DryRun, plan.Passages, plan.Embedded = false, report.Passages, report.Embedded
			report.Dimensions = 0
			if diff := cmp.Diff(report, plan); diff != "" {
				t.Errorf("(-run +dry run):\n%s", diff)
			}
		})
	}
}

func TestDryRunNeedsNoIndex(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.Index = nil
	if plan, err := o.Plan(t.Context()); err != nil || plan.New != 1 || plan.Indexed != 1 || plan.Seen != 1 {
		t.Errorf("%+v (%v)", plan, err)
	}
}

func TestRunsAreRemembered(t *testing.T) {
	o := newOffice(t)
	if _, ok, err := o.Ledger.LastRun(t.Context()); ok || err != nil {
		t.Errorf("a run before the first one (%v)", err)
	}
	o.write("a.md", "A holiday.")
	o.run()
	last, ok, err := o.Ledger.LastRun(t.Context())
	if !ok || err != nil || last.Number != 1 || last.Documents != 1 || last.Passages != 1 || !last.Ended.Equal(spring) || last.Report.Indexed != 1 || last.Problem != "" {
		t.Errorf("%+v (%v)", last, err)
	}
	o.write("b.md", "Another holiday.")
	o.embedder.down = true
	if _, err := o.Run(t.Context()); err == nil {
		t.Fatal("the run went on without its embedder")
	}
	if last, _, err = o.Ledger.LastRun(t.Context()); err != nil || last.Number != 2 || !strings.Contains(last.Problem, "connection refused") || last.Report.Waiting != 1 {
		t.Errorf("%+v (%v)", last, err)
	}
}
