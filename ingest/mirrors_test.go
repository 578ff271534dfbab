package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/ingest/origin"
)

// A shelf is an origin that writes everything anew at each fetch, into the
// folder itself.
type shelf struct {
	name    string
	texts   map[string]string
	err     error
	fetches int
	before  func(ctx context.Context, folder string) // nil for nothing
}

func (s *shelf) String() string { return s.name }

func (s *shelf) Fetch(ctx context.Context, folder string) error {
	s.fetches++
	if err := origin.Empty(folder); err != nil {
		return err
	}
	if s.before != nil {
		s.before(ctx, folder)
	}
	for name, text := range s.texts {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			return err
		}
	}
	return s.err
}

// A fetchingOffice is an office whose one source comes from a shelf.
type fetchingOffice struct {
	*office
	shelf *shelf
}

func newFetchingOffice(t *testing.T, texts map[string]string) fetchingOffice {
	t.Helper()
	o := fetchingOffice{newOffice(t), &shelf{name: "shelf one", texts: texts}}
	o.Mirrors = &Mirrors{Folder: filepath.Join(o.data, "sources"), Clock: o.Clock}
	o.Sources[0].Path, o.Sources[0].Origin, o.Sources[0].Every = o.Mirrors.Path("docs"), o.shelf, time.Hour
	o.folder = o.Sources[0].Path
	return o
}

// fetch fetches what is due and returns how many sources have news.
func (o fetchingOffice) fetch() int {
	o.t.Helper()
	news, err := o.Mirrors.Fetch(o.t.Context(), o.Sources, false)
	if err != nil {
		o.t.Fatal(err)
	}
	return news
}

// later lets time pass.
func (o fetchingOffice) later(d time.Duration) { o.now = o.now.Add(d) }

func (o fetchingOffice) wantProblem(report *Report, says string) {
	o.t.Helper()
	if !slices.ContainsFunc(report.Failed, func(f Finding) bool { return f.Source == "docs" && strings.Contains(f.Reason, says) }) {
		o.t.Errorf("failed %v, want %q", report.Failed, says)
	}
}

func TestFetchedDocumentsAreFound(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "One holiday.", "b/c.md": "Another holiday."})
	if news := o.fetch(); news != 1 {
		t.Errorf("%d have news", news)
	}
	if report := o.run(); report.Indexed != 2 || !report.OK() {
		t.Errorf("%+v", report)
	}
	o.wantFinds("feng", "holiday", "a.md", "b/c.md")
	delete(o.shelf.texts, "a.md")
	o.shelf.texts["b/c.md"] = "Another vacation."
	o.later(time.Hour)
	o.fetch()
	if report := o.run(); report.Indexed != 1 || report.Deleted != 1 {
		t.Errorf("%+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("feng", "vacation", "b/c.md")
}

// However often an origin writes a file, one with the same content is the same
// file to a run, and one with another content never is.
func TestMirrorTellsChangedFilesByTheirContent(t *testing.T) {
	o := newFetchingOffice(t, nil)
	write := func(texts map[string]string) {
		o.shelf.before = func(_ context.Context, folder string) {
			for name, text := range texts {
				path := filepath.Join(folder, name)
				writeFile(t, path, text)
				if err := os.Chtimes(path, spring, spring); err != nil { // as an origin that knows the time of its files
					t.Fatal(err)
				}
			}
		}
		o.later(time.Hour)
		o.fetch()
	}
	write(map[string]string{"same.md": "A holiday.", "other.md": "B holiday."})
	o.run()
	before, err := os.Stat(filepath.Join(o.folder, "same.md"))
	if err != nil {
		t.Fatal(err)
	}
	write(map[string]string{"same.md": "A holiday.", "other.md": "C holiday."}) // as long, and of the same time
	if report := o.run(); report.Indexed != 1 || report.Unchanged != 1 {
		t.Errorf("%+v", report)
	}
	if after, err := os.Stat(filepath.Join(o.folder, "same.md")); err != nil || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the file that has not changed is another one (%v)", err)
	}
	o.later(time.Hour)
	if news := o.fetch(); news != 0 {
		t.Error("a fetch that brought nothing new has news")
	}
	if report := o.run(); report.Unchanged != 2 {
		t.Errorf("%+v", report)
	}
}

