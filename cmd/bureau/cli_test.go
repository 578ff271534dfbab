package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"bureau/ingest"
	"bureau/retrieval/eval"
)

// aboutPay are questions that Human Resources' documents answer.
var aboutPay = []string{
	"What is the pay band of a senior engineer?",
	"高级工程师的薪酬区间是多少？",
	"資深工程師的薪資範圍從多少到多少？",
	"pay bands 2026 L5 Leeds minimum maximum",
	"for how many months does a first written warning count against me",
}

func TestIngestTwiceChangesNothing(t *testing.T) {
	h := newHouse(t, sample)
	first, second := report[ingest.Report](h, "ingest"), report[ingest.Report](h, "ingest")
	if first.Seen == 0 || first.Indexed != first.Seen || first.Passages < first.Seen || len(first.Failed) != 0 {
		t.Errorf("first: %+v", first)
	}
	if second.Seen != first.Seen || second.Unchanged != second.Seen || second.Passages != 0 || second.Embedded != 0 {
		t.Errorf("second: %+v", second)
	}
}

func TestP1_NoWordOfAnotherDepartment(t *testing.T) {
	h, hr := indexed(t), hrSecrets(t)
	for _, question := range aboutPay {
		own := hr.except(question)
		for _, command := range [][]string{
			{"search", question, "-k", "100"}, {"search", question, "-k", "100", "--json"}, {"ask", question}, {"ask", question, "--json"},
			{"ask", "And for the others?", "--earlier", question}, {"ask", "And for the others?", "--earlier", question, "--json"},
		} {
			got := h.run(append(command, "--as", "feng")...)
			if found := own.in(got.stdout + got.stderr); got.status != exitDone || len(found) > 0 {
				t.Errorf("feng: %v: status %d, words of Human Resources: %q", command, got.status, found)
			}
		}
	}
	// The same questions show those words to whoever may read them.
	for _, question := range []string{aboutPay[0], aboutPay[3]} {
		for _, command := range []string{"search", "ask"} {
			if out := h.mustRun(command, question, "--as", "hanna", "--json"); !slices.Contains(hr.except(question).in(out), "63,500") {
				t.Errorf("hanna: %s %q does not find the pay bands:\n%s", command, question, out)
			}
		}
	}
}

// An otherwise is a question of the sample set whose answer stands only in a
// document that the person may not read: for the department, a clearance, a
// denial or a date.
type otherwise struct {
	Text, Person, Reason, Only string
}

