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

// A checkedEmbedder counts the texts that really are embedded, and refuses
// vectors that an index cannot take. Otherwise one document with such a vector
// would end every run.
type checkedEmbedder struct {
	embeddings.Embedder
	embedded   int
	dimensions int // of every vector; 0 until the first one
}

// EmbedDocuments embeds, counts and checks.
func (c *checkedEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	found, err := c.Embedder.EmbedDocuments(ctx, texts)
	if err != nil {
		return nil, err
	}
	c.embedded += len(found)
	for _, v := range found {
		if c.dimensions == 0 {
			c.dimensions = len(v)
		}
		square := 0.0
		for _, x := range v {
			square += float64(x) * float64(x)
		}
		if len(v) != c.dimensions || !(math.Abs(square-1) < 0.01) { // not "> 0.01": NaN
			return nil, fmt.Errorf("a vector of %d dimensions and length %.3f came back, want %d and 1", len(v), math.Sqrt(square), c.dimensions)
		}
	}
	return found, nil
}
