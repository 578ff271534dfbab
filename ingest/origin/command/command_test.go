package command

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// script writes a program into a folder of its own.
func script(t *testing.T, text string) *Program {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "export.sh"), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return &Program{Args: []string{"./export.sh", "an argument"}, Folder: folder, Environment: []string{"PATH=" + os.Getenv("PATH"), "TOKEN=t0ken"}}
}

func TestProgramFillsAnEmptyFolderThatIsItsLastArgument(t *testing.T) {
	t.Setenv("BUREAU_QDRANT_API_KEY", "secret")
	p, folder := script(t, `[ "$(ls -A)" ] && exit 3; [ "$PWD" = "$2" ] || exit 4; echo "$1 $TOKEN $BUREAU_QDRANT_API_KEY" > "$2/a.md"`), filepath.Join(t.TempDir(), "work")
	for range 2 {
		if err := p.Fetch(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := os.ReadFile(filepath.Join(folder, "a.md")); err != nil || string(data) != "an argument t0ken \n" {
		t.Errorf("%q, %v", data, err)
	}
	if err := p.Reach(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestProgramThatFailsSaysWhy(t *testing.T) {
	if err := script(t, "echo the wiki is away >&2; exit 7").Fetch(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "exit status 7: the wiki is away") {
		t.Errorf("%v", err)
	}
	for _, p := range []*Program{script(t, `rmdir "$2"`), {Args: []string{"./none.sh"}, Folder: t.TempDir()}} {
		if err := p.Fetch(t.Context(), filepath.Join(t.TempDir(), "work")); err == nil {
			t.Errorf("%s: no error", p)
		}
	}
	if err := (&Program{Args: []string{"./none.sh"}, Folder: t.TempDir()}).Reach(t.Context()); err == nil {
		t.Error("a program that is not there can be run")
	}
}

// What a program has started ends with it: nothing writes into the folder of the
// next fetch.
func TestProgramEndsWithItsTimeAndAllItStarted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := script(t, `sleep 100000 > "$1" & wait`)
	p.Args[1] = pipe
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Fetch(ctx, t.TempDir()) }()
	held, err := os.Open(pipe) // which waits until the other one has it
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := io.ReadAll(held); err != nil { // which waits until the other one has ended
		t.Fatal(err)
	}
}

func TestNoProgramIsAMistake(t *testing.T) {
	if err := (&Program{}).Check(); err == nil {
		t.Error("no error")
	}
}

// What it is called stands in reports and on the disk.
func TestArgumentsThatMayBeSecretsAreNotSaid(t *testing.T) {
	named := map[string]bool{}
	for _, args := range [][]string{{"./export.sh"}, {"./export.sh", "--token", "secret"}, {"./export.sh", "--token secret"}, {"./export.sh", "--token", "another secret"}} {
		name := (&Program{Args: args}).String()
		if strings.Contains(name, "secret") || !strings.HasPrefix(name, "command ./export.sh") || named[name] {
			t.Errorf("%q is called %s", args, name)
		}
		named[name] = true
	}
}
