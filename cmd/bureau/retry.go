package main

import (
	"context"
	"fmt"
	"io"
)

type retryCommand struct {
	reporting
	Documents []string `arg:"" optional:"" placeholder:"SOURCE/PATH" help:"Documents or folders that failed, by SOURCE/PATH, or ids; none for all that failed."`
}

// A retryReport is what "bureau retry --json" prints.
type retryReport struct {
	Documents int `json:"documents"` // that are tried again
}

// Run has the next ingest, or a watch within a minute, try again what failed.
func (c *retryCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) error {
		n, err := p.ledger.Retry(ctx, c.Documents...)
		if err != nil {
			return err
		}
		return c.report(e.stdout, retryReport{n}, func(w io.Writer) {
			if n == 0 {
				fmt.Fprintln(w, "no document has failed")
				return
			}
			fmt.Fprintf(w, "%d documents are tried again by the next \"bureau ingest -c %s\", or within a minute by one that watches\n", n, p.config.file)
		})
	})
}
