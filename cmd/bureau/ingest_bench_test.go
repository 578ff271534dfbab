package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkUnchangedFiles runs an ingest of the whole program again over 10,000
// documents of which none has changed, without an embedder.
func BenchmarkUnchangedFiles(b *testing.B) {
	const files = 10_000
	h := manuals(b, files, 1)
	h.mustRun("ingest")
	for b.Loop() {
		if said := h.mustRun("ingest"); !strings.Contains(said, fmt.Sprintf("%d unchanged", files)) {
			b.Fatal(said)
		}
	}
	b.ReportMetric(files*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkIngestMemory takes in a folder, and one ten times as large, each
// twice, and tells how much memory the processes of an ingest have at most: of
// the first run, "MiB", and of one over the same files, "unchanged-MiB", for
// both folders, and the larger over the smaller, "ratio".
func BenchmarkIngestMemory(b *testing.B) {
	const small, large = 200, 2_000
	for b.Loop() {
		first, again := map[int]int{}, map[int]int{}
		for _, files := range []int{small, large} {
			h := manuals(b, files, 8)
			first[files] = h.peak()
			again[files] = h.peak()
		}
		b.ReportMetric(float64(first[small]), "small-MiB")
		b.ReportMetric(float64(first[large]), "large-MiB")
		b.ReportMetric(float64(again[large]), "unchanged-MiB")
		b.ReportMetric(float64(first[large])/float64(first[small]), "ratio")
	}
}

// peak takes in the documents with a process of its own, and returns the most
// memory that it had, in MiB.
func (h house) peak() int {
	h.t.Helper()
	c := start(h.t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "ingest")
	peak := c.memory()
	if status := c.status(); status != exitDone {
		h.t.Fatalf("status %d\n%s", status, c.said)
	}
	return peak()
}

// manuals returns a house with so many documents of so many sections, each about
// a passage, in a folder of their own.
func manuals(b *testing.B, files, sections int) house {
	b.Helper()
	folder := b.TempDir()
	random := rand.New(rand.NewPCG(1, 1))
	frequent := rand.NewZipf(random, 1.1, 4, 5000)
	texts := map[string]string{"bureau.yaml": formatsConfig}
	for f := range files {
		var text strings.Builder
		for s := range sections {
			fmt.Fprintf(&text, "# Part %d of manual %d\n\n", s, f)
			for range 150 {
				fmt.Fprintf(&text, "word%d ", frequent.Uint64())
			}
			text.WriteString("\n\n")
		}
		texts[fmt.Sprintf("documents/%d/%d.md", f%50, f)] = text.String()
	}
	write(b, folder, texts)
	return newHouse(b, filepath.Join(folder, "bureau.yaml"))
}
