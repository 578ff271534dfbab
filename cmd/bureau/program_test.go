package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asProgram is the variable that makes the test's own binary be bureau, so
// that tests of a whole process need no second build.
const asProgram = "BUREAU_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" || len(os.Args) > 1 && os.Args[1] == readFile {
		main()
		return
	}
	os.Exit(m.Run())
}

// sample is the configuration of the sample company.
var sample = filepath.Join(root, "examples", "company", "bureau.yaml")

// A house is one configuration with a data folder of its own. Its commands run
// in this process, without a model and without an embedder unless they are
// named.
type house struct {
	t      testing.TB
	config string
	data   string
}

func newHouse(t testing.TB, config string) house {
	t.Helper()
	return house{t, config, t.TempDir()}
}

// indexed returns the sample company with its documents indexed.
func indexed(t testing.TB) house {
	t.Helper()
	h := newHouse(t, sample)
	h.mustRun("ingest")
	return h
}

// An outcome is what a command said and how it ended.
type outcome struct {
	status         int
	stdout, stderr string
}

// run runs a command.
func (h house) run(args ...string) outcome {
	h.t.Helper()
	return program(h.t.Context(), nil, append([]string{"-c", h.config, "--data", h.data, "--model", none, "--embedder", none}, args...)...)
}

// mustRun runs a command that must succeed and returns its standard output.
func (h house) mustRun(args ...string) string {
	h.t.Helper()
	got := h.run(args...)
	if got.status != exitDone {
		h.t.Fatalf("bureau %s: status %d\n%s%s", strings.Join(args, " "), got.status, got.stdout, got.stderr)
	}
	return got.stdout
}

// report runs a command that must succeed and decodes its JSON.
func report[T any](h house, args ...string) (value T) {
	h.t.Helper()
	out := h.mustRun(append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &value); err != nil {
		h.t.Fatalf("bureau %s --json: %v\n%s", strings.Join(args, " "), err, out)
	}
	return value
}

// program runs bureau in this process, with vars for its environment.
func program(ctx context.Context, vars map[string]string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	lookup := func(name string) (string, bool) { value, ok := vars[name]; return value, ok }
	status := run(ctx, env{args: args, lookup: lookup, stdout: &stdout, stderr: &stderr})
	return outcome{status, stdout.String(), stderr.String()}
}

// write writes files, named by their paths in folder.
func write(t testing.TB, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns a file's text.
func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
