package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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

// BenchmarkCut reads a megabyte of Markdown or of text and cuts it, by estimate
// and by the embedder's vocabulary, each alone and both together. "own-MB/s" is
// by the processor's time for all of it, on however many cores and however busy:
// what one quiet core does. The budget is 20 for both together.
func BenchmarkCut(b *testing.B) {
	limits := map[string]Limit{"estimated": {}}
	if embedder := realEmbedder(b); embedder != nil {
		limits["counted"] = Limit{Vocabulary: vocabularyOf(b, embedder)}
	}
	for language, text := range sampleTexts(b) {
		for _, name := range []string{"a.md", "a.txt"} {
			read := func() Extracted {
				x, err := Extract(name, []byte(text))
				if err != nil {
					b.Fatal(err)
				}
				return x
			}
			x, place := read(), language+"/"+filepath.Ext(name)[1:]
			b.Run(place+"/read", func(b *testing.B) { measure(b, len(text), func() { read() }) })
			for how, limit := range limits {
				b.Run(place+"/cut "+how, func(b *testing.B) { measure(b, len(text), func() { Cut(x, limit) }) })
				b.Run(place+"/both "+how, func(b *testing.B) { measure(b, len(text), func() { Cut(read(), limit) }) })
			}
		}
	}
}

// measure does something with a text of so many bytes again and again.
func measure(b *testing.B, size int, do func()) {
	b.Helper()
	b.SetBytes(int64(size))
	before := processorTime(b)
	for b.Loop() {
		do()
	}
	own := processorTime(b) - before
	b.ReportMetric(float64(size)*float64(b.N)/1e6/own.Seconds(), "own-MB/s")
}

// processorTime returns the processor time that this process has had.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
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
