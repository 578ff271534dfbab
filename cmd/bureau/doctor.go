package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"bureau/ingest"
)

type doctorCommand struct {
	reporting
	Probe bool `help:"Only ask whether the server on this machine answers; for health checks."`
}

// A finding is what the doctor says of one part.
type finding struct {
	Part   string `json:"part"`
	OK     bool   `json:"ok"`
	Says   string `json:"says"`
	Remedy string `json:"remedy,omitempty"`
}

// probeURL is where a server in a container answers, whatever it listens on.
const probeURL = "http://127.0.0.1:8080/healthz"

// probeTime is how long a server may take to say that it is there.
const probeTime = 5 * time.Second

// Run looks at every part and says for each whether it works. It changes
// nothing. The exit status is 1 when a part does not.
func (c *doctorCommand) Run(ctx context.Context, e env, s *settings) error {
	if c.Probe {
		return probe(ctx, probeURL)
	}
	findings := examine(ctx, s)
	ok := true
	for _, f := range findings {
		ok = ok && f.OK
	}
	err := c.report(e.stdout, findings, func(w io.Writer) {
		for _, f := range findings {
			sign := "ok  "
			if !f.OK {
				sign = "FAIL"
			}
			fmt.Fprintf(w, "%s  %-13s %s\n", sign, f.Part, f.Says)
			if f.Remedy != "" {
				fmt.Fprintf(w, "      %-13s to mend it: %s\n", "", f.Remedy)
			}
		}
	})
	if err == nil && !ok {
		return errSaid
	}
	return err
}

// examine looks at the parts in the order in which they need each other.
func examine(ctx context.Context, s *settings) []finding {
	config, err := s.load()
	if err != nil {
		return []finding{{Part: "configuration", Says: err.Error(), Remedy: "edit " + s.Config}}
	}
	findings := []finding{{Part: "configuration", OK: true, Says: fmt.Sprintf("%s: %d people, %d departments, %d sources",
		config.file, len(config.policy.People()), len(config.policy.Departments()), len(config.sources))}}
	p, err := openParts(ctx, config)
	if err != nil {
		return append(findings, finding{Part: "state", Says: err.Error(), Remedy: "bureau ingest -c " + config.file})
	}
	defer func() { _ = p.close() }() // it was read and not written
	b, index := p.examineIndex(ctx)
	findings = append(findings, index...)
	findings = append(findings, p.examineDocuments(ctx))
	findings = append(findings, examineAudit(config))
	findings = append(findings, examineSources(ctx, config.sources)...)
	findings = append(findings, examineSlack(ctx, config)...)
	findings = append(findings, p.examineSignIn(ctx)...)
	if err := p.ollama.Health(ctx); err != nil {
		return append(findings, finding{Part: "ollama", Says: err.Error(), Remedy: "ollama serve"})
	}
	findings = append(findings, finding{Part: "ollama", OK: true, Says: config.models.Ollama + " answers"})
	return append(findings,
		p.examineModel(ctx, "embedder", b.Generation.Embedder, "none: searches go by words alone"),
		p.examineModel(ctx, "chat model", config.models.Chat, "none: answers are quotes"))
}

// examineIndex looks at the generation in use, which it returns, or at what is
// wanted where there is none.
func (p *parts) examineIndex(ctx context.Context) (ingest.Build, []finding) {
	b, err := p.generations.Current(ctx)
	switch {
	case errors.Is(err, ingest.ErrNoGeneration):
		return p.wanted(), []finding{{Part: "index", Says: "it is empty", Remedy: "bureau ingest -c " + p.config.file}}
	case err != nil:
		return b, []finding{{Part: "index", Says: err.Error(), Remedy: "move " + p.config.data + " away and run bureau ingest"}}
	}
	findings := []finding{p.examineGeneration(ctx, b)}
	if difference := p.difference(b); difference != "" {
		if engineOf(p.config.index) == engineQdrant && b.Engine != engineQdrant {
			findings = append(findings, p.examineServer(ctx))
		}
		findings = append(findings, finding{Part: "generation", Says: difference, Remedy: "bureau reindex -c " + p.config.file})
	}
	return b, findings
}

// examineGeneration looks into the generation in use.
func (p *parts) examineGeneration(ctx context.Context, b ingest.Build) finding {
	fault := func(err error) finding {
		return finding{Part: "index", Says: b.Name() + ": " + err.Error(), Remedy: remedy(err, p.config.file)}
	}
	if err := understood(b); err != nil {
		return fault(err)
	}
	index, err := p.openIndex(ctx, b)
	if err != nil {
		return fault(err)
	}
	counts, err := index.Counts(ctx)
	if checked, ok := index.(interface{ Check(context.Context) error }); ok && err == nil {
		err = checked.Check(ctx)
	}
	if err = errors.Join(err, index.Close()); err != nil {
		return fault(err)
	}
	ledger, err := p.ledger.Counts(ctx)
	switch {
	case err != nil:
		return fault(err)
	case counts.Documents == 0:
		return finding{Part: "index", Says: b.Name() + " is empty", Remedy: "bureau ingest -c " + p.config.file}
	case counts.Documents < ledger.Indexed:
		return finding{Part: "index", Says: fmt.Sprintf("%s lacks %d of %d documents", b.Name(), ledger.Indexed-counts.Documents, ledger.Indexed),
			Remedy: "bureau ingest -c " + p.config.file}
	}
	return finding{Part: "index", OK: true, Says: fmt.Sprintf("%s (%s): %d documents, %d passages, read in %d different ways; %s",
		b.Name(), b.With(), counts.Documents, counts.Passages, counts.Classes, p.config.data)}
}

func (p *parts) examineDocuments(ctx context.Context) finding {
	counts, err := p.ledger.Counts(ctx)
	switch {
	case err != nil:
		return finding{Part: "documents", Says: err.Error(), Remedy: "move " + p.config.data + " away and run bureau ingest"}
	case counts.Failed+counts.Waiting > 0:
		return finding{Part: "documents", Says: fmt.Sprintf("%d could not be indexed, %d were begun and not finished", counts.Failed, counts.Waiting),
			Remedy: "bureau status -c " + p.config.file + " names each with its reason and what to do"}
	}
	says := fmt.Sprintf("all %d are indexed", counts.Indexed+counts.Withheld)
	if counts.Withheld > 0 {
		says = fmt.Sprintf("%d are indexed, %d are withheld: nobody reads them, or they have no text", counts.Indexed, counts.Withheld)
	}
	return finding{Part: "documents", OK: true, Says: says}
}

func (p *parts) examineModel(ctx context.Context, part, name, absent string) finding {
	if name == "" {
		return finding{Part: part, OK: true, Says: absent}
	}
	if err := p.ollama.Health(ctx, name); err != nil {
		return finding{Part: part, Says: err.Error(), Remedy: "ollama pull " + name}
	}
	return finding{Part: part, OK: true, Says: name + " is there"}
}

// probe asks a server whether it is there.
func probe(ctx context.Context, url string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return misuse{err}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
