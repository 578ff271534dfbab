package pdf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/klippa-app/go-pdfium"

	"bureau/ingest/format"
)

// ErrClosed is what Read gives after Close.
var ErrClosed = errors.New("the PDF reader is closed")

// A Config says what a Reader may use. Zero fields take the default.
type Config struct {
	// Cache is the folder that keeps PDFium as machine code, about 20 MB, made
	// if it is missing. What is in it is run, so nobody else may write there.
	// Empty means none: then every start takes seconds instead of a tenth of one.
	Cache string
	// Memory is what one file may use inside PDFium, in bytes. Default 96 MiB.
	// While it grows, the process holds up to twice as much.
	Memory int64
	// Files is how many files are read at once; others wait. Default 1.
	Files int
}

// A Reader reads PDF documents. It may be used by several goroutines. It
// starts PDFium with the first file.
type Reader struct {
	config  Config
	closing context.Context // ends with Close, and every read with it
	end     context.CancelCauseFunc

	mu     sync.Mutex // guards what follows
	closed bool
	reads  sync.WaitGroup // the reads, and the start of the engine
	start  func() (*engine, error)
	ready  chan struct{} // closed once the engine has started or could not; nil before the first file
}

// New returns a Reader, which the caller closes.
func New(config Config) *Reader {
	config.Memory = cmp.Or(max(config.Memory, 0), 96<<20)
	config.Files = cmp.Or(max(config.Files, 0), 1)
	r := &Reader{config: config}
	r.closing, r.end = context.WithCancelCause(context.Background())
	r.start = sync.OnceValues(func() (*engine, error) { return newEngine(config) })
	return r
}

// Close ends all reads with ErrClosed, waits for them and stops PDFium.
func (r *Reader) Close() error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	started := r.ready != nil
	r.mu.Unlock()
	r.end(ErrClosed)
	r.reads.Wait()
	if !started {
		return nil
	}
	if e, err := r.start(); err == nil { // else every Read has told
		return e.close()
	}
	return nil
}

// Read returns the text of a PDF document. It ends soon after ctx does, also
// within a page.
//
// A file that is over a limit gives [format.ErrLimit], one that asks for a
// password [format.ErrEncrypted], one with pictures of text and no text
// [format.ErrNeedsOCR], and one that cannot be parsed [format.ErrDamaged].
// Of the limits Pages, Cells (of its tables), Depth (of its outline) and
// Unpacked (of the text while it is put in order) count.
func (r *Reader) Read(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	ctx, leave, err := r.enter(ctx)
	if err != nil {
		return format.Text{}, err
	}
	defer leave()
	e, err := r.engine(ctx)
	if err != nil {
		return format.Text{}, err
	}
	var raw *document
	err = e.use(ctx, func(instance pdfium.Pdfium) (err error) {
		raw, err = load(ctx, instance, data, limits)
		return err
	})
	if err != nil {
		return format.Text{}, err
	}
	return compose(ctx, raw, limits)
}

// enter registers a read, which leave ends. The context also ends with Close.
func (r *Reader) enter(parent context.Context) (ctx context.Context, leave func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, ErrClosed
	}
	r.reads.Add(1)
	ctx, cancel := context.WithCancelCause(parent)
	stop := context.AfterFunc(r.closing, func() { cancel(ErrClosed) })
	return ctx, func() { stop(); cancel(nil); r.reads.Done() }, nil
}

// engine returns the engine once it has started. The start cannot be
// interrupted, so it goes on for the next file if ctx ends before.
func (r *Reader) engine(ctx context.Context) (*engine, error) {
	r.mu.Lock()
	if r.ready == nil {
		ready := make(chan struct{})
		r.ready = ready
		r.reads.Go(func() { _, _ = r.start(); close(ready) }) // its error is returned to every read below
	}
	ready := r.ready
	r.mu.Unlock()
	select {
	case <-ready:
	case <-ctx.Done():
		return nil, fmt.Errorf("start PDFium: %w", context.Cause(ctx))
	}
	e, err := r.start()
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	return e, nil
}
