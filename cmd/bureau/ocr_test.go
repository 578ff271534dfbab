package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bureau/ingest/bounded"
)

const ocrConfig = `
departments: [{id: hr, name: Human Resources}]
people: [{id: hanna, name: Hanna, departments: [hr]}]
ingest: {ocr: [%s, "{in}", "{out}"]}
sources: [{id: all, path: documents, readers: [hr]}]
`

// scanned is a PDF document of one page without a text, as a scanner makes it.
var scanned = func() string {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
		"<</Length 28>>stream\nq 595 0 0 842 0 0 cm /I Do Q\nendstream ",
		"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\nA\nendstream ",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%sendobj\n", i+1, object)
	}
	start := b.Len()
	b.WriteString("xref\n0 6\n0000000000 65535 f \n")
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.String()
}()

// ocrHouse has a scanned document and a command for it, a shell script.
func ocrHouse(t *testing.T, script string) house {
	t.Helper()
	folder := t.TempDir()
	command := filepath.Join(folder, "ocr.sh")
	write(t, folder, map[string]string{
		"bureau.yaml": fmt.Sprintf(ocrConfig, command), "documents/scan.pdf": scanned, "ocr.sh": "#!/bin/sh\n" + script,
	})
	if err := os.Chmod(command, 0o700); err != nil {
		t.Fatal(err)
	}
	return newHouse(t, filepath.Join(folder, "bureau.yaml"))
}

func TestPicturesOfTextAreReadByTheConfiguredCommand(t *testing.T) {
	with, err := filepath.Abs(filepath.Join(root, "ingest", "pdf", "testdata", "handbook-en.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BUREAU_QDRANT_API_KEY", "a secret of Bureau")
	h := ocrHouse(t, `test -z "$BUREAU_QDRANT_API_KEY" && test -s "$1" && cp '`+with+`' "$2"`)
	h.mustRun("ingest")
	if got := h.mustRun("search", "--as", "hanna", "flights"); !strings.Contains(got, "scan.pdf") {
		t.Errorf("the scanned document is not found:\n%s", got)
	}
}

func TestCommandForPicturesThatFailsIsReported(t *testing.T) {
	for _, test := range []struct{ name, script, says string }{
		{"Fails", "echo working; echo no such language >&2; exit 3", "no such language"},
		{"WritesNothing", "exit 0", "wrote nothing to {out}"},
		{"FindsNothing", `cp "$1" "$2"`, "without text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ocrHouse(t, test.script).run("ingest")
			if got.status != exitFailed || !strings.Contains(got.stdout, test.says) || !strings.Contains(got.stdout, "scan.pdf") {
				t.Errorf("status %d, it says %s%s", got.status, got.stdout, got.stderr)
			}
		})
	}
}

func TestCommandForPicturesNamesItsPlaces(t *testing.T) {
	if err := checkOCR([]string{"ocrmypdf", "{in}"}); err == nil || !strings.Contains(err.Error(), "{out}") {
		t.Errorf("error %v", err)
	}
	if err := checkOCR(nil); err != nil {
		t.Error(err)
	}
}

// What reads pictures keeps a machine busy.
func TestCommandForPicturesEndsWithAllItStarted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := recognise(ctx, ocrTime, []string{"sh", "-c", `sleep 100000 > "$0" & wait`, pipe, ocrIn, ocrOut}, []byte(scanned))
		ended <- err
	}()
	held, err := os.Open(pipe) // which waits until the other one has it
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := io.ReadAll(held); err != nil { // which waits until the other one has ended
		t.Fatal(err)
	}
}

func TestPicturesThatTakeTooLongAreTriedAgain(t *testing.T) {
	if _, err := recognise(t.Context(), time.Nanosecond, []string{"sleep", "100000"}, nil); !errors.Is(err, bounded.ErrTime) {
		t.Errorf("error %v", err)
	}
}
