package ingest

import (
	"context"

	"bureau/retrieval"
)

// Plan reports what Run would do, and writes nothing. Documents that would be
// read are read, so that what fails, and who would read them, is known; they
// are not embedded. Index may be nil where there is none yet.
func (p *Pipeline) Plan(ctx context.Context) (*Report, error) {
	r := p.newRun()
	start := r.clock()
	r.report.DryRun = true
	err := r.plan(ctx)
	r.report.finish(r.clock().Sub(start))
	return r.report, err
}

// plan comes to the verdicts of a run, in its order.
func (r *run) plan(ctx context.Context) (err error) {
	if r.known, err = r.Ledger.entries(ctx); err != nil {
		return err
	}
	r.inside, r.indexed = insideOf(r.known), map[retrieval.DocumentID]retrieval.Document{}
	if r.Index != nil {
		if r.indexed, err = documentsOf(ctx, r.Index); err != nil {
			return err
		}
	}
	for _, id := range differ(r.known, r.indexed).gone {
		delete(r.indexed, id)
	}
	r.foreseeFetches()
	walks, err := r.walk(ctx)
	if err != nil {
		return err
	}
	if err := r.furnish(ctx, walks); err != nil {
		return err
	}
	gone, unseen := r.absent(walks)
	r.reportGone(gone)
	for _, id := range gone {
		delete(r.known, id)
		delete(r.indexed, id)
	}
	for _, v := range unseen {
		r.report.say(v)
	}
	r.start(walks)
	defer r.done()
	for _, w := range walks {
		for _, f := range w.files {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := r.foresee(ctx, f); err != nil {
				return err
			}
			r.step(f)
		}
	}
	return nil
}

// foresee judges a file's documents, and opens the file if it has to be.
func (r *run) foresee(ctx context.Context, f file) error {
	verdicts, ok := r.unopened(f)
	for _, v := range verdicts {
		r.report.foresee(v)
	}
	if ok {
		return nil
	}
	return r.read(ctx, f, func(v verdict) error {
		r.report.foresee(v)
		return nil
	})
}

// foresee counts a verdict as if it were carried out.
func (r *Report) foresee(v verdict) {
	r.note(v)
	if v.kind == taken {
		r.Indexed++
		if v.isNew {
			r.New++
		}
	}
}
