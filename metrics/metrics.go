// Package metrics counts, and writes the counts in the text format of
// Prometheus (exposition format 0.0.4).
//
// Labels are of a few values that the program knows beforehand, never a person,
// a document or a text: who reads the metrics reads nothing else with them.
//
//	set := new(metrics.Set)
//	ended := set.Counter("bureau_questions_total", "Questions by how they ended.", "outcome", "answered", "refused")
//	ended.Add("answered", 1)
//	_, err := set.WriteTo(w)
package metrics

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A Set is all that a program counts. Its zero value is empty. What it has is
// written in the order in which it was added.
type Set struct {
	mu       sync.Mutex
	families []family
}

// A family is all figures of one name.
type family interface{ write(b *bytes.Buffer) }

func (s *Set) add(f family) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.families = append(s.families, f)
}

// WriteTo writes every figure as it is now.
func (s *Set) WriteTo(w io.Writer) (int64, error) {
	s.mu.Lock()
	families := slices.Clone(s.families)
	s.mu.Unlock()
	var b bytes.Buffer
	for _, f := range families {
		f.write(&b)
	}
	return b.WriteTo(w)
}

func head(b *bytes.Buffer, name, help, kind string) {
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// line writes a figure, with a label unless it is "".
func line(b *bytes.Buffer, name, label, value string, figure float64) {
	b.WriteString(name)
	if label != "" {
		fmt.Fprintf(b, "{%s=%q}", label, value)
	}
	fmt.Fprintf(b, " %s\n", strconv.FormatFloat(figure, 'g', -1, 64))
}

// A Counter counts what has happened, by the values of one label.
type Counter struct {
	name, help, label string
	values            []string
	counts            map[string]*atomic.Int64
}

// Counter adds a counter of these values of a label. No other value is counted.
func (s *Set) Counter(name, help, label string, values ...string) *Counter {
	c := &Counter{name, help, label, values, make(map[string]*atomic.Int64, len(values))}
	for _, value := range values {
		c.counts[value] = new(atomic.Int64)
	}
	s.add(c)
	return c
}

// Add counts n of a value.
func (c *Counter) Add(value string, n int64) {
	if count, ok := c.counts[value]; ok {
		count.Add(n)
	}
}

func (c *Counter) write(b *bytes.Buffer) {
	head(b, c.name, c.help, "counter")
	for _, value := range c.values {
		line(b, c.name, c.label, value, float64(c.counts[value].Load()))
	}
}

// Kinds of figures that are read when they are asked for.
const (
	Gauge = "gauge"   // may go down
	Total = "counter" // never does, while the program runs
)

// Read adds figures that read returns, by the values of a label, or one by ""
// where label is "". An error leaves them out.
func (s *Set) Read(kind, name, help, label string, read func() (map[string]float64, error)) {
	s.add(reading{kind, name, help, label, read})
}

type reading struct {
	kind, name, help, label string
	read                    func() (map[string]float64, error)
}

func (r reading) write(b *bytes.Buffer) {
	figures, err := r.read()
	if err != nil {
		return
	}
	head(b, r.name, r.help, r.kind)
	for _, value := range slices.Sorted(maps.Keys(figures)) {
		line(b, r.name, r.label, value, figures[value])
	}
}

// A Histogram counts how long things took.
type Histogram struct {
	name, help string
	bounds     []float64 // seconds, ascending
	mu         sync.Mutex
	counts     []int64 // up to each bound, the last beyond all
	sum        float64
}

// Histogram adds a histogram of seconds, up to each of the bounds.
func (s *Set) Histogram(name, help string, bounds ...float64) *Histogram {
	h := &Histogram{name: name, help: help, bounds: bounds, counts: make([]int64, len(bounds)+1)}
	s.add(h)
	return h
}

// Observe counts one that took a time.
func (h *Histogram) Observe(took time.Duration) {
	seconds := took.Seconds()
	i, _ := slices.BinarySearch(h.bounds, seconds) // a bound is in its own bucket
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[i]++
	h.sum += seconds
}

func (h *Histogram) write(b *bytes.Buffer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	head(b, h.name, h.help, "histogram")
	all := int64(0)
	for i, bound := range h.bounds {
		all += h.counts[i]
		line(b, h.name+"_bucket", "le", strconv.FormatFloat(bound, 'g', -1, 64), float64(all))
	}
	all += h.counts[len(h.bounds)]
	line(b, h.name+"_bucket", "le", "+Inf", float64(all))
	line(b, h.name+"_sum", "", "", h.sum)
	line(b, h.name+"_count", "", "", float64(all))
}
