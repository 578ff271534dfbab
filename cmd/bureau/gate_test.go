package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"bureau/access"
	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/eval"
)

// sampleSet is the question set of the sample company.
var sampleSet = filepath.Join(root, "examples", "company", "eval")

// sampleLibrary is the sample company with an Ollama that hashes.
func sampleLibrary(t *testing.T, embedder string) *library {
	t.Helper()
	l := &library{house: newHouse(t, sample), ollama: newHashOllama(t)}
	l.must(embedder, "ingest")
	return l
}

func TestGateRefusesAWorseEmbedder(t *testing.T) {
	l := sampleLibrary(t, "hash-512")
	got := l.do("hash-2", "reindex", "--share", "1", "--gate", sampleSet)
	for _, says := range []string{"in use:", "new:", "nDCG@10", "the gate refuses: ", "recall@10 fell from", "bureau index switch 2", "bureau index drop 2"} {
		if got.status != exitFailed || !strings.Contains(got.stdout, says) {
			t.Errorf("status %d, and %q is not in:\n%s%s", got.status, says, got.stdout, got.stderr)
		}
	}
	builds := told[[]buildReport](l, "hash-2", "index", "list")
	if len(builds) != 2 || builds[0].State != ingest.Current || builds[1].State != ingest.Ready {
		t.Errorf("%+v", builds)
	}
	var report reindexReport
	again := l.do("hash-2", "reindex", "--share", "1", "--gate", sampleSet, "--json")
	if err := json.Unmarshal([]byte(again.stdout), &report); err != nil || again.status != exitFailed {
		t.Fatalf("%v: %+v", err, again)
	}
	if report.Generation != 2 || report.Embedded != 0 || report.Switched || report.Gate == nil || report.Gate.Refused == "" {
		t.Errorf("%+v", report)
	}
	if l.must("hash-2", "index", "switch", "2"); told[[]buildReport](l, "hash-2", "index", "list")[1].State != ingest.Current {
		t.Error("the administrator's own word does not count")
	}
}

func TestGateLetsAsGoodAnEmbedderPass(t *testing.T) {
	l := sampleLibrary(t, "hash-512")
	got := told[reindexReport](l, "hash-512", "reindex", "--share", "1", "--gate", sampleSet)
	if !got.Switched || got.Gate.Refused != "" || got.Embedded != 0 || fused(got.Gate.Before) != fused(got.Gate.After) {
		t.Errorf("%+v", got)
	}
}

func TestGateRefusesAResultOutOfScope(t *testing.T) {
	l := sampleLibrary(t, "hash-512")
	l.must("hash-512", "reindex", "--share", "1", "--no-switch")
	p := l.parts("hash-512")
	b, err := p.generations.Get(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	index, err := p.openIndex(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	open := map[retrieval.DocumentID]access.Readers{}
	for path, d := range l.in(2) {
		if path == "pay-bands-2026.md" {
			open[d.ID] = access.Readers{Departments: []access.Department{access.Everyone}}
		}
	}
	if err := index.SetReaders(t.Context(), open); err != nil || len(open) != 1 {
		t.Fatal(err)
	}
	if err := index.Close(); err != nil {
		t.Fatal(err)
	}
	gate, err := readGate(sampleSet, .9)
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := reindexing{parts: p, gate: gate}.judge(t.Context(), b)
	if err != nil || !strings.Contains(verdict.Refused, "out of scope") {
		t.Errorf("%+v, %v", verdict, err)
	}
}

func TestGateHoldsEachFigureAgainstItsMargin(t *testing.T) {
	report := func(recall, ndcg float64, foreign int) eval.Report {
		return eval.Report{OutOfScope: foreign, Runs: []eval.Line{
			{Run: eval.Lexical, Metrics: eval.Metrics{Recall10: 1, NDCG10: 1}}, // not what is served
			{Run: eval.Fused, Metrics: eval.Metrics{Recall10: recall, NDCG10: ndcg}},
		}}
	}
	g := gate{margin: .02}
	for _, c := range []struct {
		name    string
		after   eval.Report
		refusal string
	}{
		{"Better", report(.9, .8, 0), ""},
		{"WithinTheMargin", report(.79, .69, 0), ""},
		{"Recall", report(.77, .7, 0), "recall@10"},
		{"Order", report(.8, .67, 0), "nDCG@10"},
		{"OutOfScope", report(.9, .9, 1), "out of scope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := g.refuse(report(.8, .7, 0), c.after)
			if (got == "") != (c.refusal == "") || !strings.Contains(got, c.refusal) {
				t.Errorf("refused %q, want %q", got, c.refusal)
			}
		})
	}
}

func TestGateWithoutAGenerationInUseJustBuilds(t *testing.T) {
	l := &library{house: newHouse(t, sample), ollama: newHashOllama(t)}
	got := told[reindexReport](l, "hash-16", "reindex", "--gate", sampleSet)
	if !got.Switched || got.Gate != nil || got.Generation != 1 {
		t.Errorf("%+v", got)
	}
}

func TestReindexIsMisusedWithoutTrying(t *testing.T) {
	l := &library{house: newHouse(t, sample), ollama: newHashOllama(t)}
	for _, args := range [][]string{
		{"--share", "0"}, {"--share", "1.5"}, {"--margin=-1"}, {"--gate", t.TempDir()},
	} {
		if got := l.do("hash-16", append([]string{"reindex"}, args...)...); got.status != exitMisused {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
