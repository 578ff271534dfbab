package main

import (
	"os"
	"strings"
	"testing"

	"bureau/ingest"
)

// letters is a vocabulary of which every letter is a token, for a model that
// takes 256.
const letters = `"general.architecture":"bert","bert.context_length":256,"tokenizer.ggml.model":"bert","tokenizer.ggml.tokens":` +
	`["[UNK]","▁a","▁b","▁c","▁d","▁e","▁f","▁h","▁o","▁l","▁t","▁w","▁y","a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q","r","s","t","u","v","w","x","y","z"]`

// cutting returns how the generation in use is cut.
func (l *library) cutting() string {
	l.t.Helper()
	b, err := l.parts("hash-16").generations.Current(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return b.Generation.Cutting
}

// long writes a document that is longer than one passage.
func (l *library) long(name string) {
	l.t.Helper()
	text := "# Long " + name + "\n\n" + strings.Repeat("The company celebrates every holiday of the country. ", 60)
	write(l.t, l.documents, map[string]string{name: text})
}

func TestPassagesAreCountedByTheVocabularyThatTheGenerationBeganWith(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.ollama.tell(letters)
	l.long("a.md")
	l.must("hash-16", "ingest")
	id, ok := ingest.CountedBy(l.cutting())
	if !ok || id == "" {
		t.Fatalf("the first generation has the cutting %q", l.cutting())
	}
	check := func(name string) {
		t.Helper()
		got := told[passagesReport](l, "hash-16", "passages", "all/"+name)
		if got.Estimated || len(got.Passages) < 12 {
			t.Errorf("%s is %d passages, estimated %v", name, len(got.Passages), got.Estimated)
		}
		for _, p := range got.Passages {
			if p.Tokens > 254 {
				t.Errorf("%s has a passage of %d tokens", name, p.Tokens)
			}
		}
	}
	check("a.md")
	l.ollama.tell("") // as where another version of it is installed
	l.long("b.md")
	l.must("hash-16", "ingest")
	check("b.md")

	file := l.parts("hash-16").vocabularyFile(id)
	if err := os.WriteFile(file, []byte("half of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := l.do("hash-16", "ingest"); got.status != exitFailed || !strings.Contains(got.stderr, file) {
		t.Errorf("without the vocabulary: %+v", got)
	}
	l.ollama.tell(strings.Replace(letters, "256", "512", 1))
	if got := l.do("hash-16", "ingest"); got.status != exitFailed || !strings.Contains(got.stderr, "bureau reindex") {
		t.Errorf("with another vocabulary: %+v", got)
	}
	l.ollama.tell(letters) // it is the same again, and the file is mended
	l.must("hash-16", "ingest")
	l.ollama.tell("")
	l.must("hash-16", "ingest")
}

func TestGenerationThatWasEstimatedStaysSoUntilAReindex(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.long("a.md")
	if got := l.do("hash-16", "ingest"); got.status != exitDone || !strings.Contains(got.stderr, "the tokens of passages are estimated") {
		t.Errorf("first ingest: %+v", got)
	}
	before := told[passagesReport](l, "hash-16", "passages", "all/a.md")
	l.ollama.tell(letters)
	if got := l.do("hash-16", "ingest"); got.status != exitDone || got.stderr != "" || l.cutting() != ingest.Cutting {
		t.Errorf("second ingest, cutting %q: %+v", l.cutting(), got)
	}
	if now := told[passagesReport](l, "hash-16", "passages", "all/a.md"); !now.Estimated || len(now.Passages) != len(before.Passages) {
		t.Errorf("%d passages became %d", len(before.Passages), len(now.Passages))
	}
	l.must("hash-16", "reindex", "--share", "1")
	now := told[passagesReport](l, "hash-16", "passages", "all/a.md")
	if id, ok := ingest.CountedBy(l.cutting()); !ok || id == "" || now.Estimated || len(now.Passages) <= len(before.Passages) {
		t.Errorf("after the reindex, cutting %q, %d passages became %d", l.cutting(), len(before.Passages), len(now.Passages))
	}
	l.must("hash-16", "search", "holiday", "--as", "hanna")
}
