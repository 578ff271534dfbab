package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"bureau/ingest"
	"bureau/ingest/bounded"
	"bureau/ingest/format"
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
	ocr    []string // command that reads pictures of text, nil for none
}

// newBoundedReader returns a reader that keeps what it can keep between two
// runs in folder, and has pictures of text read by the command ocr, if there is
// one. It is to be closed.
func newBoundedReader(folder string, ocr []string) *boundedReader {
	return &boundedReader{ocr: ocr, runner: &bounded.Runner{
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
	err = r.ask(ctx, askText, name, data, &x)
	if !errors.Is(err, format.ErrNeedsOCR) || len(r.ocr) == 0 {
		return x, err
	}
	recognised, err := recognise(ctx, ocrTime, r.ocr, data)
	if err != nil {
		return x, fmt.Errorf("%w: %w", format.ErrNeedsOCR, err)
	}
	err = r.ask(ctx, askText, name, recognised, &x)
	return x, err
}

// Attachments reads what is attached to a mail; see [ingest.Reader.Attachments].
func (r *boundedReader) Attachments(ctx context.Context, name string, data []byte) (attached []format.Member, err error) {
	err = r.ask(ctx, askAttachments, name, data, &attached)
	return attached, err
}

// What the process that reads is asked for, in front of the file's name.
const (
	askText        = "text of "
	askAttachments = "attachments of "
)

func (r *boundedReader) ask(ctx context.Context, what, name string, data []byte, answer any) error {
	encoded, err := r.runner.Do(ctx, what+path.Base(name), data)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(encoded, answer); err != nil {
		return fmt.Errorf("read what was extracted: %w", err)
	}
	return nil
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
	return bounded.Serve(in, out, func(request string, data []byte) ([]byte, error) {
		var answer any
		var err error
		if name, ok := strings.CutPrefix(request, askAttachments); ok {
			answer, err = reader.Attachments(ctx, name, data)
		} else {
			answer, err = reader.Extract(ctx, strings.TrimPrefix(request, askText), data)
		}
		if err != nil {
			return nil, err
		}
		return json.Marshal(answer)
	}, readErrors...)
}
