package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/access"
)

// walked returns the paths that a walk found, with a mark on those with a
// problem.
func walked(t *testing.T, source Source) []string {
	t.Helper()
	w, err := walkSource(t.Context(), source)
	if err != nil || len(w.holes) > 0 {
		t.Fatalf("error %v, holes %v", err, w.holes)
	}
	var paths []string
	for _, f := range w.files {
		if f.problem != nil {
			f.path += "!"
		}
		paths = append(paths, f.path)
	}
	return paths
}

func folderOf(t *testing.T, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range names {
		writeFile(t, filepath.Join(folder, name), "text")
	}
	return folder
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func TestGlobsLetFilesIn(t *testing.T) {
	folder := folderOf(t, "a.md", "hr/b.md", "hr/old/c.md", "hr/d.txt", "finance/e.html", "f.psd")
	for _, test := range []struct {
		name             string
		include, exclude []string
		want             []string
	}{
		{"AllWithoutGlobs", nil, nil, []string{"a.md", "finance/e.html", "hr/b.md", "hr/d.txt", "hr/old/c.md"}},
		{"AnyDepth", []string{"**/*.md"}, nil, []string{"a.md", "hr/b.md", "hr/old/c.md"}},
		{"OneDepth", []string{"hr/*"}, nil, []string{"hr/b.md", "hr/d.txt"}},
		{"ExcludeWins", []string{"hr/**"}, []string{"hr/old/**"}, []string{"hr/b.md", "hr/d.txt"}},
		{"Alternatives", []string{"{hr,finance}/*.{md,html}"}, nil, []string{"finance/e.html", "hr/b.md"}},
		{"UncleanGlob", []string{"./hr/*.md"}, nil, []string{"hr/b.md"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := walked(t, Source{ID: "docs", Path: folder, Include: test.include, Exclude: test.exclude})
			if !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}

func TestKindsThatAreNotReadAreCounted(t *testing.T) {
	w, err := walkSource(t.Context(), Source{Path: folderOf(t, "a.psd", "b.PSD", "c.md")})
	if err != nil || w.ignored[".psd"] != 2 || len(w.files) != 1 {
		t.Errorf("ignored %v and found %d (%v)", w.ignored, len(w.files), err)
	}
}

func TestHiddenIsSkipped(t *testing.T) {
	folder := folderOf(t, "a.md", ".b.md", ".git/c.md", "hr/.d/e.md")
	if got := walked(t, Source{Path: folder}); !slices.Equal(got, []string{"a.md"}) {
		t.Errorf("found %q", got)
	}
}

func TestLinkOutOfTheFolderIsReported(t *testing.T) {
	outside := folderOf(t, "secret.md")
	folder := folderOf(t, "a.md", "hr/b.md")
	link(t, filepath.Join(outside, "secret.md"), filepath.Join(folder, "c.md"))
	link(t, outside, filepath.Join(folder, "d"))
	link(t, "gone.md", filepath.Join(folder, "e.md"))
	link(t, "a.md", filepath.Join(folder, "inside.md"))
	link(t, "hr", filepath.Join(folder, "loop"))
	if got, want := walked(t, Source{Path: folder}), []string{"a.md", "c.md!", "d!", "e.md!", "hr/b.md"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestFileThatBecomesALinkOutIsNotRead(t *testing.T) {
	outside := folderOf(t, "secret.md")
	folder := folderOf(t, "a.md")
	w, err := walkSource(t.Context(), Source{Path: folder})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "a.md")); err != nil {
		t.Fatal(err)
	}
	link(t, filepath.Join(outside, "secret.md"), filepath.Join(folder, "a.md"))
	if data, err := readFile(w.files[0]); err == nil {
		t.Errorf("read %q through a link that leads out", data)
	}
}

func TestSourceMayItselfBeALink(t *testing.T) {
	name := filepath.Join(t.TempDir(), "link")
	link(t, folderOf(t, "a.md"), name)
	if got := walked(t, Source{Path: name}); !slices.Equal(got, []string{"a.md"}) {
		t.Errorf("found %q", got)
	}
}

func TestHugeFileIsNotRead(t *testing.T) {
	folder := folderOf(t, "huge.md")
	if err := os.Truncate(filepath.Join(folder, "huge.md"), 200<<20); err != nil {
		t.Fatal(err)
	}
	w, err := walkSource(t.Context(), Source{Path: folder})
	if err != nil || len(w.files) != 1 || !errors.Is(w.files[0].problem, ErrTooLarge) || !strings.Contains(w.files[0].problem.Error(), "200 MiB") {
		t.Fatalf("found %v (%v)", w.files, err)
	}
	if data, err := readFile(w.files[0]); err != nil || len(data) > MaxBytes+1 { // had it grown since
		t.Errorf("read %d bytes (%v)", len(data), err)
	}
}

func TestFolderThatCannotBeListedIsAHole(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may list every folder")
	}
	folder := folderOf(t, "a.md", "hr/b.md", "lost+found/c.md")
	for _, name := range []string{"hr", "lost+found"} {
		if err := os.Chmod(filepath.Join(folder, name), 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(filepath.Join(folder, name), 0o700) })
	}
	w, err := walkSource(t.Context(), Source{Path: folder, Exclude: []string{"lost+found/**"}})
	if err != nil || len(w.files) != 1 || len(w.holes) != 1 || !w.covers("hr/b.md") {
		t.Errorf("files %v, holes %v (%v)", w.files, w.holes, err)
	}
}

func TestHoleCoversWhatIsInItAlone(t *testing.T) {
	w := walk{holes: []hole{{path: "hr/old"}}}
	for name, want := range map[string]bool{"hr/old/a.md": true, "hr/old/b/c.md": true, "hr/older/a.md": false, "hr/a.md": false} {
		if got := w.covers(name); got != want {
			t.Errorf("%s is covered: %t, want %t", name, got, want)
		}
	}
}

func TestMissingFolderAndBadGlobAreHoles(t *testing.T) {
	for _, source := range []Source{{Path: filepath.Join(t.TempDir(), "gone")}, {Path: folderOf(t, "a.md"), Include: []string{"[a"}}} {
		w, err := walkSource(t.Context(), source)
		if err != nil || len(w.files) != 0 || !w.covers("any/file.md") {
			t.Errorf("files %v, holes %v (%v)", w.files, w.holes, err)
		}
	}
}

func TestWalkEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := walkSource(ctx, Source{Path: folderOf(t, "a.md")}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestFileThatTwoSourcesTakeIsReadUnderNeither(t *testing.T) {
	folder := folderOf(t, "a.md", "hr/b.md", "hr/.private/c.md")
	all := Source{ID: "all", Path: folder, Readers: readBy(access.Everyone)}
	alias := filepath.Join(t.TempDir(), "alias")
	link(t, filepath.Join(folder, "hr"), alias)
	for _, test := range []struct {
		name  string
		other Source
		want  string
	}{
		{"Nested", Source{Path: filepath.Join(folder, "hr")}, "all/a.md all/hr/b.md! hr/b.md!"},
		{"NestedUnderAnotherName", Source{Path: alias}, "all/a.md all/hr/b.md! hr/b.md!"},
		{"Same", Source{Path: folder}, "all/a.md! all/hr/b.md! hr/a.md! hr/hr/b.md!"},
		{"Excluded", Source{Path: filepath.Join(folder, "hr"), Exclude: []string{"b.md"}}, "all/a.md all/hr/b.md"},
		{"Hidden", Source{Path: filepath.Join(folder, "hr/.private")}, "all/a.md all/hr/b.md hr/c.md"},
		{"WhereTheOtherGotStuck", Source{Path: filepath.Join(folder, "hr"), Include: []string{"[b"}}, "all/a.md all/hr/b.md!"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.other.ID = "hr"
			var walks []walk
			for _, s := range []Source{all, test.other} {
				w, err := walkSource(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				walks = append(walks, w)
			}
			settleClaims(walks)
			var got []string
			for _, f := range slices.Concat(walks[0].files, walks[1].files) {
				mark := ""
				if f.problem != nil {
					mark = "!"
				}
				got = append(got, f.source.ID+"/"+f.path+mark)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
