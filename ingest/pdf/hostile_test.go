package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bureau/ingest/format"
)

// endless returns a page that takes PDFium ages: a form with a million
// operators, drawn ten thousand times.
func endless() []byte {
	f := pagesOf(strings.Repeat("/X Do ", 10_000))
	page := len(f.objects)
	form := f.stream("/Type /XObject /Subtype /Form /BBox [0 0 600 800]", []byte(strings.Repeat("q Q ", 500_000)))
	f.objects[page-1] = strings.Replace(f.objects[page-1], "/Resources <<", fmt.Sprintf("/Resources << /XObject << /X %d 0 R >>", form), 1)
	return f.bytes()
}

func TestHangingFileEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := shared.Read(ctx, endless(), format.Default)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want DeadlineExceeded", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("ended after %v", took)
	}
	if text := read(t, pagesOf(show(50, 700, "next")).bytes()); text.Markdown != "next" {
		t.Errorf("the next file gives %q", text.Markdown)
	}
}

func TestManyPagesAreOverTheLimit(t *testing.T) {
	f := &file{}
	f.add("<< /Type /Catalog /Pages 2 0 R >>")
	f.add("<< /Type /Pages /Kids [%s] /Count 50000 >>", strings.Repeat("3 0 R ", 50_000))
	f.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>")
	start := time.Now()
	_, err := shared.Read(t.Context(), f.bytes(), format.Default)
	if !errors.Is(err, format.ErrLimit) || !strings.Contains(err.Error(), "50000 pages") {
		t.Errorf("error %v, want ErrLimit with the number", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestLoopInThePagesEnds(t *testing.T) {
	f := &file{}
	f.add("<< /Type /Catalog /Pages 2 0 R >>")
	f.add("<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 7 >>")
	f.add("<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 6 >>")
	f.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 5 0 R /Resources << /Font << /F 6 0 R >> >> >>")
	f.stream("", []byte(show(50, 700, "Leaf")))
	f.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	ends(t, f.bytes())
}

func TestLoopInTheOutlineEnds(t *testing.T) {
	for name, links := range map[string][2]string{
		"Siblings": {"/Next 7 0 R", "/Next 6 0 R"},
		"Children": {"/First 7 0 R /Last 7 0 R", "/First 6 0 R /Last 6 0 R"},
		"Both":     {"/First 7 0 R /Last 7 0 R /Next 7 0 R", "/First 6 0 R /Last 6 0 R /Next 6 0 R"},
		"Itself":   {"/First 6 0 R /Next 6 0 R", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := pagesOf(show(50, 700, "Alpha") + show(50, 660, "Body text of the page."))
			f.objects[0] = "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>"
			f.objects = f.objects[:5]
			f.add("<< /Title (Alpha) /Parent 6 0 R /Dest [5 0 R /Fit] /First 6 0 R %s >>", links[0])
			f.add("<< /Title (Beta) /Parent 6 0 R /Dest [5 0 R /Fit] %s >>", links[1])
			if text := read(t, f.bytes()); !strings.Contains(text.Markdown, "# Alpha") {
				t.Errorf("got %q", text.Markdown)
			}
		})
	}
}

func TestBombEndsWithinTheMemory(t *testing.T) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	line := []byte(strings.Repeat(show(50, 700, "Boom"), 1000))
	for range 10_000 { // 400 MB
		if _, err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := pagesOf("")
	f.objects[3] = fmt.Sprintf("<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", packed.Len(), packed.Bytes())
	ends(t, f.bytes())
	if text := read(t, pagesOf(show(50, 700, "next")).bytes()); text.Markdown != "next" {
		t.Errorf("the next file gives %q", text.Markdown)
	}
}

func TestLimitsAreKept(t *testing.T) {
	table := show(50, 700, "A") + show(300, 700, "B") + show(50, 680, "C") + show(300, 680, "D")
	for name, c := range map[string]struct {
		change func(*format.Limits)
		data   []byte
	}{
		"Pages":      {func(l *format.Limits) { l.Pages = 1 }, pagesOf("", "").bytes()},
		"Unpacked":   {func(l *format.Limits) { l.Unpacked = 300 }, pagesOf(table, table).bytes()},
		"Cells":      {func(l *format.Limits) { l.Cells = 3 }, pagesOf(table).bytes()},
		"Characters": {func(*format.Limits) {}, pagesOf(crowded()).bytes()},
	} {
		limits := format.Default
		c.change(&limits)
		if _, err := shared.Read(t.Context(), c.data, limits); !errors.Is(err, format.ErrLimit) {
			t.Errorf("%s: error %v, want ErrLimit", name, err)
		}
	}
}

func TestTruncatedFilesEnd(t *testing.T) {
	whole, err := os.ReadFile("testdata/handbook-en.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 16 {
		ends(t, whole[:i*len(whole)/16])
	}
}

// ends reads a file that may be anything and checks what is promised of any.
func ends(t *testing.T, data []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	text, err := shared.Read(ctx, data, format.Default)
	if err != nil {
		if !errors.Is(err, format.ErrDamaged) && !errors.Is(err, format.ErrLimit) && !errors.Is(err, format.ErrEncrypted) && !errors.Is(err, format.ErrNeedsOCR) {
			t.Errorf("error %v, which is none of the promised ones", err)
		}
		return
	}
	checkText(t, text)
}

// checkText checks what is promised of every text.
func checkText(t *testing.T, text format.Text) {
	t.Helper()
	if !utf8.ValidString(text.Markdown) || strings.ContainsAny(text.Markdown, "\r\x00\x02") {
		t.Errorf("the text is not clean: %q", text.Markdown)
	}
	for i, p := range text.Places {
		if p.Start < 0 || p.Start > len(text.Markdown) || p.Kind != format.Page || p.Number < 1 ||
			i > 0 && (p.Start < text.Places[i-1].Start || p.Number <= text.Places[i-1].Number) {
			t.Errorf("place %d is %+v after %+v", i, p, text.Places[max(i-1, 0)])
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pagesOf(show(50, 700, "One"), show(50, 700, "Two")).bytes())
	f.Add(encrypted("", "Text"))
	handbook, err := os.ReadFile("testdata/handbook-en.pdf")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(handbook)
	f.Fuzz(ends)
}

// crowded returns what draws more characters than a page may have.
func crowded() string {
	var b strings.Builder
	for i := range maxChars/100 + 1 {
		b.WriteString(show(float64(i%10)*50, float64(i)/10, strings.Repeat("many words", 10)))
	}
	return b.String()
}