func TestFetchThatFailsTakesNothingOut(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday.", "b.md": "B holiday."})
	o.fetch()
	o.run()
	delete(o.shelf.texts, "b.md") // which it did not get to
	o.shelf.err = errors.New("the wiki is away")
	o.later(time.Hour)
	if news := o.fetch(); news != 1 {
		t.Errorf("%d have news", news)
	}
	report := o.run()
	o.wantProblem(report, "fetch shelf one: the wiki is away; what was there on 2026-03-02T09:00:00Z stays")
	o.wantFinds("feng", "holiday", "a.md", "b.md")

	// and rights still count
	o.Sources[0].Readers = readBy("hr")
	o.run()
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "a.md", "b.md")

	o.shelf.err = nil
	o.later(time.Minute)
	o.fetch()
	if report := o.run(); !report.OK() || report.Deleted != 1 {
		t.Errorf("%+v", report)
	}
}

func TestSourceThatWasNeverFetchedSaysSo(t *testing.T) {
	o := newFetchingOffice(t, nil)
	o.shelf.err = errors.New("the wiki is away")
	o.wantProblem(o.run(), "nothing has been fetched yet from shelf one")
	o.fetch()
	o.wantProblem(o.run(), "the wiki is away; nothing is there yet")
}

func TestMissedFilesAreReportedAndTheOthersCount(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.shelf.err = origin.Missed{{Name: "b.md", Err: errors.New("it is refused")}}
	o.fetch()
	report, err := o.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.wantFailed(report, "b.md", "it is refused")
	o.wantFinds("feng", "holiday", "a.md")
	if got := o.Mirrors.Status(o.Sources); len(got) != 1 || got[0].Missed != 1 || got[0].Problem != "" || got[0].Fetched.IsZero() {
		t.Errorf("%+v", got)
	}
}

// An origin that did bring all but some files may not have done so where
// something else went wrong too.
func TestMissedWithAnotherErrorIsAFailure(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.shelf.err = errors.Join(origin.Missed{{Name: "b.md", Err: errors.New("it is refused")}}, errors.New("the disk is full"))
	o.fetch()
	o.wantProblem(o.run(), "the disk is full")
	o.wantFinds("feng", "holiday")
}

// Without its rules more people would read a document.
func TestP1_RulesThatCannotBeFetchedKeepAllOut(t *testing.T) {
	rules := map[string]string{"secret/readers.yaml": "readers: [hr]\n", "secret/a.md": "A holiday."}
	o := newFetchingOffice(t, rules)
	o.fetch()
	o.run()
	o.wantFinds("feng", "holiday")
	for name, fault := range map[string]func(){
		"Missed": func() {
			o.shelf.err = origin.Missed{{Name: "secret/readers.yaml", Err: errors.New("it is refused")}}
		},
		"ALink": func() {
			o.shelf.err = nil
			o.shelf.before = func(_ context.Context, folder string) {
				writeFile(t, filepath.Join(folder, "rules.txt"), "readers: [hr]\n")
				if err := errors.Join(os.Mkdir(filepath.Join(folder, "secret"), 0o700), os.Symlink("../rules.txt", filepath.Join(folder, "secret", "readers.yaml"))); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o.shelf.texts = map[string]string{"secret/a.md": "A holiday, as it is now."}
			fault()
			o.later(24 * time.Hour)
			o.fetch()
			o.wantProblem(o.run(), "secret/readers.yaml says who may read")
			o.wantFinds("feng", "holiday")
			o.wantFinds("hanna", "holiday", "secret/a.md")
		})
	}
}

func TestLinksHiddenFilesAndDevicesAreNotMirrored(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday.", ".hidden/b.md": "B holiday.", ".c.md": "C holiday."})
	outside := filepath.Join(t.TempDir(), "d.md")
	writeFile(t, outside, "D holiday.")
	o.shelf.before = func(_ context.Context, folder string) {
		if err := errors.Join(os.Symlink(outside, filepath.Join(folder, "d.md")), os.Symlink(filepath.Dir(outside), filepath.Join(folder, "e"))); err != nil {
			t.Fatal(err)
		}
	}
	o.fetch()
	report, err := o.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.wantProblem(report, "links are not followed")
	o.wantFinds("feng", "holiday", "a.md")
}

// The documents of one origin are not those of another, whoever reads these.
func TestP1_MirrorOfAnotherOriginIsNotTaken(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.Sources[0].Readers = readBy("hr")
	o.fetch()
	o.run()
	other := &shelf{name: "shelf two", texts: map[string]string{"b.md": "B holiday."}, err: errors.New("away")}
	o.Sources[0].Origin, o.Sources[0].Readers = other, readBy(access.Everyone)
	o.fetch()
	if other.fetches != 1 {
		t.Error("the new origin was not asked at once")
	}
	o.run()
	o.wantFinds("feng", "holiday")
	if _, err := os.Stat(o.folder); err == nil {
		t.Error("the mirror of the old origin is still there")
	}
	other.err = nil
	o.later(time.Hour)
	o.fetch()
	o.run()
	o.wantFinds("feng", "holiday", "b.md")
}

