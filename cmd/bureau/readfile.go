package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"bureau/ingest"
	"bureau/ingest/bounded"
	"bureau/ingest/pdf"
)

// readTime bounds the reading of one file. A file that needs more is set aside.
const readTime = 2 * time.Minute

// readMemory bounds it likewise, in bytes. Under the race detector, whose own
// memory breaks any bound, tests take it away.
var readMemory int64 = 512 << 20

// smallText is up to which size a file of text is read in this process: it
// cannot do harm, and there are many.
const smallText = 64 << 10

// readErrors are the errors of a Reader, which keep their identity on the way
// from the process that reads.
var readErrors = []error{
	ingest.ErrBinary, ingest.ErrEmpty, ingest.ErrUnsupported, ingest.ErrEncoding, ingest.ErrTooLarge, ingest.ErrFrontMatter,
}

// A boundedReader has files read by another process of this program, under
// limits of time and memory.
type boundedReader struct {
	runner *bounded.Runner
}

// newBoundedReader returns a reader that keeps what it can keep between two
// runs in folder. It is to be closed.
func newBoundedReader(folder string) *boundedReader {
	return &boundedReader{&bounded.Runner{
		Command: []string{"", readFile, folder}, Time: readTime, Memory: readMemory, Known: readErrors,
	}}
}

// Close ends the process that reads.
func (r *boundedReader) Close() error { return r.runner.Close() }

// Extract reads a file; see [ingest.Reader.Extract].
func (r *boundedReader) Extract(ctx context.Context, name string, data []byte) (x ingest.Extracted, err error) {
	if len(data) <= smallText && ingest.IsText(name) {
		return ingest.Reader{}.Extract(ctx, name, data)
	}
	encoded, err := r.runner.Do(ctx, filepath.Base(name), data)
	if err != nil {
		return x, err
	}
	if err := json.Unmarshal(encoded, &x); err != nil {
		return x, fmt.Errorf("read what was extracted: %w", err)
	}
	return x, nil
}

// readFile is the command of the process that reads. Only this program calls it.
const readFile = "read-file"

type readFileCommand struct {
	Folder string `arg:""`
}

// Run reads the files that the parent process sends until it ends.
func (c *readFileCommand) Run(ctx context.Context) (err error) {
	reader := ingest.Reader{PDF: pdf.New(pdf.Config{Cache: filepath.Join(c.Folder, "pdfium")})}
	defer func() { err = errors.Join(err, reader.PDF.Close()) }()
	return serveFiles(ctx, os.Stdin, os.Stdout, reader)
}

func serveFiles(ctx context.Context, in io.Reader, out io.Writer, reader ingest.Reader) error {
	return bounded.Serve(in, out, func(name string, data []byte) ([]byte, error) {
		x, err := reader.Extract(ctx, name, data)
		if err != nil {
			return nil, err
		}
		return json.Marshal(x)
	}, readErrors...)
}
