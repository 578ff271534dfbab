package ingest

import (
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/ingest/archive"
	"bureau/ingest/format"
	"bureau/ingest/mail"
	"bureau/ingest/pdf"
)

var update = flag.Bool("update", false, "write what is read of the documents in testdata/made as what is expected")

// made is the folder of documents that other programs made. Beside each stands
// what is to be read of it, all of it, in a file of its name with .md behind.
const made = "testdata/made"

// madeDocuments are the files of that folder that a Reader reads.
func madeDocuments(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(made + "/*.*")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		name := filepath.Base(file)
		if kind := filepath.Ext(name); !slices.Contains([]string{".md", ".py", ".mbox", ".zip"}, kind) && refusedMade[name].err == nil {
			names = append(names, name)
		}
	}
	if len(names) < 20 {
		t.Fatalf("%d documents", len(names))
	}
	return names
}

// refusedMade are the documents that are refused, with why and what to do.
var refusedMade = map[string]struct {
	err   error
	words string
}{
	"secret-en.odt":   {format.ErrEncrypted, "save it without one"},
	"secret-en.docx":  {format.ErrEncrypted, "save it without one"},
	"password-en.pdf": {format.ErrEncrypted, "save a copy without one"},
	"secret-en.doc":   {ErrUnsupported, "save it as"},
	"secret-en.rtf":   {ErrUnsupported, "save it as"},
}

func TestMadeDocumentsThatCannotBeReadAreRefused(t *testing.T) {
	reader := newMadeReader(t)
	for name, want := range refusedMade {
		_, err := reader.Extract(t.Context(), name, readMade(t, name))
		if !errors.Is(err, want.err) || !strings.Contains(err.Error(), want.words) {
			t.Errorf("%s: error %v, want %v with %q", name, err, want.err, want.words)
		}
	}
}

func TestMadeDocumentsAreReadWhole(t *testing.T) {
	reader := newMadeReader(t)
	for _, name := range madeDocuments(t) {
		t.Run(name, func(t *testing.T) {
			x, err := reader.Extract(t.Context(), name, readMade(t, name))
			if err != nil {
				t.Fatal(err)
			}
			wantMade(t, name, asRead(x))
		})
	}
}

func TestMembersOfMadeContainersAreReadWhole(t *testing.T) {
	for name, members := range map[string]func([]byte, format.Limits) iter.Seq2[format.Member, error]{
		"team.mbox": mail.EachMBOX, "office.zip": archive.Zip,
	} {
		var all strings.Builder
		for member, err := range members(readMade(t, name), format.Default) {
			if err != nil {
				t.Fatal(err)
			}
			x, err := Extract(member.Path, member.Data)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "⟦%s⟧\n%s\n", member.Path, asRead(x))
		}
		wantMade(t, name, all.String())
	}
}

// newMadeReader returns a reader of every format.
func newMadeReader(t *testing.T) Reader {
	t.Helper()
	reader := Reader{PDF: pdf.New(pdf.Config{})}
	t.Cleanup(func() {
		if err := reader.PDF.Close(); err != nil {
			t.Error(err)
		}
	})
	return reader
}

// asRead is all that was read of a document, with its places where they begin.
func asRead(x Extracted) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nlanguage: %s\nupdated: %s\nowner: %s\n", x.Title, x.Language, x.Updated, x.Owner)
	for _, warning := range x.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", warning)
	}
	b.WriteString("\n")
	at := 0
	for _, p := range x.Places {
		fmt.Fprintf(&b, "%s⟦%s⟧", x.Markdown[at:p.Start], strings.TrimSpace(fmt.Sprintf("%s %d %s", p.Kind, p.Number, p.Name)))
		at = p.Start
	}
	b.WriteString(x.Markdown[at:] + "\n")
	return b.String()
}

func readMade(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(made, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantMade holds what was read of a document against what is expected.
func wantMade(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join(made, name+".md"), []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(readMade(t, name+".md")); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}
