package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/metrics"
	"bureau/retrieval"
	"bureau/slack"
	"bureau/web"
)

// How a question ends for the metrics. With those that are under way they add
// up to those that were begun.
const (
	wasAnswered  = "answered"
	wasRefused   = "refused" // the documents do not tell
	wasFailed    = "failed"
	wasBrokenOff = "broken_off" // by the asker, a right that ended, or a restart
)

// measures are what a server counts of itself. docs/metrics.md explains each.
type measures struct {
	metrics.Set
	begun     *metrics.Counter
	ended     *metrics.Counter
	firstWord *metrics.Histogram
	search    *metrics.Histogram
}

// measures returns the measures of a server, those of the documents among them.
func (p *parts) measures() *measures {
	m := new(measures)
	m.begun = m.Counter("bureau_questions_begun_total", "Questions that were searched for.", "", "")
	m.ended = m.Counter("bureau_questions_ended_total", "Of them, those that have ended, by how.", "outcome", wasAnswered, wasRefused, wasFailed, wasBrokenOff)
	m.search = m.Histogram("bureau_search_seconds", "Time of a search, the embedder's share included.", .01, .03, .1, .3, 1, 3, 10)
	m.firstWord = m.Histogram("bureau_first_word_seconds", "Time from the search's beginning to the first word of an answer.", .1, .3, 1, 3, 10, 30, 100)
	m.Read(metrics.Total, "bureau_second_lock_documents_total", "Documents that an index gave away and the ledger withheld. Anything but 0 is a fault to report.", "", func() (map[string]float64, error) {
		return map[string]float64{"": float64(p.alarms.Load())}, nil
	})
	m.Read(metrics.Gauge, "bureau_documents", "Documents, by how far they have come.", "state", func() (map[string]float64, error) {
		c, err := p.ledger.Counts(context.Background())
		return map[string]float64{"indexed": float64(c.Indexed), "failed": float64(c.Failed), "withheld": float64(c.Withheld), "waiting": float64(c.Waiting)}, err
	})
	m.Read(metrics.Gauge, "bureau_goroutines", "Goroutines.", "", func() (map[string]float64, error) { return one(runtime.NumGoroutine()), nil })
	m.Read(metrics.Gauge, "bureau_heap_bytes", "Memory in use on the heap.", "", func() (map[string]float64, error) {
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		return map[string]float64{"": float64(memory.HeapInuse)}, nil
	})
	return m
}

// one is a figure without a label.
func one(n int) map[string]float64 { return map[string]float64{"": float64(n)} }

// of adds what the front door and its queue know.
func (m *measures) of(server *web.Server, queue *chat.Queue) {
	m.Read(metrics.Gauge, "bureau_sockets", "Open sockets.", "", func() (map[string]float64, error) { return one(server.Sockets()), nil })
	m.Read(metrics.Gauge, "bureau_queue_length", "Questions that wait for their turn.", "", func() (map[string]float64, error) { return one(queue.Waiting()), nil })
	m.Read(metrics.Total, "bureau_limited_total", "Requests over a limit, by which of serve.limits.", "limit", func() (map[string]float64, error) {
		figures := map[string]float64{}
		for of, n := range server.Limited() {
			figures[of] = float64(n)
		}
		return figures, nil
	})
}

// ofSlack adds the bot's own count of its questions.
func (m *measures) ofSlack(tally func() slack.Tally) {
	m.Read(metrics.Total, "bureau_slack_questions_total", "Questions in Slack: asked, and of them by how they ended.", "what", func() (map[string]float64, error) {
		t := tally()
		return map[string]float64{
			"asked": float64(t.Asked), wasAnswered: float64(t.Answered), wasRefused: float64(t.Refused), wasFailed: float64(t.Failed),
			"undelivered": float64(t.Undelivered), "repeated": float64(t.Repeated),
		}, nil
	})
}

// ServeHTTP answers with all figures.
func (m *measures) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = m.WriteTo(w) // an error here is a reader that left
}

// searching measures how long searches take.
func (m *measures) searching(s chat.Searcher) chat.Searcher { return measuredSearch{s, m} }

type measuredSearch struct {
	chat.Searcher
	*measures
}

func (s measuredSearch) Search(ctx context.Context, scope access.Scope, q retrieval.Question) (retrieval.Result, error) {
	began := time.Now()
	result, err := s.Searcher.Search(ctx, scope, q)
	if err == nil {
		s.search.Observe(time.Since(began))
	}
	return result, err
}

// answering counts how answers end, and how soon they begin.
func (m *measures) answering(a chat.Author) chat.Author { return measuredAuthor{a, m} }

type measuredAuthor struct {
	chat.Author
	*measures
}

func (a measuredAuthor) Answer(ctx context.Context, scope access.Scope, q chat.Question) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		a.begun.Add("", 1)
		began, spoken, end := time.Now(), false, wasBrokenOff
		defer func() { a.ended.Add(end, 1) }()
		for event, err := range a.Author.Answer(ctx, scope, q) {
			switch event := event.(type) {
			case chat.Delta:
				if !spoken {
					a.firstWord.Observe(time.Since(began))
				}
				spoken = true
			case chat.Done:
				end = wasAnswered
				if event.Mode == chat.Refused {
					end = wasRefused
				}
			}
			if err != nil && ctx.Err() == nil {
				end = wasFailed
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

// serveMetrics answers at an address of its own, where one is configured, until
// ctx ends.
func (p *parts) serveMetrics(ctx context.Context, front *web.Server, m *measures) error {
	address := p.config.serve.Metrics
	if address == "" {
		return nil
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s for metrics: %w; choose another serve.metrics", address, err)
	}
	server := newHTTPServer(front.HandlerOf(web.Mount{Pattern: "GET /metrics", Callers: web.Anyone, Handler: m}))
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("metrics are not served any more", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	slog.Info("metrics are served", "address", "http://"+listener.Addr().String()+"/metrics")
	return nil
}
