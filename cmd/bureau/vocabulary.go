package main

import (
	"compress/gzip"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"bureau/chat/ollama"
	"bureau/ingest"
	"bureau/ingest/vocabulary"
)

// counted returns a build that is wanted, with what counts the tokens of its
// passages: the vocabulary of its embedder, which is kept, so that an ingest cuts
// the same way while Ollama is away. Where Ollama does not tell one that bureau
// knows they are estimated, and why is returned.
func (p *parts) counted(ctx context.Context, want ingest.Build) (_ ingest.Build, why string, err error) {
	model := want.Generation.Embedder
	if model == "" {
		return want, "", nil
	}
	told, err := p.vocabularyOf(ctx, model)
	if err == nil {
		_, err = vocabulary.New(told)
	}
	switch {
	case errors.Is(err, ollama.ErrNoVocabulary), errors.Is(err, vocabulary.ErrUnknownKind), errors.Is(err, vocabulary.ErrDamaged):
		return want, err.Error(), nil
	case err != nil:
		return want, "", err
	}
	if err := p.keepVocabulary(told); err != nil {
		return want, "", err
	}
	want.Generation.Cutting = ingest.CuttingBy(told.ID())
	return want, "", nil
}

// limit returns how large the passages of a generation may be, counted as they
// were when it was begun.
func (p *parts) limit(ctx context.Context, b ingest.Build) (ingest.Limit, error) {
	if err := understood(b); err != nil {
		return ingest.Limit{}, err
	}
	id, _ := ingest.CountedBy(b.Generation.Cutting)
	if id == "" {
		return ingest.Limit{}, nil
	}
	told, err := readVocabulary(p.vocabularyFile(id))
	if err == nil && told.ID() != id {
		err = vocabulary.ErrDamaged
	}
	if err != nil {
		if told, err = p.vocabularyAgain(ctx, b, id, err); err != nil {
			return ingest.Limit{}, err
		}
	}
	v, err := vocabulary.New(told)
	if err != nil {
		return ingest.Limit{}, fmt.Errorf("read the vocabulary of %s: %w", b.Name(), err)
	}
	return ingest.Limit{Vocabulary: v}, nil
}

// limitNow returns how large the passages may be that an ingest cuts now. Before
// the first they are estimated.
func (p *parts) limitNow(ctx context.Context) (ingest.Limit, error) {
	b, err := p.generations.Current(ctx)
	if errors.Is(err, ingest.ErrNoGeneration) {
		return ingest.Limit{}, nil
	}
	if err != nil {
		return ingest.Limit{}, err
	}
	return p.limit(ctx, b)
}

// vocabularyAgain gets the vocabulary of a generation whose file is lost from
// Ollama.
func (p *parts) vocabularyAgain(ctx context.Context, b ingest.Build, id string, lost error) (vocabulary.Model, error) {
	told, err := p.vocabularyOf(ctx, b.Generation.Embedder)
	switch {
	case err != nil:
		return told, fmt.Errorf("read the vocabulary of %s: %w, and %w", b.Name(), lost, err)
	case told.ID() != id:
		return told, fmt.Errorf("read the vocabulary of %s: %w, and %s has another one in Ollama now: run \"bureau reindex -c %s\"",
			b.Name(), lost, b.Generation.Embedder, p.config.file)
	}
	return told, p.keepVocabulary(told)
}

// vocabularyOf asks Ollama for the vocabulary of a model.
func (p *parts) vocabularyOf(ctx context.Context, model string) (vocabulary.Model, error) {
	v, err := p.ollama.Embedder(ollama.EmbedderOptions{Name: model}).Vocabulary(ctx)
	if err != nil {
		return vocabulary.Model{}, err
	}
	return vocabulary.Model{
		Kind: v.Kind, Pre: v.Pre, Pieces: v.Pieces, Scores: v.Scores, Types: v.Types, Merges: v.Merges, Charsmap: v.Charsmap,
		SpacePrefix: v.SpacePrefix, MergeSpaces: v.MergeSpaces, Context: v.Context, Added: v.Added, Prefix: v.Prefix,
	}, nil
}

// vocabularyFile is where a vocabulary is kept.
func (p *parts) vocabularyFile(id string) string {
	return filepath.Join(p.config.data, "vocabulary", id+".gz")
}

// keepVocabulary writes the file of a vocabulary, unless there is one. A kill
// leaves no half of it.
func (p *parts) keepVocabulary(m vocabulary.Model) (err error) {
	path := p.vocabularyFile(m.ID())
	if kept, err := readVocabulary(path); err == nil && kept.ID() == m.ID() {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep the vocabulary %s: %w", path, err)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // what is left of it is read by nobody
		}
	}()
	packed := gzip.NewWriter(file)
	err = errors.Join(gob.NewEncoder(packed).Encode(m), packed.Close())
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// readVocabulary reads the file of a vocabulary.
func readVocabulary(path string) (m vocabulary.Model, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s is gone", path)
	}
	if err != nil {
		return m, err
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err == nil {
		err = gob.NewDecoder(packed).Decode(&m)
	}
	if err != nil {
		return m, fmt.Errorf("read %s: %w", path, err)
	}
	return m, nil
}

// sayEstimated says why the tokens of a new generation are estimated, if they
// are.
func (e env) sayEstimated(why string) {
	if why != "" {
		fmt.Fprintf(e.stderr, "bureau: the tokens of passages are estimated: %s\n", why)
	}
}
