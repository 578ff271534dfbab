package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// real are the flags for the Ollama that this machine has, or a reason to skip.
func real(t testing.TB) []string {
	t.Helper()
	var flags []string
	for _, f := range []struct{ flag, variable string }{
		{"--ollama", "BUREAU_TEST_OLLAMA"}, {"--model", "BUREAU_TEST_CHAT_MODEL"}, {"--embedder", "BUREAU_TEST_EMBEDDER"},
	} {
		value := os.Getenv(f.variable)
		if value == "" {
			t.Skipf("%s is not set: \"make test\" sets up a model and names it", f.variable)
		}
		flags = append(flags, f.flag, value)
	}
	return append(flags, "--threads", "1")
}

// handful are the documents of the sample company that the real model is asked
// about: few, since they are embedded anew for every run.
var handful = []string{
	"everyone/pay-rule.md", "everyone/leave-policy.md", "everyone/leave-policy.zh-hans.md", "everyone/travel-expenses.md", "hr/pay-bands-2026.md",
}

// realHouse indexes the handful with the real embedder.
func realHouse(t testing.TB) (h house, flags []string) {
	t.Helper()
	flags = real(t)
	folder := t.TempDir()
	files := map[string]string{"bureau.yaml": read(t, sample)}
	for _, name := range handful {
		files["documents/"+name] = read(t, filepath.Join(filepath.Dir(sample), "documents", name))
	}
	write(t, folder, files)
	for _, department := range []string{"marketing", "finance", "operations"} {
		if err := os.MkdirAll(filepath.Join(folder, "documents", department), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h = newHouse(t, filepath.Join(folder, "bureau.yaml"))
	h.mustRun(append(flags, "ingest")...)
	return h, flags
}

func TestRealModelAnswersFromTheDocuments(t *testing.T) {
	h, flags := realHouse(t)
	for _, c := range []struct{ person, question, document string }{
		{"hanna", "How do I request annual leave?", "everyone/leave-policy.md"},
		{"feng", "年假最多可以结转几天？", "everyone/leave-policy.zh-hans.md"},
	} {
		got := report[askReport](h, append(flags, "ask", c.question, "--as", c.person)...)
		t.Logf("%s: %s\n%s", c.person, c.question, got.Answer)
		// The smallest models now and then find nothing in what they read; the
		// answer then quotes it.
		if got.Model == "" || got.Mode == "quotes" || got.Answer == "" || len(got.Sources) == 0 {
			t.Errorf("%s: %+v", c.question, got)
			continue
		}
		if !slices.ContainsFunc(got.Sentences, func(s sentenceReport) bool { return s.Source > 0 }) {
			t.Errorf("%s: no sentence has a source: %+v", c.question, got.Sentences)
		}
		text, cited := spaced(read(t, filepath.Join(filepath.Dir(h.config), "documents", c.document))), false
		for _, source := range got.Sources {
			cited = cited || source.Used && strings.Contains(text, spaced(source.Quote))
		}
		if !cited {
			t.Errorf("%s: no source that was used stands in %s: %+v", c.question, c.document, got.Sources)
		}
	}
}

func TestP1_RealModelTellsFengNothingOfHumanResources(t *testing.T) {
	h, flags := realHouse(t)
	figures := hrSecrets(t).figures().except(aboutPay...)
	for _, question := range []string{aboutPay[0], aboutPay[1]} {
		for _, command := range []string{"search", "ask"} {
			out := h.mustRun(append(flags, command, question, "--as", "feng", "--json")...)
			if found := figures.in(out); len(found) > 0 {
				t.Errorf("%s %q: %q", command, question, found)
			}
			if strings.Contains(out, "Pay bands") || strings.Contains(out, "pay-bands") {
				t.Errorf("%s %q names a document of Human Resources:\n%s", command, question, out)
			}
		}
	}
}

// An edit of one document embeds that document alone.
func TestRealSecondIngestEmbedsWhatChanged(t *testing.T) {
	h, flags := realHouse(t)
	path := filepath.Join(filepath.Dir(h.config), "documents", "everyone", "pay-rule.md")
	if err := os.WriteFile(path, []byte(read(t, path)+"\nPayslips of pensioners come by post.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := report[struct{ Indexed, Unchanged, Passages, Embedded int }](h, append(flags, "ingest")...)
	if got.Indexed != 1 || got.Unchanged != len(handful)-1 || got.Embedded == 0 || got.Embedded > 2 {
		t.Errorf("%+v: unchanged passages are in the cache of vectors", got)
	}
}
