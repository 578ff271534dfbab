package ingest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// BenchmarkUnchanged runs again over 2,000 documents of which none has
// changed.
func BenchmarkUnchanged(b *testing.B) {
	o := newOffice(b)
	o.writeManuals(2000, 1)
	o.run()
	for b.Loop() {
		if report := o.run(); report.Unchanged != report.Seen {
			b.Fatalf("report %+v", report)
		}
	}
}

// BenchmarkFirstRun takes in 150 documents with an embedder that takes 10 ms
// for a passage, as a quick one without a graphics card does. "ratio" is the
// time of the run over the embedder's part of it.
func BenchmarkFirstRun(b *testing.B) {
	passages, total, embedding := 0, time.Duration(0), time.Duration(0)
	for b.Loop() {
		b.StopTimer()
		o := newOffice(b)
		o.writeManuals(150, 4)
		slow := &slowEmbedder{wordHash: o.embedder, perText: 10 * time.Millisecond}
		o.Embedder = slow
		b.StartTimer()
		start := time.Now()
		passages += o.run().Passages
		total += time.Since(start)
		embedding += slow.spent
	}
	b.ReportMetric(float64(total)/float64(embedding), "ratio")
	b.ReportMetric(float64(passages)/total.Seconds(), "passages/s")
}

// writeManuals writes documents of so many sections, each about a passage.
func (o *office) writeManuals(documents, sections int) {
	o.t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	frequent := rand.NewZipf(random, 1.1, 4, 5000)
	for d := range documents {
		var text strings.Builder
		for s := range sections {
			fmt.Fprintf(&text, "# Part %d of manual %d\n\n", s, d)
			for range 150 {
				fmt.Fprintf(&text, "word%d ", frequent.Uint64())
			}
			text.WriteString("\n\n")
		}
		o.write(fmt.Sprintf("%d/%d.md", d%20, d), text.String())
	}
}

// A slowEmbedder takes its time, and says how much it took.
type slowEmbedder struct {
	*wordHash
	perText time.Duration
	spent   time.Duration
}

func (e *slowEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	start := time.Now()
	time.Sleep(time.Duration(len(texts)) * e.perText)
	vectors, err := e.wordHash.EmbedDocuments(ctx, texts)
	e.spent += time.Since(start)
	return vectors, err
}
