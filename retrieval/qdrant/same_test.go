package qdrant

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bureau/access"
	"bureau/examples"
	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
	"bureau/retrieval/sqlite"
)

func TestBothEnginesRankRandomDataAlike(t *testing.T) {
	indextest.Same(t, embedded(t), open(t, connect(t, qdranttest.Shared(t))))
}

// embedded opens an empty index of the embedded engine.
func embedded(t *testing.T) *sqlite.Index {
	t.Helper()
	x, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), indextest.Generation)
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

// TestBothEnginesRankTheSampleCompanyAlike asks the questions of the sample
// company, each as the person it is for, over its documents cut as the product
// cuts them.
func TestBothEnginesRankTheSampleCompanyAlike(t *testing.T) {
	a, b := embedded(t), open(t, connect(t, qdranttest.Shared(t)))
	batch := sampleDocuments(t)
	if err := errors.Join(a.ReplaceAll(t.Context(), batch), b.ReplaceAll(t.Context(), batch)); err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(examples.Company, "company/bureau.yaml")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.Parse("bureau.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	questions, err := fs.ReadFile(examples.Company, "company/eval/queries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for lines := bufio.NewScanner(bytes.NewReader(questions)); lines.Scan(); asked++ {
		var question struct{ Text, Person string }
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			t.Fatal(err)
		}
		scope, err := policy.Scope(question.Person, time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		indextest.WantSame(t, scope, retrieval.Query{
			Vector: wordVector(question.Text), Terms: retrieval.AnalyzeQuery(question.Text), K: 50,
		}, a, b)
	}
	if len(batch) < 40 || asked < 100 {
		t.Errorf("%d documents and %d questions are too few to tell", len(batch), asked)
	}
}

// sampleDocuments cuts the documents of the sample company. Each folder is read
// by the department of its name.
func sampleDocuments(t *testing.T) []retrieval.Replacement {
	t.Helper()
	var batch []retrieval.Replacement
	err := fs.WalkDir(examples.Company, "company/documents", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(examples.Company, name)
		if err != nil {
			return err
		}
		x, err := ingest.Extract(name, data)
		if err != nil {
			return nil //nolint:nilerr // some are there to be refused
		}
		department := access.Department(strings.Split(name, "/")[2])
		d := retrieval.Document{
			ID: retrieval.DocumentID(uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)).String()), Source: string(department), Path: path.Base(name),
			Title: x.Title, Language: x.Language, Version: "1", Readers: access.Readers{Departments: []access.Department{department}},
		}
		r := retrieval.Replacement{Document: d}
		for i, piece := range ingest.Cut(x, ingest.Limit{}) {
			p := retrieval.Passage{
				ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s#%d", name, i)).String(), Document: d.ID, Ordinal: i, Headings: piece.Headings,
				Anchor: piece.Anchor, Header: piece.Header, Text: piece.Text, Start: piece.Start, End: piece.End, Language: piece.Language,
			}
			text := p.Indexed(d.Title)
			r.Passages = append(r.Passages, retrieval.Embedded{Passage: p, Vector: wordVector(text), Terms: retrieval.Analyze(text)})
		}
		batch = append(batch, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

// wordVector is a vector to which each term of a text adds in a direction of its
// own.
func wordVector(text string) []float32 {
	v := make([]float32, indextest.Generation.Dimensions)
	for _, t := range append(retrieval.Analyze(text), retrieval.Term{Text: "all", Count: 1}) {
		h := fnv.New64a()
		h.Write([]byte(t.Text))
		sum := h.Sum64()
		v[sum%uint64(len(v))] += float32(t.Count) * float32(1+sum>>60)
	}
	square := 0.0
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(square))
	}
	return v
}