func TestMirrorsOfRemovedSourcesAreDeleted(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.fetch()
	o.run()
	o.Sources = []Source{{ID: "docs", Path: t.TempDir(), Readers: readBy(access.Everyone)}}
	o.run()
	if entries, err := os.ReadDir(o.Mirrors.Folder); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestFoldersThatNoFetchMadeStay(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	others := filepath.Join(o.Mirrors.Folder, "others", "b.md")
	own := filepath.Join(o.folder, "c.md")
	writeFile(t, others, "B holiday.")
	writeFile(t, own, "C holiday.")
	o.fetch()
	report, err := o.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.wantProblem(report, "something else is there")
	for _, name := range []string{others, own} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	o.wantFinds("feng", "holiday")
}

func TestSourceWithAGlobThatIsNoneIsNotFetched(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.Sources[0].Include = []string{"[a.md"}
	o.fetch()
	o.wantProblem(o.run(), "is not a glob")
	if o.shelf.fetches != 0 {
		t.Error("it was fetched")
	}
}

func TestSourcesAreFetchedBySchedule(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	step := func(after time.Duration, want int, why string) {
		t.Helper()
		o.later(after)
		if o.fetch(); o.shelf.fetches != want {
			t.Errorf("%s: %d fetches, want %d", why, o.shelf.fetches, want)
		}
	}
	step(0, 1, "at once")
	o.run()
	step(59*time.Minute, 1, "before its time")
	if next := o.Mirrors.Status(o.Sources)[0].Next; !next.Equal(spring.Add(time.Hour)) {
		t.Errorf("the next is at %v", next)
	}
	step(time.Minute, 2, "at its time")
	o.shelf.err = errors.New("away")
	step(time.Hour, 3, "and again")
	step(30*time.Second, 3, "not at once after a failure")
	step(30*time.Second, 4, "a minute after a failure")
	step(time.Minute, 4, "longer after the second one")
	step(3*time.Minute, 5, "four minutes after the second one")
	o.shelf.err = nil
	step(16*time.Minute, 6, "and after the third")
	o.Sources[0].Include = []string{"*.md"}
	step(0, 7, "at once where other files are taken")
	step(-2*time.Hour, 8, "where the clock was put back")
	if err := os.RemoveAll(o.Mirrors.Folder); err != nil {
		t.Fatal(err)
	}
	step(0, 9, "where the mirror is gone")
	if _, err := o.Mirrors.Fetch(t.Context(), o.Sources, true); err != nil || o.shelf.fetches != 10 {
		t.Errorf("%d fetches where it was asked for (%v)", o.shelf.fetches, err)
	}
}

func TestFetchHasATimeLimit(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.Sources[0].Timeout = time.Nanosecond
	o.shelf.before = func(ctx context.Context, _ string) { <-ctx.Done() }
	o.fetch()
	o.wantProblem(o.run(), "it took longer than 1ns")
}

func TestFetchThatIsBrokenOffIsNoFault(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	ctx, cancel := context.WithCancel(t.Context())
	o.shelf.before = func(context.Context, string) { cancel() }
	if _, err := o.Mirrors.Fetch(ctx, o.Sources, false); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got := o.Mirrors.Status(o.Sources)[0]; got.Problem != "" || !got.Next.Equal(spring) {
		t.Errorf("%+v, want one that is due", got)
	}
}

func TestOneFetchesASourceAtATimeAndARunWaitsForNone(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.fetch()
	o.run()
	o.later(time.Hour)
	o.shelf.texts["a.md"] = "A vacation."
	inside := 0
	o.shelf.before = func(context.Context, string) {
		if inside++; inside > 1 {
			t.Fatal("two at a time")
		}
		if news := o.fetch(); news != 0 {
			t.Error("it was fetched twice")
		}
		o.run()
		o.wantFinds("feng", "holiday", "a.md")
	}
	o.fetch()
	o.run()
	o.wantFinds("feng", "vacation", "a.md")
}

// A run finds a whole mirror wherever the one before was killed, or the fetch.
func TestP7_KilledBetweenTwoStepsLeavesAWholeMirror(t *testing.T) {
	for _, c := range []struct {
		name string
		kill func(m mirror) error // what the killed one left
		want []string
	}{
		{"WhileStaging", func(m mirror) error {
			return errors.Join(os.Rename(m.ready, m.next), os.Remove(filepath.Join(m.next, "new.md")), os.Remove(filepath.Join(m.next, originFile)))
		}, []string{"a.md", "b.md"}},
		{"BeforeItIsReady", func(m mirror) error { return os.Rename(m.ready, m.next) }, []string{"a.md", "b.md"}},
		{"BeforeItIsPutInPlace", func(mirror) error { return nil }, []string{"a.md", "new.md"}},
		{"BetweenTheTwoRenames", func(m mirror) error { return os.Rename(m.folder, m.old) }, []string{"a.md", "new.md"}},
		{"WhileRemovingTheOld", func(m mirror) error {
			return errors.Join(os.Rename(m.folder, m.old), os.Rename(m.ready, m.folder), os.Remove(filepath.Join(m.old, "a.md")))
		}, []string{"a.md", "new.md"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newFetchingOffice(t, map[string]string{"a.md": "A holiday.", "b.md": "B holiday."})
			o.fetch()
			o.run()
			delete(o.shelf.texts, "b.md")
			o.shelf.texts["new.md"] = "New holiday."
			o.later(time.Hour)
			o.fetch()
			if err := c.kill(o.Mirrors.of("docs")); err != nil {
				t.Fatal(err)
			}
			o.run()
			o.wantFinds("feng", "holiday", c.want...)
			o.later(time.Hour)
			o.fetch()
			o.run()
			o.wantFinds("feng", "holiday", "a.md", "new.md")
		})
	}
}

func TestDryRunFetchesNothingAndSaysSo(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.fetch()
	o.run()
	o.later(time.Hour)
	report, err := o.Plan(t.Context())
	if err != nil || report.Unchanged != 1 || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0].Reason, "a dry run fetches nothing") {
		t.Errorf("%+v, %v", report, err)
	}
	if o.shelf.fetches != 1 {
		t.Error("it fetched")
	}
}

