package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bureau/leaktest"
)

type leaktestCommand struct {
	reporting
	Cases     string   `placeholder:"PATH" help:"Ask the questions of a file, or of every file in a folder, about the documents of the configuration, instead of planting documents (docs/operations.md)."`
	Door      []string `placeholder:"NAME" sep:"none" help:"Try only the doors that have this in their names; may be given more than once."`
	RealModel bool     `help:"Have the configured chat model write, and not the stand-in that repeats everything it is given."`
}

// Run tries to make the product leak. A leak, and an answer that did not come,
// are in the report and in the exit status.
func (c *leaktestCommand) Run(ctx context.Context, e env, s *settings) error {
	begun := time.Now()
	report, err := c.try(ctx, e, s)
	if err != nil {
		return err
	}
	report.Seconds = time.Since(begun).Seconds()
	if err := c.report(e.stdout, report, func(w io.Writer) { _, _ = report.WriteTo(w) }); err != nil {
		return err
	}
	if !report.OK() {
		return errSaid
	}
	return nil
}

// try makes a scratch company, and tries it.
func (c *leaktestCommand) try(ctx context.Context, e env, s *settings) (_ *leaktest.Report, err error) {
	var cases []leaktest.Case
	if c.Cases != "" {
		if len(c.Door) > 0 {
			return nil, misuse{errors.New("--door: cases are asked through the search and by HTTP; leave one of --cases and --door out")}
		}
		if cases, err = leaktest.ReadCases(c.Cases); err != nil {
			return nil, misuse{err}
		}
	}
	scratch, err := newScratch(s, cases == nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch.folder)) }()
	heard := &heard{}
	defer heard.listen()()
	b, err := c.open(ctx, e, scratch)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	b.heard = heard
	if err := b.fill(ctx, e); err != nil {
		return nil, err
	}
	if err := b.serve(ctx); err != nil {
		return nil, err
	}
	var report *leaktest.Report
	if cases != nil {
		report, err = b.askCases(ctx, cases)
	} else {
		report, err = b.tryAll(ctx, c.Door)
	}
	if err != nil {
		return nil, err
	}
	report.Company, report.Engine, report.Embedder = b.config.company.In("en"), engineOf(b.config.index), b.config.models.Embedder
	report.Model, report.Alarms = "a stand-in model that repeats everything it is given", int(b.alarms.Load())
	if c.RealModel {
		report.Model = "model " + b.config.models.Chat
	}
	return report, nil
}

// open opens the scratch company with the models that there are.
func (c *leaktestCommand) open(ctx context.Context, e env, scratch *scratch) (_ *leakBench, err error) {
	b := &leakBench{scratch: scratch, env: e}
	own, err := scratch.load(nil)
	if err != nil {
		return nil, err
	}
	chat, ollama := own.models.Chat, own.models.Ollama
	if !c.RealModel {
		if b.parrot, err = leaktest.NewParrot(ctx, ollama); err != nil {
			return nil, err
		}
		chat, ollama = leaktest.ParrotName, b.parrot.URL
	}
	b.models = []string{"--ollama", ollama, "--model", orNone(chat), "--embedder", orNone(own.models.Embedder)}
	config, err := scratch.load(b.models)
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	if b.parts, err = openParts(ctx, config); err != nil {
		return nil, errors.Join(err, b.close())
	}
	if c.RealModel && chat != "" {
		if err := b.ollama.Health(ctx, chat); err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	if model := config.models.Embedder; model != "" {
		if err := b.ollama.Health(ctx, model); err != nil {
			fmt.Fprintf(e.stderr, "bureau: the search goes by words alone: %v\n", err)
			config.models.Embedder = ""
			b.models[len(b.models)-1] = none
		}
	}
	return b, nil
}

func orNone(model string) string {
	if model == "" {
		return none
	}
	return model
}

// heard is what the program logs meanwhile. An operator reads it who may read
// no document.
type heard struct {
	mu   sync.Mutex
	text []byte
}

// Write keeps a line.
func (h *heard) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, line...)
	return len(line), nil
}

// take returns what was logged, and forgets it.
func (h *heard) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := string(h.text)
	h.text = nil
	return text
}

// listen has the program log to here until end is called.
func (h *heard) listen() (end func()) {
	before, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return func() {
		slog.SetDefault(before)
		log.SetOutput(writer) // which SetDefault has led to the handler
		log.SetFlags(flags)
	}
}

// documentsFolder is where the scratch company's documents are.
func (s *scratch) documentsFolder() string { return filepath.Join(s.folder, "documents") }
