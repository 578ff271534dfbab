package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sampleTexts are the documents of the sample company in English and in
// Chinese, each language as one text of at least a megabyte.
func sampleTexts(t testing.TB) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../examples/company/documents/*/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d documents of the sample company, error %v", len(paths), err)
	}
	once := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		language := "en"
		if strings.Contains(path, ".zh-") {
			language = "zh"
		}
		_, body, err := cutFrontMatter(string(data))
		if err != nil {
			t.Fatal(err)
		}
		once[language] += body + "\n\n"
	}
	for language, text := range once {
		once[language] = strings.Repeat(text, 1+(1<<20)/len(text))
	}
	return once
}

// BenchmarkCut reads a megabyte of Markdown or of text, alone and with cutting,
// by estimate and by the embedder's vocabulary.
func BenchmarkCut(b *testing.B) {
	limits := map[string]Limit{"estimated": {}}
	if embedder := realEmbedder(b); embedder != nil {
		limits["counted"] = Limit{Vocabulary: vocabularyOf(b, embedder)}
	}
	for language, text := range sampleTexts(b) {
		for _, name := range []string{"a.md", "a.txt"} {
			place := language + "/" + filepath.Ext(name)[1:]
			x, err := Extract(name, []byte(text))
			if err != nil {
				b.Fatal(err)
			}
			b.Run(place+"/read", func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if _, err := Extract(name, []byte(text)); err != nil {
						b.Fatal(err)
					}
				}
			})
			for how, limit := range limits {
				b.Run(place+"/cut "+how, func(b *testing.B) {
					b.SetBytes(int64(len(text)))
					for b.Loop() {
						Cut(x, limit)
					}
				})
			}
		}
	}
}

// BenchmarkCount counts the tokens of a megabyte, by estimate and by the
// embedder's vocabulary.
func BenchmarkCount(b *testing.B) {
	counts := map[string]func(string) int{"estimated": EstimateTokens}
	if embedder := realEmbedder(b); embedder != nil {
		counts["counted"] = vocabularyOf(b, embedder).Count
	}
	for language, text := range sampleTexts(b) {
		for how, count := range counts {
			b.Run(language+"/"+how, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					count(text)
				}
			})
		}
	}
}
