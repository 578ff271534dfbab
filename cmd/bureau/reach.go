package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"bureau/ingest"
)

// reachTime is how long the doctor waits for the origin of a source.
const reachTime = 15 * time.Second

// A reachable origin can tell cheaply whether it could be fetched.
type reachable interface {
	// Reach reports why it could not be, or nil.
	Reach(ctx context.Context) error
}

// examineSources looks whether the folder or the origin of each source can be
// reached. Nothing is said of those that can but one line for all.
func examineSources(ctx context.Context, sources []ingest.Source) (findings []finding) {
	problems := make([]error, len(sources))
	var group errgroup.Group
	for i, source := range sources {
		group.Go(func() error {
			problems[i] = reach(ctx, source)
			return nil
		})
	}
	_ = group.Wait() // what is wrong is in problems
	for i, source := range sources {
		if problems[i] != nil {
			findings = append(findings, finding{Part: "source " + source.ID, Says: placeOf(source) + ": " + problems[i].Error(), Remedy: remedyOf(source)})
		}
	}
	if len(findings) == 0 {
		findings = append(findings, finding{Part: "sources", OK: true, Says: fmt.Sprintf("all %d can be reached", len(sources))})
	}
	return findings
}

func reach(ctx context.Context, source ingest.Source) error {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	if source.Origin == nil {
		folder, err := os.Open(source.Path)
		if err != nil {
			return err
		}
		defer folder.Close()
		if _, err = folder.ReadDir(1); errors.Is(err, io.EOF) { // an empty folder is there
			return nil
		}
		return err
	}
	if r, ok := source.Origin.(reachable); ok {
		return r.Reach(ctx)
	}
	return nil
}

func placeOf(source ingest.Source) string {
	if source.Origin != nil {
		return source.Origin.String()
	}
	return source.Path
}

func remedyOf(source ingest.Source) string {
	if source.Origin != nil {
		return "correct the source in the configuration, or wait until it can be reached; its documents stay meanwhile"
	}
	return "correct its path in the configuration, or mount the share; its documents stay meanwhile"
}

// writeFetches prints how the fetches go for people.
func writeFetches(w io.Writer, fetches []ingest.FetchStatus) {
	for _, f := range fetches {
		fetched := "was never fetched"
		if !f.Fetched.IsZero() {
			fetched = "was fetched at " + f.Fetched.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s: %s %s, next at %s\n", f.Source, f.Origin, fetched, f.Next.Format(time.RFC3339))
		if f.Problem != "" {
			fmt.Fprintf(w, "  the last fetch failed: %s\n", f.Problem)
		}
		if f.Missed > 0 {
			fmt.Fprintf(w, "  %d files could not be brought\n", f.Missed)
		}
	}
}
