package origin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// all wants everything up to 100 bytes, but no pictures.
func all(name string, size int64) (bool, error) {
	if size > 100 {
		return true, errors.New("too large")
	}
	return filepath.Ext(name) != ".png", nil
}

// bring brings files, whose content is their name and mark, and returns those
// that were not there yet.
func bring(t *testing.T, folder string, list ...File) (brought []string, missed Missed) {
	t.Helper()
	err := Bring(folder, func(f *Folder) error {
		missing, err := f.Expect(list, all)
		for _, file := range missing {
			brought = append(brought, file.Name)
			err = errors.Join(err, f.Put(file, strings.NewReader(file.Name+file.Mark)))
		}
		return err
	})
	if err != nil && !errors.As(err, &missed) {
		t.Fatal(err)
	}
	return brought, missed
}

// files returns what is in a folder and not hidden.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		found[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func file(name, mark string) File { return File{Name: name, Key: name, Mark: mark} }

func TestFolderHoldsWhatIsListedAndNothingElse(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "work")
	bring(t, folder, file("a.md", "1"), file("b/c.md", "1"), file("b/d.md", "1"), file("e", "1"))
	brought, missed := bring(t, folder, file("a.md", "1"), file("b/d.md", "2"), file("e/f.md", "1"), file("b/new.md", ""))
	if want := []string{"b/d.md", "e/f.md", "b/new.md"}; !reflect.DeepEqual(brought, want) || len(missed) != 0 {
		t.Errorf("brought %q, missed %v, want %q", brought, missed, want)
	}
	want := map[string]string{"a.md": "a.md1", "b/d.md": "b/d.md2", "e/f.md": "e/f.md1", "b/new.md": "b/new.md"}
	if got := files(t, folder); !reflect.DeepEqual(got, want) {
		t.Errorf("it holds %q, want %q", got, want)
	}
	bring(t, folder, file("e", "1")) // where a folder was
	if got := files(t, folder); !reflect.DeepEqual(got, map[string]string{"e": "e1"}) {
		t.Errorf("it holds %q", got)
	}
}

func TestWhatIsNotWholeIsBroughtAgain(t *testing.T) {
	folder := t.TempDir()
	bring(t, folder, file("a.md", "1"), file("b.md", "1"))
	if err := os.Truncate(filepath.Join(folder, "a.md"), 0); err != nil { // as after a power cut
		t.Fatal(err)
	}
	if brought, _ := bring(t, folder, file("a.md", "1"), file("b.md", "1")); !reflect.DeepEqual(brought, []string{"a.md"}) {
		t.Errorf("brought %q", brought)
	}
}

func TestNamesThatCannotBeKeptAreMissed(t *testing.T) {
	for _, name := range []string{"../a.md", "a/../../b.md", "/etc/a.md", `a\..\b.md`, "a//b.md", "a\x00.md", "a\u202Eb.md", strings.Repeat("长", 99) + ".md", "a/b/"} {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "in", "work")
			brought, missed := bring(t, folder, file("ok.md", "1"), file(name, "1"))
			if len(missed) != 1 || missed[0].Name != name || !reflect.DeepEqual(brought, []string{"ok.md"}) {
				t.Errorf("brought %q, missed %v", brought, missed)
			}
			if got := files(t, filepath.Join(folder, "..", "..")); len(got) != 1 {
				t.Errorf("around it are %q", got)
			}
		})
	}
	if _, missed := bring(t, t.TempDir(), file("制度/考勤.md", "1"), file("e\u0301.md", "1")); len(missed) != 0 {
		t.Errorf("missed %v", missed)
	}
}

func TestHiddenUnwantedAndLargeFilesAreNotBrought(t *testing.T) {
	large := file("large.md", "1")
	large.Size = 101
	brought, missed := bring(t, t.TempDir(), file(".git/config", "1"), file("a/.b/c.md", "1"), file("x.png", "1"), large)
	if len(brought) != 0 || len(missed) != 1 || missed[0].Name != "large.md" {
		t.Errorf("brought %q, missed %v", brought, missed)
	}
}

func TestOfTwoInOnePlaceOneIsMissed(t *testing.T) {
	_, missed := bring(t, t.TempDir(), file("a", "1"), file("a/b.md", "1"), file("é.md", "1"), file("e\u0301.md", "1"))
	if len(missed) != 2 || missed[0].Name != "a" || missed[1].Name != "e\u0301.md" {
		t.Errorf("missed %v", missed)
	}
}

func TestContentThatEndsWithAnErrorReplacesNothing(t *testing.T) {
	folder := t.TempDir()
	bring(t, folder, file("a.md", "1"))
	err := Bring(folder, func(f *Folder) error {
		if err := f.Put(file("a.md", "2"), iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("half")))); err == nil {
			t.Error("no error")
		}
		if mark := f.Mark("a.md"); mark != "1" {
			t.Errorf("its mark is %q", mark)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := files(t, folder); got["a.md"] != "a.md1" || len(got) != 1 {
		t.Errorf("it holds %q", got)
	}
}

// Where it is not written down what was brought, nobody knows that the rest is
// complete.
func TestNothingIsMerelyMissedWithoutTheMarks(t *testing.T) {
	folder := t.TempDir()
	err := Bring(folder, func(f *Folder) error {
		f.Miss("a.md", errors.New("it is refused"))
		return os.Mkdir(filepath.Join(folder, marksFile), 0o700) // in the way of the marks
	})
	if _, merely := err.(Missed); err == nil || merely { //nolint:errorlint // as a fetch looks at it
		t.Errorf("%v", err)
	}
}

func TestContentOfAnotherLengthReplacesNothing(t *testing.T) {
	folder := t.TempDir()
	bring(t, folder, file("a.md", "1"))
	for text, isWhole := range map[string]bool{"": false, "hal": false, "whole": false, "half": true} {
		err := Bring(folder, func(f *Folder) error { return f.Put(file("a.md", "2"), Whole(strings.NewReader(text), 4)) })
		if (err == nil) != isWhole {
			t.Errorf("%q: %v", text, err)
		}
		if got := files(t, folder)["a.md"]; isWhole != (got == text) {
			t.Errorf("%q: it holds %q", text, got)
		}
	}
	if data, err := io.ReadAll(Whole(strings.NewReader(""), 0)); err != nil || len(data) != 0 {
		t.Errorf("%q, %v", data, err)
	}
}

func TestFilesKeepTheTimeOfTheOrigin(t *testing.T) {
	folder, when := t.TempDir(), time.Date(2024, time.May, 4, 3, 2, 1, 0, time.UTC)
	bring(t, folder, File{Name: "a.md", Mark: "1", Modified: when})
	if info, err := os.Stat(filepath.Join(folder, "a.md")); err != nil || !info.ModTime().Equal(when) {
		t.Errorf("%v, %v", info, err)
	}
}

func TestMissedNamesTheFirst(t *testing.T) {
	m := Missed{{"a", errors.New("x")}, {"b", errors.New("x")}, {"c", errors.New("x")}, {"d", errors.New("x")}, {"e", errors.New("x")}}
	if got := m.Error(); got != "a: x; b: x; c: x; and 2 more" {
		t.Error(got)
	}
}
