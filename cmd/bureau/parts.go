package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/access"
	"bureau/chat"
	"bureau/chat/ollama"
	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/sqlite"
	"bureau/store"
)

// Parts are everything that commands work with, opened and put together.
type parts struct {
	config   *config
	state    *store.DB
	ledger   *ingest.Ledger
	index    *sqlite.Index
	ollama   *ollama.Client
	embedder embeddings.Embedder // nil without one
	model    *ollama.Model       // nil without one
}

// openParts opens the state and the index. With rebuild, an index of another
// generation gives way to an empty one.
func openParts(ctx context.Context, c *config, rebuild bool) (_ *parts, err error) {
	p := &parts{config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.state, err = store.Open(ctx, filepath.Join(c.data, "bureau.db")); err != nil {
		return nil, err
	}
	if p.ledger, err = ingest.OpenLedger(ctx, p.state); err != nil {
		return nil, err
	}
	if p.ollama, err = ollama.New(c.models.Ollama, ollama.Deadlines{}); err != nil {
		return nil, misuse{err}
	}
	if c.models.Embedder != "" {
		p.embedder = p.ollama.Embedder(ollama.EmbedderOptions{Name: c.models.Embedder, Threads: c.models.Threads})
	}
	if c.models.Chat != "" {
		p.model = p.ollama.Model(ollama.ModelOptions{
			Name: c.models.Chat, Context: c.models.Context, Threads: c.models.Threads,
		})
	}
	p.index, err = p.openIndex(ctx, rebuild)
	return p, err
}

// generation is what the configuration wants the index to be built with.
func (p *parts) generation() retrieval.Generation {
	return retrieval.Generation{Embedder: p.config.models.Embedder, Cutting: ingest.CuttingVersion + " " + retrieval.Analysis}
}

// close closes what was opened.
func (p *parts) close() error {
	var errs []error
	if p.index != nil {
		errs = append(errs, p.index.Close())
	}
	if p.state != nil {
		errs = append(errs, p.state.Close())
	}
	return errors.Join(errs...)
}

// searcher puts the search together. It calibrates itself as it works, so a
// command makes one and keeps it.
func (p *parts) searcher() *retrieval.Searcher {
	constants := retrieval.ConstantsFor(p.config.models.Embedder).Stricter(p.config.models.Evidence)
	return &retrieval.Searcher{Index: p.index, Ledger: p.ledger, Embedder: p.embedder, Constants: constants}
}

// answerer puts the answering together.
func (p *parts) answerer() *chat.Answerer {
	a := &chat.Answerer{
		Searcher: p.searcher(), Embedder: p.embedder, Rate: chat.NewRate(),
		Contacts: map[access.Department]string{},
		Limits:   chat.Limits{Window: p.config.models.Context, FirstToken: p.config.models.FirstToken},
	}
	if p.model != nil {
		a.Model = p.model
	}
	for _, d := range p.config.policy.Departments() {
		if address := p.config.policy.Contact(d); address != "" {
			a.Contacts[d] = address
		}
	}
	return a
}

// scope returns what a person may read now, or the mistake in their name.
func (p *parts) scope(person string) (access.Scope, error) {
	scope, err := p.config.policy.Scope(person, time.Now())
	if errors.Is(err, access.ErrUnknownPerson) {
		return scope, misuse{fmt.Errorf("%w; the people are in %s", err, p.config.file)}
	}
	return scope, err
}

// A modelHealth knows whether the chat model answers at this moment.
type modelHealth struct {
	*parts
	healthy atomic.Bool
}

// name returns the chat model, or "" while answers are quotes only.
func (h *modelHealth) name() string {
	if h.model == nil || !h.healthy.Load() {
		return ""
	}
	return h.model.Name()
}

// follow warms the model once and then looks after it until ctx ends. It logs
// each change.
func (h *modelHealth) follow(ctx context.Context) {
	if h.model == nil {
		return
	}
	h.check(ctx)
	if h.healthy.Load() {
		if err := h.model.Warm(ctx, chat.PromptHead(h.config.language())); err != nil && ctx.Err() == nil {
			slog.Warn("the model was not warmed: the first answer takes longer", "error", err)
		}
	}
	tick := time.NewTicker(healthPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.check(ctx)
		}
	}
}

func (h *modelHealth) check(ctx context.Context) {
	err := h.ollama.Health(ctx, h.model.Name())
	if ctx.Err() != nil {
		return
	}
	if was := h.healthy.Swap(err == nil); was != (err == nil) {
		if err == nil {
			slog.Info("the model answers", "model", h.model.Name())
			return
		}
		slog.Warn("the model does not answer: answers are quotes only", "error", err)
	}
}
