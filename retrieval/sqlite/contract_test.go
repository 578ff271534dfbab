package sqlite

import (
	"path/filepath"
	"testing"

	"bureau/retrieval/indextest"
)

func open(t *testing.T, path string) *Index {
	t.Helper()
	x, err := Open(t.Context(), path, indextest.Generation)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func TestContract(t *testing.T) {
	indextest.Run(t, func(t *testing.T) indextest.Engine { return open(t, filepath.Join(t.TempDir(), "index.db")) })
}