func TestDryRunSaysWhatWaitsForTheNextRun(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.fetch()
	o.run()
	o.shelf.texts["b.md"] = "B holiday."
	o.later(time.Hour)
	o.fetch()
	report, err := o.Plan(t.Context())
	if err != nil || report.Unchanged != 1 || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0].Reason, "fetched from shelf one waits for the next run") {
		t.Errorf("%+v, %v", report, err)
	}
	if report := o.run(); report.New != 1 {
		t.Errorf("%+v", report)
	}
}

func TestOnlyWhatIsReadIsWanted(t *testing.T) {
	s := Source{Include: []string{"docs/**"}, Exclude: []string{"docs/old/**"}}
	for _, c := range []struct {
		name    string
		size    int64
		want    bool
		problem bool
	}{
		{"docs/a.md", 1, true, false}, {"docs/a.zip", 1, true, false}, {"docs/film.mp4", 1, false, false}, {"other/a.md", 1, false, false},
		{"docs/old/a.md", 1, false, false}, {"docs/a.md", MaxBytes + 1, true, true}, {"docs/film.mp4", MaxBytes + 1, false, false},
		{"other/readers.yaml", 1, true, false}, {"docs/a.md.readers.yaml", 1, true, false},
	} {
		if wanted, problem := s.Wants(c.name, c.size); wanted != c.want || (problem != nil) != c.problem {
			t.Errorf("%s of %d bytes: %v, %v", c.name, c.size, wanted, problem)
		}
	}
}

// Nobody is asked again and again by one who forgets that he has asked.
func TestOriginIsNotAskedWhereThatCannotBeWrittenDown(t *testing.T) {
	o := newFetchingOffice(t, map[string]string{"a.md": "A holiday."})
	o.fetch()
	inTheWay := o.Mirrors.of("docs").record + ".part" // as a full disk
	block := func() {
		if err := os.MkdirAll(inTheWay, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	try := func(after time.Duration, want int) {
		t.Helper()
		o.later(after)
		if _, err := o.Mirrors.Fetch(t.Context(), o.Sources, false); err == nil || o.shelf.fetches != want {
			t.Errorf("%d fetches, want %d, error %v", o.shelf.fetches, want, err)
		}
	}
	block()
	try(time.Hour, 1)
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	o.shelf.before = func(context.Context, string) { block() }
	try(time.Second, 2) // it is full only when the fetch ends
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	o.shelf.before = nil
	o.later(time.Second)
	if o.fetch(); o.shelf.fetches != 2 {
		t.Error("it is asked again at once")
	}
	o.later(time.Minute)
	if o.fetch(); o.shelf.fetches != 3 {
		t.Error("it is never asked again")
	}
}
