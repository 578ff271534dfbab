package ingest

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/retrieval"
)

// Vectors returns the ledger's memory of what was embedded: a document that is
// moved, renamed or cut anew costs no embedding where its text is the same.
func (l *Ledger) Vectors() retrieval.VectorStore { return vectors{l} }

type vectors struct{ ledger *Ledger }

// Get returns the vector of a key, or false.
func (v vectors) Get(ctx context.Context, key string) ([]float32, bool, error) {
	var blob []byte
	err := v.ledger.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT vector FROM vectors WHERE key = $1", key).Scan(&blob)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	vector := make([]float32, len(blob)/4)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:]))
	}
	return vector, err == nil, err
}

// Put keeps vectors under their keys.
func (v vectors) Put(ctx context.Context, kept map[string][]float32) error {
	return v.ledger.db.Write(ctx, func(tx *sql.Tx) error {
		for key, vector := range kept {
			blob := make([]byte, 0, 4*len(vector))
			for _, x := range vector {
				blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(x))
			}
			if _, err := tx.ExecContext(ctx,
				"INSERT INTO vectors (key, vector) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET vector = excluded.vector",
				key, blob); err != nil {
				return fmt.Errorf("keep a vector: %w", err)
			}
		}
		return nil
	})
}

// A countingEmbedder counts the texts that really are embedded.
type countingEmbedder struct {
	embeddings.Embedder
	embedded int
}

// EmbedDocuments embeds and counts.
func (c *countingEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	found, err := c.Embedder.EmbedDocuments(ctx, texts)
	c.embedded += len(found)
	return found, err
}
