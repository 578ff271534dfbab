package chat

import (
	"math"
	"sync"
	"time"
	"unicode"
)

// Where the estimates of [Rate] begin and how fast they learn.
const (
	// startRate is the prompt rate, in tokens per second, of a 1.5B model on
	// one thread of a laptop's processor (34 measured), made careful.
	startRate = 25.0
	// hanTokens and otherTokens are the tokens of one character, for the
	// vocabularies of multilingual models at their least favourable.
	hanTokens, otherTokens = 0.9, 0.3
	// slowing and speeding are the weights of a new measurement: a model that
	// has become slow is believed at once, one that seems fast, perhaps from
	// its cache, by and by.
	slowing, speeding = 0.5, 0.3
	// leap bounds what one measurement may claim, as a multiple of the rate.
	leap = 4.0
)

// A Rate knows how fast the model reads and how many tokens a text has. It
// learns from every answer and is safe for concurrent use.
type Rate struct {
	mu        sync.Mutex
	perSecond float64 // prompt tokens
	factor    float64 // measured tokens per estimated token
}

// NewRate returns a Rate with careful guesses.
func NewRate() *Rate { return &Rate{perSecond: startRate, factor: 1} }

// Within returns how many prompt tokens the model reads in d.
func (r *Rate) Within(d time.Duration) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(r.perSecond * d.Seconds())
}

// Tokens estimates the tokens of text, by what was measured so far.
func (r *Rate) Tokens(text string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(math.Ceil(rawTokens(text) * r.factor))
}

// Observe learns from one answer: the estimate that was made of its prompt,
// the tokens that the model counted, and the time it read them in. fixed is
// the estimate of the part that the model may have had in its cache; it is
// left out of the rate, so that a cached prefix does not pass for speed.
func (r *Rate) Observe(estimated, fixed, counted int, took time.Duration) {
	if estimated <= 0 || counted <= 0 || took <= 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ratio := float64(counted) / float64(estimated)
	r.factor = min(2, max(0.4, r.factor*(1+speeding*(ratio-1))))
	fresh := float64(counted) - float64(fixed)*ratio
	measured := min(max(fresh, 1)/took.Seconds(), r.perSecond*leap)
	weight := speeding
	if measured < r.perSecond {
		weight = slowing
	}
	r.perSecond += weight * (measured - r.perSecond)
}

// rawTokens is the estimate of the tokens of text before any measurement.
func rawTokens(text string) float64 {
	tokens := 0.0
	for _, r := range text {
		if r >= 0x2E80 && (unicode.IsLetter(r) || unicode.IsPunct(r)) {
			tokens += hanTokens
			continue
		}
		tokens += otherTokens
	}
	return tokens
}

// fit returns the indexes of the costs, best first, that add up to no more
// than the budget. The first is always among them.
func fit(costs []int, budget int) []int {
	var chosen []int
	for i, cost := range costs {
		if i > 0 && cost > budget {
			continue
		}
		chosen = append(chosen, i)
		budget -= cost
	}
	return chosen
}
