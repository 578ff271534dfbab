package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"bureau/retrieval"
)

// A hashOllama is an Ollama with embedders that hash words: "hash-64" has 64
// dimensions. Nothing is downloaded and nothing is random.
type hashOllama struct {
	url string

	refuse string // a text with this word gets a vector without a direction; "" for none

	mu      sync.Mutex
	info    string             // what it tells of a model beside its name, as JSON fields
	onEmbed func(model string) // called before passages are embedded; nil for nothing
	asked   map[string]int     // texts, by model
}

func newHashOllama(t testing.TB) *hashOllama {
	t.Helper()
	o := &hashOllama{asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version": "0.17.4"}`) })
	mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		fmt.Fprintf(w, `{"capabilities": ["embedding"], "model_info": {%s}}`, o.info)
	})
	mux.HandleFunc("/api/embed", o.embed)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// before has a function called before each call to embed passages.
func (o *hashOllama) before(call func(model string)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onEmbed = call
}

// tell has it tell of every model what info says.
func (o *hashOllama) tell(info string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.info = info
}

func (o *hashOllama) embed(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Model string
		Input []string
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	o.asked[request.Model] += len(request.Input)
	call := o.onEmbed
	o.mu.Unlock()
	if call != nil && len(request.Input) > 1 { // questions come one by one
		call(request.Model)
	}
	dimensions, err := strconv.Atoi(strings.TrimPrefix(request.Model, "hash-"))
	if err != nil {
		http.Error(w, `{"error": "model not found"}`, http.StatusNotFound)
		return
	}
	reply := struct {
		Embeddings [][]float32 `json:"embeddings"`
	}{}
	for _, text := range request.Input {
		vector := hashed(text, dimensions)
		if o.refuse != "" && strings.Contains(text, o.refuse) {
			clear(vector)
		}
		reply.Embeddings = append(reply.Embeddings, vector)
	}
	_ = json.NewEncoder(w).Encode(reply) // whoever asked may have been killed
}

// hashed adds each term of a text to one of the dimensions.
func hashed(text string, dimensions int) []float32 {
	vector := make([]float32, dimensions)
	vector[0] = .01 // also a text without a term has a direction
	for _, term := range retrieval.Analyze(text) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(term.Text)) // never fails
		vector[int(h.Sum32())%dimensions]++
	}
	return vector
}

// A library is a house with documents of its own, that a test may change.
type library struct {
	house
	ollama    *hashOllama
	documents string
}

const libraryConfig = `
index: %s
departments:
  - {id: hr, name: Human Resources}
  - {id: finance, name: Finance}
people:
  - {id: hanna, name: Hanna, departments: [hr]}
  - {id: feng, name: Feng, departments: [finance]}
sources:
  - {id: all, path: documents, readers: [everyone]}
`

// newLibrary makes a library whose next generation is in the engine at index,
// with some documents.
func newLibrary(t testing.TB, index string) *library {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": fmt.Sprintf(libraryConfig, index)})
	l := &library{newHouse(t, filepath.Join(folder, "bureau.yaml")), newHashOllama(t), filepath.Join(folder, "documents")}
	for i := range 12 {
		l.put(i, "", 4)
	}
	return l
}

// put writes the document of a number, unlike every other: some sections, each
// one passage, below a front matter.
func (l *library) put(number int, front string, sections int) {
	l.t.Helper()
	var b strings.Builder
	if front != "" {
		fmt.Fprintf(&b, "---\n%s\n---\n", front)
	}
	fmt.Fprintf(&b, "# Document %d\n", number)
	for i := range sections {
		fmt.Fprintf(&b, "\n## Part %d\n\n", i)
		for j := range 60 {
			fmt.Fprintf(&b, "word%d of holiday %d%d. ", (number*31+i*7+j)%997, number, j)
		}
		b.WriteString("\n")
	}
	write(l.t, l.documents, map[string]string{l.name(number): b.String()})
}

func (l *library) name(number int) string { return fmt.Sprintf("%03d.md", number) }

func (l *library) remove(number int) {
	l.t.Helper()
	if err := os.Remove(filepath.Join(l.documents, l.name(number))); err != nil {
		l.t.Fatal(err)
	}
}

// args are the arguments of a command with an embedder.
func (l *library) args(embedder string, args ...string) []string {
	return append([]string{"-c", l.config, "--data", l.data, "--model", none, "--ollama", l.ollama.url, "--embedder", embedder}, args...)
}

// do runs a command, with an embedder in the configuration.
func (l *library) do(embedder string, args ...string) outcome {
	l.t.Helper()
	return program(l.t.Context(), nil, l.args(embedder, args...)...)
}

// must runs a command that must succeed, and returns what it printed.
func (l *library) must(embedder string, args ...string) string {
	l.t.Helper()
	got := l.do(embedder, args...)
	if got.status != exitDone {
		l.t.Fatalf("bureau %s: status %d\n%s%s", strings.Join(args, " "), got.status, got.stdout, got.stderr)
	}
	return got.stdout
}

// told runs a command that must succeed and decodes its JSON.
func told[T any](l *library, embedder string, args ...string) (value T) {
	l.t.Helper()
	out := l.must(embedder, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &value); err != nil {
		l.t.Fatalf("bureau %s --json: %v\n%s", strings.Join(args, " "), err, out)
	}
	return value
}

// parts opens the parts of the library.
func (l *library) parts(embedder string) *parts {
	l.t.Helper()
	words := none
	s := settings{Config: l.config, Data: &l.data, Model: &words, Ollama: &l.ollama.url, Embedder: &embedder}
	config, err := s.load()
	if err != nil {
		l.t.Fatal(err)
	}
	p, err := openParts(l.t.Context(), config)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		if err := p.close(); err != nil {
			l.t.Error(err)
		}
	})
	return p
}

// in returns the documents of a generation with who reads them, by path.
func (l *library) in(number int) map[string]retrieval.Document {
	l.t.Helper()
	p := l.parts(none)
	b, err := p.generations.Get(l.t.Context(), number)
	if err != nil {
		l.t.Fatal(err)
	}
	index, err := p.openIndex(l.t.Context(), b)
	if err != nil {
		l.t.Fatal(err)
	}
	defer index.Close()
	documents, err := index.Documents(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	byPath := map[string]retrieval.Document{}
	for _, d := range documents {
		byPath[d.Path] = d
	}
	return byPath
}
