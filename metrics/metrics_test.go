package metrics

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheTextIsThatOfTheFormat(t *testing.T) {
	set := new(Set)
	ended := set.Counter("questions_total", "How they ended.", "outcome", "answered", "refused")
	ended.Add("answered", 2)
	ended.Add("somebody", 5) // is no value of the label
	set.Read(Gauge, "sockets", "Open ones.", "", func() (map[string]float64, error) { return map[string]float64{"": 3}, nil })
	set.Read(Total, "documents", "By state.", "state", func() (map[string]float64, error) { return nil, errors.New("away") })
	took := set.Histogram("search_seconds", "Search.", 0.1, 1)
	for _, d := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second} {
		took.Observe(d)
	}
	var b strings.Builder
	if _, err := set.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	want := `# HELP questions_total How they ended.
# TYPE questions_total counter
questions_total{outcome="answered"} 2
questions_total{outcome="refused"} 0
# HELP sockets Open ones.
# TYPE sockets gauge
sockets 3
# HELP search_seconds Search.
# TYPE search_seconds histogram
search_seconds_bucket{le="0.1"} 2
search_seconds_bucket{le="1"} 3
search_seconds_bucket{le="+Inf"} 4
search_seconds_sum 2.65
search_seconds_count 4
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}
