package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// An engine is PDFium, compiled and ready to be instantiated for a file.
type engine struct {
	pool  pdfium.Pool
	cache wazero.CompilationCache // nil without a folder
}

// pageSize is the unit of WebAssembly's memory, in bytes.
const pageSize = 64 << 10

// newEngine compiles PDFium, or loads it from the cache.
//
// Close-on-done is what makes a hanging file interruptible. It costs some
// microseconds for each call into PDFium, so the calls are few (see runs.go).
func newEngine(config Config) (*engine, error) {
	runtime := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(uint32(min(config.Memory/pageSize, 1<<16))).
		WithCloseOnContextDone(true)
	e := new(engine)
	if config.Cache != "" {
		var err error
		if e.cache, err = wazero.NewCompilationCacheWithDir(config.Cache); err != nil {
			return nil, fmt.Errorf("open the cache %s: %w", config.Cache, err)
		}
		runtime = runtime.WithCompilationCache(e.cache)
	}
	var err error
	e.pool, err = webassembly.Init(webassembly.Config{
		MaxTotal:      config.Files,
		FSConfig:      wazero.NewFSConfig(), // the default is the whole file system
		RuntimeConfig: runtime,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
	if err != nil {
		return nil, errors.Join(err, e.closeCache())
	}
	debug.FreeOSMemory() // compiling takes 300 MiB, reading a fifth of that
	return e, nil
}

// use calls f with an instance of its own, of which nothing is left
// afterwards. The instance, and with it every call of f into PDFium, ends when
// ctx does.
func (e *engine) use(ctx context.Context, f func(pdfium.Pdfium) error) error {
	instance, err := e.pool.GetInstanceWithContext(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("start an instance of PDFium: %w", err)
	}
	// Kill and not Close, which would have PDFium itself tidy up a document
	// that may have broken it.
	kill := sync.OnceValue(instance.Kill)
	stop := context.AfterFunc(ctx, func() { _ = kill() }) // its error is returned below
	defer stop()
	err = f(instance)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return errors.Join(err, kill())
}

// close frees the engine, which nobody uses any more.
func (e *engine) close() error { return errors.Join(e.pool.Close(), e.closeCache()) }

func (e *engine) closeCache() error {
	if e.cache == nil {
		return nil
	}
	return e.cache.Close(context.Background())
}
