package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/chat/ollama"
	"bureau/ingest"
	"bureau/store"
)

// Parts are everything that commands work with, opened and put together. The
// index is not among them: which one is in use may change at any moment.
type parts struct {
	config      *config
	state       *store.DB
	audit       audit.Appender // opened by its first line
	ledger      *ingest.Ledger
	generations *ingest.Generations
	reader      *boundedReader // of documents
	ollama      *ollama.Client
	embedder    func(model string) embeddings.Embedder // nil for "", no model
	model       *ollama.Model                          // nil without one
	alarms      atomic.Int64                           // documents that the second lock has withheld
}

// openParts opens the state.
func openParts(ctx context.Context, c *config) (_ *parts, err error) {
	p := &parts{config: c, audit: c.auditor(), reader: newBoundedReader(c.data, c.ingest.OCR)}
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
	p.generations = p.ledger.Generations()
	if p.ollama, err = ollama.New(c.models.Ollama, ollama.Deadlines{}); err != nil {
		return nil, misuse{err}
	}
	p.embedder = p.ollamaEmbedder
	if c.models.Chat != "" {
		p.model = p.ollama.Model(ollama.ModelOptions{
			Name: c.models.Chat, Context: c.models.Context, Threads: c.models.Threads,
		})
	}
	return p, nil
}

func (p *parts) ollamaEmbedder(model string) embeddings.Embedder {
	if model == "" {
		return nil
	}
	return p.ollama.Embedder(ollama.EmbedderOptions{Name: model, Threads: p.config.models.Threads})
}

// close closes what was opened.
func (p *parts) close() error {
	err := p.reader.Close()
	if p.state != nil {
		err = errors.Join(err, p.state.Close())
	}
	return err
}

// answerer puts the answering together.
func (p *parts) answerer(searcher chat.Searcher) *chat.Answerer {
	a := &chat.Answerer{
		Searcher: searcher, Rate: chat.NewRate(),
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
