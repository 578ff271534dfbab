package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bureau/ingest"
	"bureau/ingest/bounded"
	"bureau/ingest/origin"
)

// ocrTime bounds the reading of the pictures of one file.
const ocrTime = 15 * time.Minute

// Places in the command that is given pictures of text to read.
const (
	ocrIn  = "{in}"  // the document
	ocrOut = "{out}" // where the command writes it with its text
)

// checkOCR returns what is wrong with a command for pictures of text. None is
// right too.
func checkOCR(command []string) error {
	for _, place := range []string{ocrIn, ocrOut} {
		if len(command) > 0 && !slices.ContainsFunc(command[1:], func(arg string) bool { return strings.Contains(arg, place) }) {
			return fmt.Errorf(`%q has no %s; write for example [ocrmypdf, -l, chi_sim+eng, "{in}", "{out}"]`, strings.Join(command, " "), place)
		}
	}
	return nil
}

// recognise has the configured command read the pictures of text in a PDF
// document, and returns the document that it writes. The command runs as the
// user of Bureau, in a folder of its own, without the secrets of Bureau. Where it
// takes longer than within it is ended with all that it started, and the error is
// bounded.ErrTime: the document is tried again.
func recognise(ctx context.Context, within time.Duration, command []string, data []byte) (_ []byte, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("%w: over %v", bounded.ErrTime, within))
	defer cancel()
	folder, err := os.MkdirTemp("", "bureau-ocr-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	in, out := filepath.Join(folder, "in.pdf"), filepath.Join(folder, "out.pdf")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		return nil, err
	}
	args := make([]string, len(command))
	for i, arg := range command {
		args[i] = strings.NewReplacer(ocrIn, in, ocrOut, out).Replace(arg)
	}
	cmd := origin.Command(ctx, args[0], args[1:]...)
	cmd.Dir = folder
	for _, name := range []string{"PATH", "HOME", "LANG", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var said origin.Tail
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("the command for pictures of text (ingest.ocr) failed: %w; it says %q", cmp.Or(context.Cause(ctx), err), said.String())
	}
	written, err := os.Open(out)
	if err != nil {
		return nil, fmt.Errorf("the command for pictures of text (ingest.ocr) wrote nothing to %s", ocrOut)
	}
	defer written.Close()
	read, err := io.ReadAll(io.LimitReader(written, ingest.MaxBytes+1))
	if err == nil && len(read) > ingest.MaxBytes {
		err = fmt.Errorf("%w: with its text it has more than %d MiB", ingest.ErrTooLarge, ingest.MaxBytes>>20)
	}
	return read, err
}