func TestP1_TheSampleSetsForeignDocumentsAreNotFound(t *testing.T) {
	h := indexed(t)
	asked := 0
	for line := range strings.Lines(read(t, filepath.Join(root, "examples", "company", "eval", "queries_unanswerable.jsonl"))) {
		var q otherwise
		if err := json.Unmarshal([]byte(line), &q); err != nil {
			t.Fatal(err)
		}
		if q.Reason != "other-department" || q.Person == "oliver" { // oliver has left and is refused altogether
			continue
		}
		asked++
		found := report[searchReport](h, "search", q.Text, "--as", q.Person, "-k", "100")
		for _, hit := range found.Hits {
			if hit.Source+"/"+hit.Path == q.Only {
				t.Errorf("%s is shown %s for %q", q.Person, q.Only, q.Text)
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d questions were asked", asked)
	}
}

func TestP2_WhoHasLeftReadsNothing(t *testing.T) {
	h := indexed(t)
	for _, command := range []string{"search", "ask"} {
		got := h.run(command, "annual leave", "--as", "oliver")
		if got.status != exitFailed || got.stdout != "" || !strings.Contains(got.stderr, "oliver") {
			t.Errorf("%s: %+v", command, got)
		}
	}
}

func TestAskQuotesWithoutAModel(t *testing.T) {
	h := indexed(t)
	got := report[askReport](h, "ask", "How many days of annual leave can I carry over?", "--as", "marcus")
	if got.Mode != "quotes" || len(got.Sources) == 0 || len(got.Sentences) == 0 || got.Model != "" {
		t.Fatalf("%+v", got)
	}
	for _, sentence := range got.Sentences {
		if sentence.Source > 0 && !strings.Contains(spaced(got.Sources[sentence.Source-1].Quote), strings.Trim(spaced(sentence.Text), "> ")) {
			t.Errorf("%q does not stand in source %d", sentence.Text, sentence.Source)
		}
	}
}

// spaced writes every run of space and quoting as one space.
func spaced(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\t>", r) }), " ")
}

func TestEvalOfTheSampleCompany(t *testing.T) {
	h := indexed(t)
	set := []string{"eval", "--set", filepath.Join(root, "examples", "company", "eval"), "--at", "2026-11-24"}
	got := report[eval.Report](h, set...)
	if got.Questions < 90 || got.OutOfScope != 0 || got.Kept == 0 || len(got.Runs) != 2 { // by words alone: lexical and fused
		t.Errorf("%+v", got)
	}
	for _, kind := range []string{"nothing", "other-department"} {
		i := slices.IndexFunc(got.Refused, func(r eval.Refused) bool { return r.Reason == kind })
		if i < 0 || got.Refused[i].Questions < 20 {
			t.Errorf("%s: %+v", kind, got.Refused)
		}
	}
	if out := h.mustRun(set...); !strings.Contains(out, "out of scope: 0") || !strings.Contains(out, "nDCG@10") {
		t.Errorf("for people:\n%s", out)
	}
}

func TestEvalOfASetWithItsOwnDocuments(t *testing.T) {
	set := t.TempDir()
	write(t, set, map[string]string{
		"corpus.jsonl":  `{"_id": "a", "title": "Leave", "text": "Annual leave is 28 days.", "department": "hr"}` + "\n" + `{"_id": "b", "title": "Leave", "text": "Annual leave is a secret.", "department": "law"}`,
		"queries.jsonl": `{"_id": "q", "text": "annual leave days", "department": "hr"}`,
		"qrels.tsv":     "query-id\tcorpus-id\tscore\nq\ta\t1\n",
	})
	h := newHouse(t, filepath.Join(t.TempDir(), "none.yaml")) // needs no company
	got := report[eval.Report](h, "eval", "--set", set)
	if got.Documents != 2 || got.OutOfScope != 0 || got.Runs[0].Recall5 != 1 {
		t.Errorf("%+v", got)
	}
}

// named matches the names of fields in docs/cli.md.
var named = regexp.MustCompile(`[A-Za-z_]+`)

func TestEveryJSONFieldIsDocumented(t *testing.T) {
	h := indexed(t)
	documented := map[string][]string{}
	for paragraph := range strings.SplitSeq(read(t, filepath.Join(root, "docs", "cli.md")), "\n\n") {
		if rest, ok := strings.CutPrefix(paragraph, "**"); ok {
			name, fields, _ := strings.Cut(rest, "**")
			documented[name] = named.FindAllString(fields, -1)
		}
	}
	for _, command := range [][]string{
		{"search", "leave", "--as", "hanna"}, {"ask", "How much leave do I have?", "--as", "hanna"}, {"ingest"}, {"ingest", "--dry-run"}, {"doctor"},
		{"status"}, {"retry"}, {"who", "hr/pay-bands-2026.md"}, {"why", "feng", "hr/pay-bands-2026.md"}, {"passages", "hr/pay-bands-2026.md"},
		{"audit", "verify"}, {"audit", "show"}, {"reindex"}, {"index", "list"}, {"index", "rollback"}, {"index", "switch", "2"},
		{"eval", "--set", filepath.Join(root, "examples", "company", "eval"), "--at", "2026-11-24"},
	} {
		got := h.run(append(command, "--json")...)
		var value any
		if err := json.Unmarshal([]byte(got.stdout), &value); err != nil {
			t.Errorf("%v: %v", command, err)
		}
		if list, ok := value.([]any); ok {
			value = list[0]
		}
		name := command[0]
		if name == "index" || name == "audit" {
			name = strings.Join(command[:2], " ")
		}
		for field := range value.(map[string]any) {
			if !slices.Contains(documented[name], field) {
				t.Errorf("%s --json has the field %q, which docs/cli.md does not name", name, field)
			}
		}
	}
}

func TestP10_NothingIsAskedOfAServerThatIsNotNamed(t *testing.T) {
	h := indexed(t)
	// Without a model and an embedder, an Ollama that would fail is not called.
	got := h.run("--ollama", "http://127.0.0.1:1", "ask", "How much leave do I have?", "--as", "hanna")
	if got.status != exitDone || got.stderr != "" {
		t.Errorf("%+v", got)
	}
}

func TestP10_NothingLeavesTheMachine(t *testing.T) {
	var asked atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		t.Errorf("%s %s was asked for", r.Method, r.URL)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	h := newHouse(t, sample)
	// Whatever goes anywhere but to this machine goes by the proxy.
	environment := []string{"HTTP_PROXY=" + proxy.URL, "HTTPS_PROXY=" + proxy.URL}
	for _, command := range [][]string{{"ingest"}, {"search", "--as", "hanna", "leave"}, {"ask", "--as", "hanna", "How much leave do I have?"}, {"status"}, {"doctor"}} {
		c := startWith(t, environment, append([]string{"-c", h.config, "--data", h.data, "--model", none, "--embedder", none}, command...)...)
		<-c.ended
	}
	server := startWith(t, environment, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	signIn(t, server.await(`http://127\.0\.0\.1:\d+`), "hanna").socket().ask(aboutPay[0])
	if n := asked.Load(); n > 0 {
		t.Errorf("%d requests leave the machine", n)
	}
}

func TestSampleCompanyHasNothingToWarnOf(t *testing.T) {
	got := report[ingest.Report](newHouse(t, sample), "ingest")
	if len(got.Warnings) != 0 || len(got.Ignored) != 0 || got.Withheld != 0 {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(filepath.Join(root, "examples", "company", ".bureau-data")); err == nil {
		t.Error("the examples have a data folder in them")
	}
}
