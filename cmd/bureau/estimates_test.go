package main

import (
	"strings"
	"testing"

	"bureau/retrieval/eval"
	"bureau/retrieval/loadtest"
)

func TestAuditGoesThroughTheScopesOfThePeople(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	audit := told[eval.Audit](l, "hash-16", "index", "audit", "--questions", "6")
	if audit.Alarms != 0 || len(audit.Shapes) < 2 {
		t.Fatalf("%+v", audit)
	}
	for _, s := range audit.Shapes {
		if s.Documents == 0 || s.Passages == 0 || s.Questions == 0 || s.Recall10 != 1 || s.Estimated {
			t.Errorf("%+v", s)
		}
	}
}

func TestAuditOfAnIndexWithoutVectorsSaysSo(t *testing.T) {
	h := indexed(t)
	if says := h.mustRun("index", "audit"); !strings.Contains(says, "estimates nothing") {
		t.Errorf("it says %q", says)
	}
	if audit := report[eval.Audit](h, "index", "audit"); len(audit.Shapes) != 0 {
		t.Errorf("%+v", audit)
	}
}

func TestBenchLeavesTheCompanysIndexAlone(t *testing.T) {
	h := newHouse(t, sample)
	got := report[loadtest.Report](h, "bench", "search", "--passages", "1000", "--dimensions", "16", "--departments", "8", "--askers", "2", "--seconds", "1")
	if got.Engine != engineSQLite || got.Passages != 1000 || len(got.Shapes) != 8 {
		t.Errorf("%+v", got)
	}
	if listed := h.run("search", "leave", "--as", "hanna"); listed.status != exitFailed || !strings.Contains(listed.stderr, "the index is empty") {
		t.Errorf("after the bench: %+v", listed)
	}
}
