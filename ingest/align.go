package ingest

import (
	"context"
	"errors"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
)

// A differences is what an index has otherwise than the ledger says.
type differences struct {
	gone     []retrieval.DocumentID // the ledger has no such document, or nobody reads it
	outdated []retrieval.DocumentID // the ledger has another text
	readers  map[retrieval.DocumentID]access.Readers
}

// differ compares documents of an index with the ledger's entries. Readers are
// compared for the same text alone: the ledger's may be those of a text that
// has yet to replace the one in the index.
func differ(entries map[retrieval.DocumentID]entry, documents map[retrieval.DocumentID]retrieval.Document) differences {
	d := differences{readers: map[retrieval.DocumentID]access.Readers{}}
	for id, document := range documents {
		switch e, ok := entries[id]; {
		case !ok || e.document.Readers.IsNobody():
			d.gone = append(d.gone, id)
		case e.document.Version != document.Version:
			d.outdated = append(d.outdated, id)
		case !e.document.Readers.Equal(document.Readers):
			d.readers[id] = e.document.Readers
		}
	}
	return d
}

// mend makes readers of an index those of the ledger, and takes out what is
// gone.
func (d differences) mend(ctx context.Context, w retrieval.Writer) error {
	err := setReadersIn(ctx, w, d.readers)
	if err != nil && !errors.Is(err, retrieval.ErrUnsettled) {
		return err
	}
	return errors.Join(err, deleteFrom(ctx, w, d.gone))
}

// mendAside does the same for an index that is not in use, where an outdated
// text is of no use.
func (d differences) mendAside(ctx context.Context, w retrieval.Writer) error {
	d.gone = append(d.gone, d.outdated...)
	return d.mend(ctx, w)
}

// Align takes out of a generation that is not in use what the ledger has no
// more or has otherwise, and makes its readers those of the ledger. It returns
// how many documents the ledger has that the generation lacks afterwards. Who
// calls it has the lock of ingest, so that nothing moves meanwhile.
func (l *Ledger) Align(ctx context.Context, w retrieval.Writer) (lacks int, err error) {
	entries, err := l.entries(ctx)
	if err != nil {
		return 0, err
	}
	documents, err := documentsOf(ctx, w)
	if err != nil {
		return 0, err
	}
	if err := differ(entries, documents).mendAside(ctx, w); err != nil {
		return 0, err
	}
	return len(missing(entries, documents)), nil
}

// missing returns the documents that an index should have and has not, or has
// with another text.
func missing(entries map[retrieval.DocumentID]entry, documents map[retrieval.DocumentID]retrieval.Document) []entry {
	var lacks []entry
	for id, e := range entries {
		document, ok := documents[id]
		if e.isReadable() && (!ok || document.Version != e.document.Version) {
			lacks = append(lacks, e)
		}
	}
	return lacks
}

// isReadable reports whether there is a text that somebody reads.
func (e entry) isReadable() bool {
	return (e.state == stateIndexed || e.state == stateExtracted) && !e.document.Readers.IsNobody()
}

func documentsOf(ctx context.Context, w retrieval.Writer) (map[retrieval.DocumentID]retrieval.Document, error) {
	documents, err := w.Documents(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the index: %w", err)
	}
	return documents, nil
}

func setReadersIn(ctx context.Context, w retrieval.Writer, readers map[retrieval.DocumentID]access.Readers) error {
	if len(readers) == 0 {
		return nil
	}
	if err := w.SetReaders(ctx, readers); err != nil {
		return fmt.Errorf("change who reads %d documents in the index: %w", len(readers), err)
	}
	return nil
}

func deleteFrom(ctx context.Context, w retrieval.Writer, ids []retrieval.DocumentID) error {
	if len(ids) == 0 {
		return nil
	}
	if err := w.Delete(ctx, ids...); err != nil {
		return fmt.Errorf("delete %d documents from the index: %w", len(ids), err)
	}
	return nil
}
