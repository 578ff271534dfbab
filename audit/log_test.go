package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestP9_LinesComeInTheOrderOfTheirEnds(t *testing.T) {
	b := newBook(t, 1000)
	var all sync.WaitGroup
	for who := range 8 {
		all.Go(func() {
			for n := range 20 {
				if err := b.Append(t.Context(), Entry{By: By{Door: API, Person: strconv.Itoa(who)}, Event: DocumentOpened{Document: strconv.Itoa(n)}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	next := map[string]int{}
	if _, err := Each(b.folder, []*Key{b.key}, func(l Line) error {
		if e, ok := Decode[DocumentOpened](l); ok && l.By.Door == API {
			if e.Document != strconv.Itoa(next[l.By.Person]) {
				t.Errorf("of %s came %s, want %d", l.By.Person, e.Document, next[l.By.Person])
			}
			next[l.By.Person]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if report := b.sound(); report.Lines != 2+160 {
		t.Errorf("%d lines, want 162", report.Lines)
	}
}

func TestP9_AQuestionIsKeptAsAHashUnlessItsTextIsWished(t *testing.T) {
	b := newBook(t, 10)
	ask := Entry{By: By{Door: Browser}, Question: " How much is Mei paid? ", Event: SourcesSent{}}
	if err := b.Append(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	b.reopen(Config{Text: true})
	if err := b.Append(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	var kept []Question
	if _, err := Each(b.folder, []*Key{b.key}, func(l Line) error {
		if l.Question != nil {
			kept = append(kept, *l.Question)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []Question{{Hash: b.key.Conceal("How much is Mei paid?")}, {Text: ask.Question}}
	if !slices.Equal(kept, want) {
		t.Errorf("kept %+v, want %+v", kept, want)
	}
	if b.key.Conceal("yes") == testKey(t, "two").Conceal("yes") {
		t.Error("the hash of a short question is the same with another key, and so can be guessed")
	}
}

func TestP9_AClockThatIsSetBackIsToldAndBreaksNothing(t *testing.T) {
	b := newBook(t, 5).add(3)
	b.clock = b.clock.Add(-48 * time.Hour)
	b.add(4)
	b.clock = b.clock.Add(96 * time.Hour)
	report := b.add(4).sound()
	if !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.HasPrefix(n, "the clock was set back before line 6") }) {
		t.Errorf("notes %v do not tell", report.Notes)
	}
}

func TestP9_WhatIsRemovedForItsAgeLeavesABeginningThatIsShown(t *testing.T) {
	b := newBook(t, 10).add(38)
	removed, err := b.Expire(t.Context(), b.clock.Add(-15*time.Second))
	if err != nil || removed != 20 {
		t.Fatalf("removed %d, %v, want the 20 lines of two files", removed, err)
	}
	b.clock = b.clock.Add(time.Second)
	report := b.add(3).sound()
	if report.First != 21 || !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.HasPrefix(n, "lines 1 to 20 were removed for their age") }) {
		t.Errorf("%+v does not begin with 21 and say why", report)
	}
	os.Remove(b.files()[0]) // and what somebody else removes is found
	if faults := b.verify().Faults; len(faults) != 1 || faults[0].Kind != Missing || faults[0].From != 1 || faults[0].To != 30 {
		t.Errorf("faults %v, want lines 1 to 30 missing", faults)
	}
}

func TestP9_WhatWasTamperedWithIsNotRemovedForItsAge(t *testing.T) {
	b := newBook(t, 10).add(28)
	b.change(b.files()[0], func(l [][]byte) [][]byte { return l[:9] })
	if removed, err := b.Expire(t.Context(), b.clock); err == nil || removed != 0 || len(b.files()) != 3 {
		t.Errorf("removed %d lines, %v; %d files are left", removed, err, len(b.files()))
	}
}

func TestP9_AnAuditWhoseKeyIsLostGetsNoOther(t *testing.T) {
	b := newBook(t, 10)
	file := filepath.Join(t.TempDir(), "key")
	if _, err := KeyFor(file, b.folder); !errors.Is(err, ErrKeyLost) {
		t.Errorf("error %v, want ErrKeyLost", err)
	}
	made, err := KeyFor(file, filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := KeyFor(file, b.folder)
	if err != nil || again.ID != made.ID {
		t.Errorf("key %v, %v, want the one that was made", again, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file has mode %v, %v", info.Mode(), err)
	}
}

// child names the folder that a child process appends to, and how.
const child = "AUDIT_TEST_CHILD"

// TestChildAppends is the process that gets killed or runs out of room, and no
// test of its own.
func TestChildAppends(t *testing.T) {
	how, folder, ok := strings.Cut(os.Getenv(child), ":")
	if !ok {
		t.Skip("other tests run it")
	}
	log, err := Open(Config{Folder: folder, Key: testKey(t, "one"), Segment: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for who := range 4 {
		all.Go(func() {
			for n := 0; how != "full" || n < 200; n++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), who, n)
				err := log.Append(context.Background(), Entry{By: By{Door: API}, Event: DocumentOpened{Document: name}})
				if err != nil {
					fmt.Println("not", name)
					continue
				}
				fmt.Println("yes", name) // the acknowledgement
			}
		})
	}
	if how == "full" {
		all.Go(func() { roomComesAndGoes(t) })
	}
	all.Wait()
}

// roomComesAndGoes lets the files of this process be no longer than some bytes,
// so that writes end in the middle, and then longer again.
func roomComesAndGoes(t *testing.T) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Error(err)
	}
	for n := range 50 {
		limit := before
		if n%2 == 0 {
			limit.Cur = uint64(700 + 377*n)
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)
}

// startChild starts a process that appends. lines are what it says.
func startChild(t *testing.T, how, folder string) (process *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildAppends$")
	c.Env = append(os.Environ(), child+"="+how+":"+folder)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

// Three processes write one chain, and each is killed in the middle of it.
func TestP9_NoAcknowledgedLineIsLostByAKill(t *testing.T) {
	b := newBook(t, 1000)
	acknowledged := map[string]bool{}
	for round := range 5 {
		var mu sync.Mutex
		var all sync.WaitGroup
		for who := range 3 {
			process, lines := startChild(t, "kill", b.folder)
			all.Go(func() {
				for n := 0; lines.Scan(); n++ {
					if name, ok := strings.CutPrefix(lines.Text(), "yes "); ok {
						mu.Lock()
						acknowledged[name] = true
						mu.Unlock()
					}
					if n == 20+10*who+3*round {
						_ = process.Process.Kill()
					}
				}
				_ = process.Wait() // it was killed
			})
		}
		all.Wait()
		b.sound() // before anybody has gone on, too
	}
	b.clock = time.Now()
	b.reopen(Config{})
	b.add(1)
	report := b.sound()
	for _, e := range events[DocumentOpened](b) {
		delete(acknowledged, e.Document)
	}
	if len(acknowledged) > 0 {
		t.Errorf("%d lines were acknowledged and are not there", len(acknowledged))
	}
	if report.Lines < 15*20 || report.Files < 2 {
		t.Errorf("%d lines in %d files; the processes have hardly written", report.Lines, report.Files)
	}
}

// A half line at the end is what a kill leaves at worst. Every length of one is
// told as that, before and after the audit goes on.
func TestP9_AHalfLineIsSetAsideAndNoTampering(t *testing.T) {
	b := newBook(t, 100).add(3)
	head := b.get(filepath.Join(b.folder, headName))
	whole := b.get(b.files()[0])
	b.add(1)
	next := b.get(b.files()[0])[len(whole):]
	for size := 1; size < len(next); size += 7 {
		b.put(b.files()[0], slices.Concat(whole, next[:size]))
		b.put(filepath.Join(b.folder, headName), head)
		if report := b.sound(); len(report.Notes) != 1 || !strings.Contains(report.Notes[0], "half a line of "+strconv.Itoa(size)+" bytes") {
			t.Fatalf("%d bytes: notes %v", size, report.Notes)
		}
		b.add(1)
		if report := b.sound(); report.Last != 7 || !strings.Contains(report.Notes[0], "are of a process that was ended while it wrote") {
			t.Fatalf("%d bytes: %+v", size, report)
		}
	}
	if n := len(events[Torn](b)); n != 1 {
		t.Errorf("%d lines say that something was set aside, want 1", n)
	}
}

func TestP9_AFullDiskLosesNothingThatWasAcknowledged(t *testing.T) {
	b := newBook(t, 1000)
	process, lines := startChild(t, "full", b.folder)
	acknowledged, refused := map[string]bool{}, map[string]bool{}
	for lines.Scan() {
		word, name, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "yes":
			acknowledged[name] = true
		case "not":
			refused[name] = true
		}
	}
	if err := process.Wait(); err != nil {
		t.Fatal(err)
	}
	b.clock = time.Now()
	b.reopen(Config{})
	b.add(1).sound()
	for _, e := range events[DocumentOpened](b) {
		delete(acknowledged, e.Document)
	}
	if len(acknowledged) > 0 || len(refused) == 0 {
		t.Errorf("%d acknowledged lines are lost; %d were refused", len(acknowledged), len(refused))
	}
}

// A broken is a log that cannot be written.
type broken struct {
	*Log
	broken bool
}

var errFull = errors.New("no space left on device")

func (b *broken) Append(ctx context.Context, entries ...Entry) error {
	if b.broken {
		return errFull
	}
	return b.Log.Append(ctx, entries...)
}

func TestP9_WhatCouldNotBeWrittenIsCounted(t *testing.T) {
	b := newBook(t, 100)
	log := &broken{b.Log, true}
	o := NewOptional(log, slog.New(slog.DiscardHandler))
	for range 3 {
		if err := o.Append(t.Context(), opened(1)); err != nil {
			t.Errorf("an optional audit fails: %v", err)
		}
	}
	log.broken = false
	for range 2 {
		if err := o.Append(t.Context(), opened(2)); err != nil {
			t.Fatal(err)
		}
	}
	if lost := events[LinesLost](b); len(lost) != 1 || lost[0].Lines != 3 || lost[0].Since.IsZero() {
		t.Errorf("lost %+v, want one line that counts 3", lost)
	}
}

// sixSources is the line of an answer with six sources.
func sixSources() Entry {
	scope := Scope{Departments: []string{"hr", "everyone"}, Clearances: []string{"internal"}, Key: strings.Repeat("k", 24)}
	e := SourcesSent{Answer: Answer{Answer: strings.Repeat("a", 26), Conversation: strings.Repeat("c", 26), Scope: &scope}}
	for n := range 6 {
		e.Sources = append(e.Sources, Passage{N: n + 1, Passage: strings.Repeat("p", 36), Document: strings.Repeat("d", 26), Version: strings.Repeat("v", 32)})
	}
	by := By{Door: Browser, Person: "mei", SignIn: "password", Session: "0123456789ab"}
	return Entry{By: by, Question: "How many days of leave are there?", Event: e}
}

func BenchmarkVerify(b *testing.B) {
	book := newBook(b, 1<<20)
	entries := make([]Entry, 100_000)
	for i := range entries {
		entries[i] = sixSources()
	}
	if err := book.Append(b.Context(), entries...); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		book.t = b
		book.sound()
	}
	b.ReportMetric(float64(len(entries))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	info, err := os.Stat(book.files()[0])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(len(entries)), "B/line")
}

func BenchmarkAppend(b *testing.B) {
	for _, askers := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(askers), func(b *testing.B) {
			book, entry := newBook(b, 1<<20), sixSources()
			b.SetParallelism(max(1, askers/2))
			b.ResetTimer()
			if askers == 1 {
				for b.Loop() {
					if err := book.Append(b.Context(), entry); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := book.Append(b.Context(), entry); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
