package loadtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"bureau/retrieval"
	"bureau/retrieval/eval"
)

// An Engine is what is tested: an index that nothing is in yet.
type Engine interface {
	retrieval.Index
	retrieval.Writer
}

// Options are how a company is asked.
type Options struct {
	Askers int           // at a time, 1 to 256
	Time   time.Duration // of asking for each shape, up to 10 minutes
	// Sample is how many questions for each shape are held against exact search;
	// 100 if zero.
	Sample int
	// Ready, if set, reports whether the engine has finished what it does with
	// passages after they are written.
	Ready func(context.Context) (bool, error)
	// Progress, if set, is told what is being done.
	Progress func(what string)
}

// The bounds of a run.
const (
	mostAskers = 256
	mostTime   = 10 * time.Minute
	mostSample = 10_000
)

// Check reports what is out of its bounds.
func (o Options) Check() error {
	if o.Askers < 1 || o.Askers > mostAskers {
		return fmt.Errorf("%d askers: there must be from 1 to %d", o.Askers, mostAskers)
	}
	if o.Time <= 0 || o.Time > mostTime {
		return fmt.Errorf("%s for each shape: it must be more than 0 and at most %s", o.Time, mostTime)
	}
	if o.Sample < 0 || o.Sample%2 != 0 || o.Sample > mostSample {
		return fmt.Errorf("a sample of %d: it must be an even number up to %d", o.Sample, mostSample)
	}
	return nil
}

// Run writes a company into an engine and asks it.
func Run(ctx context.Context, engine Engine, c *Company, o Options) (Report, error) {
	if err := o.Check(); err != nil {
		return Report{}, err
	}
	r := runner{Options: o, engine: engine, company: c}
	report := Report{Passages: c.Passages, Documents: c.Documents(), Dimensions: c.Dimensions, Departments: c.Departments, Askers: o.Askers}
	r.tell("writing %d passages", c.Passages)
	rate, err := Upload(ctx, engine, c)
	if err != nil {
		return Report{}, err
	}
	report.UploadPerSecond = rate
	start := time.Now()
	if o.Ready != nil {
		r.tell("waiting until the passages are settled")
		if err := Settle(ctx, o.Ready); err != nil {
			return Report{}, err
		}
	}
	report.ReadySeconds = time.Since(start).Seconds()
	for _, shape := range c.Shapes() {
		r.tell("asking for %s", shape.Name)
		line, err := r.shape(ctx, shape)
		if err != nil {
			return Report{}, fmt.Errorf("ask for %s: %w", shape.Name, err)
		}
		report.Shapes = append(report.Shapes, line)
	}
	return report, nil
}

// A runner is one run.
type runner struct {
	Options
	engine  Engine
	company *Company
}

func (r runner) tell(format string, args ...any) {
	if r.Progress != nil {
		r.Progress(fmt.Sprintf(format, args...))
	}
}

const (
	// batch is how many documents are written in one step, and streams how many
	// steps are under way.
	batch   = 100
	streams = 2
)

