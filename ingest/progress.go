package ingest

import (
	"fmt"
	"io"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// linesEvery is how many documents a line of progress stands for.
const linesEvery = 50

// Lines returns a Progress that prints a line now and then, for a log.
func Lines(w io.Writer) Progress { return &lines{w: w} }

type lines struct {
	w           io.Writer
	done, total int
}

func (l *lines) Start(documents int) { l.total = documents }

func (l *lines) Step(name string) {
	if l.done++; l.done%linesEvery == 0 {
		fmt.Fprintf(l.w, "%d of %d documents, at %s\n", l.done, l.total, name)
	}
}

func (l *lines) Done() {}

// Bar returns a Progress that draws a bar on a terminal.
func Bar(w io.Writer) Progress { return &bar{w: w} }

type bar struct {
	w       io.Writer
	drawing *mpb.Progress
	bar     *mpb.Bar
}

func (b *bar) Start(documents int) {
	b.drawing = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(40))
	b.bar = b.drawing.AddBar(int64(documents),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d documents ")),
		mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_MMSS, decor.WC{W: 6})))
}

func (b *bar) Step(string) { b.bar.Increment() }

func (b *bar) Done() {
	b.bar.Abort(true)
	b.drawing.Wait()
}
