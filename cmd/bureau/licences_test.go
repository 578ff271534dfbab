package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateLicences = flag.Bool("update-licences", false, "write docs/licences.md")

// licenceWords are what tells a licence, all of them in its text, the first that
// matches first. Each may be part of a program under Apache-2.0; one that is not
// here has to be looked at by somebody first.
var licenceWords = []struct {
	name  string
	words []string
}{
	{"Apache-2.0", []string{"Apache License", "Version 2.0"}},
	{"Unlicense", []string{"This is free and unencumbered software released into the public domain"}},
	{"ISC", []string{"Permission to use, copy, modify, and", "distribute this software for any purpose with or without fee"}},
	{"MIT", []string{"Permission is hereby granted, free of charge", "The above copyright notice and this permission notice"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "endorse or promote products derived from"}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms"}},
}

// licenceOf returns the licence of a text, or "".
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, l := range licenceWords {
		if !slices.ContainsFunc(l.words, func(words string) bool { return !strings.Contains(text, words) }) {
			return l.name
		}
	}
	return ""
}

// A module is one that is part of the binary.
type module struct {
	Path, Dir string
	Main      bool
}

// modulesInBinary returns the modules whose packages are in the binary, sorted.
// The module cache is all that it needs.
func modulesInBinary(t *testing.T) []module {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-json=Module", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var modules []module
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var of struct{ Module *module }
		if err := decoder.Decode(&of); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if of.Module != nil && !of.Module.Main && !slices.Contains(modules, *of.Module) {
			modules = append(modules, *of.Module)
		}
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return modules
}

// licencesOf returns the licences in the top folder of a module.
func licencesOf(t *testing.T, m module) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(m.Dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		base := strings.ToUpper(filepath.Base(file))
		if strings.HasPrefix(base, "LICENSE") || strings.HasPrefix(base, "LICENCE") || strings.HasPrefix(base, "COPYING") || base == "UNLICENSE" {
			if name := licenceOf(read(t, file)); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

const licencesHead = `# Licences

Bureau is under Apache-2.0. Its binary has these modules in it, each under a licence that
fits; their texts come with their source. ` + "`go test ./cmd/bureau -run Licences -update-licences`" + `
makes this list of the module cache, and the same test holds it against the binary.
Versions are in go.mod. Go and its standard library are under BSD-3-Clause. The reader of
PDF documents has PDFium in it, under BSD-3-Clause and Apache-2.0.

| module | licence |
|---|---|
`

func TestLicencesAreListedAndFit(t *testing.T) {
	var b strings.Builder
	b.WriteString(licencesHead)
	modules := modulesInBinary(t)
	for _, m := range modules {
		names := licencesOf(t, m)
		if len(names) == 0 {
			t.Errorf("%s has no licence that is known to fit: look at it before it becomes a part of Bureau", m.Path)
		}
		fmt.Fprintf(&b, "| %s | %s |\n", m.Path, strings.Join(names, ", "))
	}
	if len(modules) < 20 {
		t.Errorf("only %d modules were found", len(modules))
	}
	file := filepath.Join(root, "docs", "licences.md")
	if *updateLicences {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, file), b.String()); diff != "" {
		t.Errorf("docs/licences.md is out of date; -update-licences writes it (-there +binary):\n%s", diff)
	}
}

func TestALicenceThatDoesNotFitIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007": "", "Mozilla Public License Version 2.0": "", "Business Source License 1.1": "", "": "",
		"Apache License\n  Version 2.0, January 2004":        "Apache-2.0",
		"Redistribution and use in source and\nbinary forms": "BSD-2-Clause",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%.30q is %q, not %q", text, got, want)
		}
	}
}
