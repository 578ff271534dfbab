package main

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// BenchmarkSearchDuringReindex searches a library again and again, in turns
// alone and while `bureau reindex` builds the next generation beside it in a
// process of its own. "p95-ratio" is the 95th percentile of the second over that
// of the first.
func BenchmarkSearchDuringReindex(b *testing.B) {
	l := newLibrary(b, engineSQLite)
	for i := range 400 {
		l.put(100+i, "", 12)
	}
	l.must("hash-16", "ingest")
	p := l.parts("hash-16")
	searcher := p.follower()
	defer func() { _ = searcher.close() }() // it only read
	scope, err := p.scope("hanna")
	if err != nil {
		b.Fatal(err)
	}
	var alone, beside []time.Duration
	for generation := 2; b.Loop(); generation++ {
		alone = append(alone, timed(b, searcher, scope, make(chan struct{}))...)
		c := start(b, l.args("hash-32", "reindex", "--no-switch")...)
		beside = append(beside, timed(b, searcher, scope, c.ended)...)
		c.kill()
		l.must("hash-16", "index", "drop", strconv.Itoa(generation))
	}
	b.ReportMetric(float64(p95(beside))/float64(p95(alone)), "p95-ratio")
	b.ReportMetric(float64(p95(beside).Microseconds())/1000, "p95-ms")
}

// timed searches two hundred times, or until ended, and returns how long each
// search took.
func timed(b *testing.B, searcher *follower, scope access.Scope, ended <-chan struct{}) []time.Duration {
	b.Helper()
	var took []time.Duration
	for range 200 {
		select {
		case <-ended:
			return took
		default:
		}
		start := time.Now()
		if _, err := searcher.Search(b.Context(), scope, retrieval.Question{Text: "word31 of the holiday", K: 10}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	return took
}

func p95(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*95/100]
}
