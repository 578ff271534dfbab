package qdrant

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	client "github.com/qdrant/go-client/qdrant"
	"golang.org/x/sync/errgroup"

	"bureau/retrieval"
	"bureau/retrieval/eval"
	"bureau/retrieval/loadtest"
	"bureau/retrieval/qdrant/qdranttest"
	"bureau/store"
)

// company returns a made-up company of so many passages.
func company(b *testing.B, passages int) *loadtest.Company {
	b.Helper()
	c, err := loadtest.NewCompany(loadtest.Size{Passages: passages, Dimensions: 384, Departments: 20})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// openFor opens an empty index for a company, in a collection of its own.
func openFor(b *testing.B, server *Server, c *loadtest.Company, folder string) *Index {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(folder, "register.db"))
	if err != nil {
		b.Fatal(err)
	}
	x, err := Open(b.Context(), server, db, Options{Collection: "bench-" + uuid.NewString(), Generation: c.Generation()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := x.Drop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return x
}

// The upload is measured in batches of so many passages, by so many callers.
const (
	uploadBatches   = 40
	uploadDocuments = 26 // of ten passages: one call of the client
	uploadCallers   = 2
)

// BenchmarkUpload writes passages to a new index, and then the same points with
// nothing but the client, to the same server. "of-bare" is how much of the
// client's speed is left.
func BenchmarkUpload(b *testing.B) {
	server := connect(b, qdranttest.Shared(b))
	c := company(b, uploadBatches*uploadDocuments*10)
	var batches [][]retrieval.Replacement
	for n := range uploadBatches {
		batches = append(batches, c.Batch(n*uploadDocuments, uploadDocuments))
	}
	var ours, bare time.Duration
	for b.Loop() {
		x := prepared(b, server, c)
		start := time.Now()
		inCallers(b, batches, x.ReplaceAll)
		ours += time.Since(start)

		x = prepared(b, server, c)
		start = time.Now()
		inCallers(b, batches, x.bareUpsert)
		bare += time.Since(start)
	}
	b.ReportMetric(float64(bare)/float64(ours), "of-bare")
	b.ReportMetric(float64(c.Passages*b.N)/ours.Seconds(), "passages/s")
	b.ReportMetric(float64(c.Passages*b.N)/bare.Seconds(), "bare/s")
	b.ReportMetric(0, "ns/op")
}

// prepared opens an empty index whose collection is there.
func prepared(b *testing.B, server *Server, c *loadtest.Company) *Index {
	b.Helper()
	x := openFor(b, server, c, b.TempDir())
	if err := x.prepare(b.Context(), c.Dimensions); err != nil {
		b.Fatal(err)
	}
	return x
}

// bareUpsert writes a batch as a loop around the client would: it makes the
// points, sends them, and waits until they are there.
func (x *Index) bareUpsert(ctx context.Context, batch []retrieval.Replacement) error {
	var points []*client.PointStruct
	for _, r := range batch {
		edition := newEdition(r.Document.ID)
		for _, p := range r.Passages {
			points = append(points, pointOf(edition, r.Document.Readers, p, retrieval.Statistics{AverageLength: 70}))
		}
	}
	_, err := x.server.writes.Upsert(ctx, &client.UpsertPoints{CollectionName: x.collection, Wait: client.PtrOf(true), Points: points})
	return err
}

// inCallers has callers write batches, one after the other.
func inCallers(b *testing.B, batches [][]retrieval.Replacement, write func(context.Context, []retrieval.Replacement) error) {
	b.Helper()
	next := make(chan []retrieval.Replacement)
	group, ctx := errgroup.WithContext(b.Context())
	for range uploadCallers {
		group.Go(func() error {
			for batch := range next {
				if err := write(ctx, batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, batch := range batches {
		select {
		case next <- batch:
		case <-ctx.Done():
		}
	}
	close(next)
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}

// settledIndex returns an index of a company whose graphs are built.
func settledIndex(b *testing.B, c *loadtest.Company) *Index {
	b.Helper()
	x := openFor(b, connect(b, qdranttest.Shared(b)), c, b.TempDir())
	if _, err := loadtest.Upload(b.Context(), x, c); err != nil {
		b.Fatal(err)
	}
	if err := loadtest.Settle(b.Context(), x.Ready); err != nil {
		b.Fatal(err)
	}
	return x
}

// BenchmarkSearch has one and eight askers search an index of 100,000 passages,
// 20,000 with -short, for every shape of scope. The server of the tests answers
// one call at a time, in Python: its latencies are upper bounds. "own-ms" is the
// processor time that this side of the connection takes for a question, which
// another server does not change.
func BenchmarkSearch(b *testing.B) {
	passages := 100_000
	if testing.Short() {
		passages = 20_000
	}
	c := company(b, passages)
	x := settledIndex(b, c)
	for _, shape := range c.Shapes() {
		for _, askers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/askers=%d", shape.Name, askers), func(b *testing.B) {
				before := processorTime(b)
				times, err := loadtest.Ask(b.Context(), x, c, shape, askers, func(n int) bool { return n < b.N })
				if err != nil {
					b.Fatal(err)
				}
				own := processorTime(b) - before
				latency := eval.LatencyOf(times)
				b.ReportMetric(own.Seconds()*1000/float64(len(times)), "own-ms")
				b.ReportMetric(latency.P50.Seconds()*1000, "p50-ms")
				b.ReportMetric(latency.P95.Seconds()*1000, "p95-ms")
			})
		}
	}
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
