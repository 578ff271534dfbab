// Package command brings what a program of the company's own writes.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"bureau/ingest/origin"
)

// A Program is run for each fetch, in an empty folder that it fills. The folder
// is its last argument too. It has brought everything when it ends with 0.
type Program struct {
	Args        []string // the program and its arguments
	Folder      string   // absolute, of the configuration: where a program with a slash in its name is looked for
	Environment []string // NAME=value; nothing else is in its environment
}

// Check reports why there is no program, or nil.
func (p *Program) Check() error {
	if len(p.Args) == 0 || p.Args[0] == "" {
		return errors.New("names no program")
	}
	return nil
}

// String names the program, with a hash in the place of its arguments, which may
// be secrets.
func (p *Program) String() string {
	if len(p.Args) < 2 {
		return "command " + strings.Join(p.Args, "")
	}
	return "command " + p.Args[0] + " " + origin.Hash(fmt.Sprintf("%q", p.Args[1:]))
}

// path returns the program, from the configuration's folder where it has a
// slash in its name.
func (p *Program) path() string {
	if strings.ContainsRune(p.Args[0], filepath.Separator) && !filepath.IsAbs(p.Args[0]) {
		return filepath.Join(p.Folder, p.Args[0])
	}
	return p.Args[0]
}

// Fetch runs the program.
func (p *Program) Fetch(ctx context.Context, folder string) error {
	if err := origin.Empty(folder); err != nil {
		return err
	}
	c := origin.Command(ctx, p.path(), append(p.Args[1:len(p.Args):len(p.Args)], folder)...)
	c.Dir, c.Env = folder, append(c.Env, p.Environment...) // never Bureau's own
	said := &origin.Tail{}
	c.Stdout, c.Stderr = said, said
	err := c.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && said.String() != "":
		return fmt.Errorf("%w: %s", err, said)
	case err != nil:
		return err
	}
	_, err = os.Stat(folder)
	return err
}

// Reach reports why the program cannot be run, or nil.
func (p *Program) Reach(context.Context) error {
	_, err := exec.LookPath(p.path())
	return err
}
