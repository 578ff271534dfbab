package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// emptyOllama is an Ollama that answers and has no models.
func emptyOllama(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/version" {
			_, _ = w.Write([]byte(`{"version": "0.17.4"}`))
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"error": "model not found"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// smallCompany writes a company with two documents that everyone reads, one of them with
// the text given, and
// returns its configuration.
func smallCompany(t *testing.T, document string) string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, map[string]string{
		"bureau.yaml":       "people: [{id: mei, name: Mei}]\nsources: [{id: all, path: documents, readers: [everyone]}]\n",
		"documents/note.md": document, "documents/sick.md": "# Illness\n\nCall before nine.\n",
	})
	return filepath.Join(folder, "bureau.yaml")
}

func TestDoctorNamesEachFaultAndItsRemedy(t *testing.T) {
	const good, bad = "# Leave\n\nAnnual leave is 28 days.\n", "---\nreaders: [\n---\n# Leave\n"
	for _, c := range []struct {
		name, document string
		ingest         bool
		args           []string
		part, remedy   string // of the first fault; "" where there is none
	}{
		{"AllIsWell", good, true, []string{"--model", none, "--embedder", none}, "", ""},
		{"NothingIsIndexed", good, false, []string{"--model", none, "--embedder", none}, "index", "bureau ingest -c "},
		{"AnotherEmbedder", good, true, []string{"--model", none, "--embedder", "bge-m3"}, "generation", "bureau reindex -c "},
		{"AFailedDocument", bad, true, []string{"--model", none, "--embedder", none}, "documents", "bureau status -c "},
		{"NoOllama", good, true, []string{"--embedder", none, "--ollama", "http://127.0.0.1:1"}, "ollama", "ollama serve"},
		{"NoModel", good, true, []string{"--embedder", none, "--ollama", "EMPTY", "--model", "qwen3:4b"}, "chat model", "ollama pull qwen3:4b"},
		{"AMistake", good, true, []string{"--ollama", "EMPTY", "--threads=-1"}, "configuration", "edit "},
	} {
		t.Run(c.name, func(t *testing.T) {
			ollama := emptyOllama(t)
			h := newHouse(t, smallCompany(t, c.document))
			if c.ingest {
				h.run("ingest")
			}
			args := []string{"-c", h.config, "--data", h.data, "--ollama", ollama, "doctor", "--json"}
			for _, arg := range c.args {
				args = append(args, strings.ReplaceAll(arg, "EMPTY", ollama))
			}
			got := program(t.Context(), nil, args...)
			var findings []finding
			if err := json.Unmarshal([]byte(got.stdout), &findings); err != nil {
				t.Fatalf("%v: %+v", err, got)
			}
			i := slices.IndexFunc(findings, func(f finding) bool { return !f.OK })
			switch {
			case c.part == "" && (i >= 0 || got.status != exitDone):
				t.Errorf("status %d, %+v", got.status, findings)
			case c.part != "" && (i < 0 || got.status != exitFailed):
				t.Errorf("no fault was found: status %d, %+v", got.status, findings)
			case c.part != "" && (findings[i].Part != c.part || !strings.HasPrefix(findings[i].Remedy, c.remedy) || findings[i].Says == ""):
				t.Errorf("%+v, want %s with %q", findings[i], c.part, c.remedy)
			}
		})
	}
}

func TestDoctorIsReadByPeople(t *testing.T) {
	h := newHouse(t, smallCompany(t, "# Leave\n\nAnnual leave is 28 days.\n"))
	got := h.run("doctor", "--ollama", "http://127.0.0.1:1")
	for _, says := range []string{"ok    configuration", "FAIL  index", "to mend it: bureau ingest -c " + h.config, "FAIL  ollama"} {
		if got.status != exitFailed || got.stderr != "" || !strings.Contains(got.stdout, says) {
			t.Errorf("%q is not in: %+v", says, got)
		}
	}
}