// Upload writes all documents and returns how many passages an engine took a
// second, without the time that it took to make them.
func Upload(ctx context.Context, engine Engine, c *Company) (perSecond float64, err error) {
	var waited [streams]time.Duration
	group, ctx := errgroup.WithContext(ctx)
	for stream := range streams {
		group.Go(func() error {
			for first := stream * batch; first < c.Documents(); first += streams * batch {
				documents := c.Batch(first, batch)
				start := time.Now()
				if err := engine.ReplaceAll(ctx, documents); err != nil {
					return fmt.Errorf("write passages: %w", err)
				}
				waited[stream] += time.Since(start)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	var longest time.Duration
	for _, w := range waited {
		longest = max(longest, w)
	}
	return float64(c.Passages) / longest.Seconds(), nil
}

const (
	// An engine is ready when it has said so for quiet; it is waited for as long
	// as patience.
	quiet    = 3 * time.Second
	patience = 30 * time.Minute
	look     = 250 * time.Millisecond
)

// errBusy says that an engine has not come to rest.
var errBusy = errors.New("the engine still works on its passages")

// Settle waits until an engine has come to rest: until ready has been true for
// three seconds, since it may be so between two pieces of work.
func Settle(ctx context.Context, ready func(context.Context) (bool, error)) error {
	begun := time.Now()
	for since := begun; time.Since(since) < quiet; {
		if time.Since(begun) > patience {
			return fmt.Errorf("wait for the engine: after %s %w", patience, errBusy)
		}
		yes, err := ready(ctx)
		if err != nil {
			return fmt.Errorf("wait for the engine: %w", err)
		}
		if !yes {
			since = time.Now()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the engine: %w", ctx.Err())
		case <-time.After(look):
		}
	}
	return nil
}

const (
	hits    = 100    // of each ranking, as the product asks for
	loaded  = 10     // passages read for an answer
	mostAsk = 50_000 // questions for each shape, however fast they are answered
)

// shape asks for one shape: first by all askers for the time, then some of the
// same questions once more for what the estimates lose.
func (r runner) shape(ctx context.Context, s Shape) (ShapeReport, error) {
	line := ShapeReport{Shape: s.Name}
	if err := r.compare(ctx, s, &line); err != nil { // also wakes what sleeps
		return line, err
	}
	start := time.Now()
	times, err := Ask(ctx, r.engine, r.company, s, r.Askers, func(n int) bool { return n < mostAsk && time.Since(start) < r.Time })
	if err != nil {
		return line, err
	}
	line.Questions, line.PerSecond = len(times), float64(len(times))/time.Since(start).Seconds()
	latency := eval.LatencyOf(times)
	line.P50MS, line.P95MS, line.P99MS = ms(latency.P50), ms(latency.P95), ms(latency.P99)
	return line, nil
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// compare holds a sample of questions against exact search.
func (r runner) compare(ctx context.Context, s Shape, line *ShapeReport) error {
	sample := cmp.Or(r.Sample, 100)
	for n := range sample {
		found, err := eval.Compare(ctx, r.engine, s.Scope, r.company.Question(s, n, hits))
		if err != nil {
			return err
		}
		half := &line.Outside
		if Inside(n) {
			half = &line.Inside
		}
		*half += found.Recall10 / (float64(sample) / 2)
		line.Recall10 += found.Recall10 / float64(sample)
		line.ExactMS += ms(found.Exact) / float64(sample)
		line.Passages, line.Estimated = found.Passages, line.Estimated || found.Estimated
	}
	return nil
}

// Ask has askers put the questions of a shape, from 0 on, one after the other
// while more allows the next, and returns how long each was waited for: the
// search, and the reading of the ten best passages.
func Ask(ctx context.Context, index retrieval.Index, c *Company, s Shape, askers int, more func(n int) bool) ([]time.Duration, error) {
	var mu sync.Mutex
	var times []time.Duration
	next := 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, more(next - 1)
	}
	group, ctx := errgroup.WithContext(ctx)
	for range askers {
		group.Go(func() error {
			for n, ok := take(); ok; n, ok = take() {
				question := c.Question(s, n, hits)
				start := time.Now()
				if err := ask(ctx, index, s, question); err != nil {
					return err
				}
				took := time.Since(start)
				mu.Lock()
				times = append(times, took)
				mu.Unlock()
			}
			return nil
		})
	}
	return times, group.Wait()
}

func ask(ctx context.Context, index retrieval.Index, s Shape, q retrieval.Query) error {
	rankings, err := index.Search(ctx, s.Scope, q)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	var ids []string
	for _, h := range rankings.Dense[:min(loaded, len(rankings.Dense))] {
		ids = append(ids, h.Passage)
	}
	found, err := index.Load(ctx, s.Scope, ids)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if len(found) != len(ids) {
		return fmt.Errorf("load: %d of %d passages were found and not there", len(ids)-len(found), len(ids))
	}
	return nil
}
