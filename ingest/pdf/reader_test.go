package pdf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"bureau/ingest/format"
)

// shared is the reader of all tests but those of its start and end: PDFium is
// compiled once.
var shared *Reader

// cacheName is the variable by which the processes of a fuzz test find the cache.
const cacheName = "PDF_TEST_CACHE"

func TestMain(m *testing.M) {
	folder, isOurs := os.Getenv(cacheName), false
	if folder == "" {
		var err error
		if folder, err = os.MkdirTemp("", "pdf-cache"); err != nil {
			panic(err)
		}
		isOurs = true
		os.Setenv(cacheName, folder)
	}
	shared = New(Config{Cache: folder, Files: 2})
	code := m.Run()
	err := shared.Close()
	if isOurs {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	if err != nil {
		panic(err)
	}
	os.Exit(code)
}

// read returns the text of a file that can be read.
func read(t testing.TB, data []byte) format.Text {
	t.Helper()
	text, err := shared.Read(t.Context(), data, format.Default)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestStatementsOfTheDocumentAreRead(t *testing.T) {
	f := pagesOf(show(50, 700, "Text"))
	f.objects[0] = "<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>"
	f.trailer = fmt.Sprintf("/Info %d 0 R", f.add("<< /Title <FEFF5DEE65C5> /Author (Finance) /CreationDate (D:20250101) /ModDate (D:20260203040506+08'00') >>"))
	text := read(t, f.bytes())
	text.Places = nil
	want := format.Text{Title: "差旅", Owner: "Finance", Language: "en-GB", Updated: "2026-02-03T04:05:06+08:00", Markdown: "Text"}
	if text.Title != want.Title || text.Owner != want.Owner || text.Language != want.Language || text.Updated != want.Updated || text.Markdown != want.Markdown {
		t.Errorf("got %+v\nwant %+v", text, want)
	}
}

func TestDatesOfPDFAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"D:2026":                  "2026-01-01T00:00:00Z",
		"D:20260203":              "2026-02-03T00:00:00Z",
		"D:20260203040506Z":       "2026-02-03T04:05:06Z",
		"D:20260203040506Z00'00'": "2026-02-03T04:05:06Z",
		"D:20260203040506-05'30":  "2026-02-03T04:05:06-05:30",
		"20260203040506+08":       "2026-02-03T04:05:06+08:00",
		"D:20261303":              "",
		"yesterday":               "",
		"":                        "",
	} {
		if got := dateOf(in); got != want {
			t.Errorf("dateOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNamesOfFilesAreNoTitles(t *testing.T) {
	for in, want := range map[string]string{"Travel": "Travel", "Microsoft Word - a": "", "a.docx": "", "Untitled": "", "http://a/b": ""} {
		if got := realTitle(in); got != want {
			t.Errorf("realTitle(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEmptyPasswordOpensAndAnotherIsNeeded(t *testing.T) {
	if text := read(t, encrypted("", "Open to all")); text.Markdown != "Open to all" {
		t.Errorf("got %q", text.Markdown)
	}
	if _, err := shared.Read(t.Context(), encrypted("secret", "Closed"), format.Default); !errors.Is(err, format.ErrEncrypted) {
		t.Errorf("error %v, want ErrEncrypted", err)
	}
}

func TestScannedPagesAreTold(t *testing.T) {
	picture := "q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"
	_, err := shared.Read(t.Context(), pagesOf(picture, picture, picture).bytes(), format.Default)
	if !errors.Is(err, format.ErrNeedsOCR) || !strings.Contains(err.Error(), "3 pages") {
		t.Errorf("error %v, want ErrNeedsOCR with 3 pages", err)
	}
	text := read(t, pagesOf(show(50, 700, "One"), picture, picture, "", show(50, 700, "Five")).bytes())
	if len(text.Warnings) != 1 || !strings.HasPrefix(text.Warnings[0], "2 pages 2-3: without text") {
		t.Errorf("warnings %q", text.Warnings)
	}
	if text := read(t, pagesOf("", "").bytes()); text.Markdown != "" || text.Warnings != nil {
		t.Errorf("blank pages give %+v", text)
	}
}

func TestWhatIsNoPDFIsDamaged(t *testing.T) {
	for _, data := range []string{"", "%PDF-1.7", "hello", "%PDF-1.7\ntrailer << /Root 1 0 R >>"} {
		if _, err := shared.Read(t.Context(), []byte(data), format.Default); !errors.Is(err, format.ErrDamaged) {
			t.Errorf("%q: error %v, want ErrDamaged", data, err)
		}
	}
}

func TestFilesAreReadAtOnceAndApart(t *testing.T) {
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			want := strings.Repeat("x", i+1)
			text, err := shared.Read(t.Context(), pagesOf(show(50, 700, want)).bytes(), format.Default)
			if err != nil || text.Markdown != want {
				t.Errorf("got %q, error %v, want %q", text.Markdown, err, want)
			}
		})
	}
	group.Wait()
}

func TestCloseEndsReadsAndLaterOnesFail(t *testing.T) {
	r := New(shared.config)
	if _, err := r.Read(t.Context(), pagesOf(show(50, 700, "x")).bytes(), format.Default); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := r.Read(t.Context(), endless(), format.Default)
		ended <- err
	}()
	select {
	case err := <-ended:
		t.Fatalf("the endless page ended by itself: %v", err)
	case <-time.After(200 * time.Millisecond): // it is inside PDFium, which has no clock of ours
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("the read ended with %v, want ErrClosed", err)
	}
	if _, err := r.Read(t.Context(), nil, format.Default); !errors.Is(err, ErrClosed) {
		t.Errorf("a read after Close gives %v, want ErrClosed", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func TestUnusedReaderClosesAndStartsNothing(t *testing.T) {
	r := New(Config{Cache: "\x00"}) // no folder's name
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestFailedStartIsTold(t *testing.T) {
	r := New(Config{Cache: "\x00"})
	if _, err := r.Read(t.Context(), nil, format.Default); err == nil || !strings.Contains(err.Error(), "open the cache") {
		t.Errorf("error %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestEndedContextReadsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := shared.Read(ctx, pagesOf(show(50, 700, "x")).bytes(), format.Default); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
}
