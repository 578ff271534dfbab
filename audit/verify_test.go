package audit

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The books of these tests have 30 lines in files of 10, the last of which is
// begun: line 1 says that the audit began.
func TestP9_WhatIsDoneToTheAuditIsFoundAndPlaced(t *testing.T) {
	swap := func(lines [][]byte, i, j int) [][]byte { lines[i], lines[j] = lines[j], lines[i]; return lines }
	for _, c := range []struct {
		name   string
		tamper func(b *book, files []string)
		want   []Fault // without words and, where it is not given, without the file's line
	}{
		{"nothing", func(*book, []string) {}, nil},
		{"EditALine", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { l[2] = bytes.Replace(l[2], []byte("mei"), []byte("bob"), 1); return l })
		}, []Fault{{Kind: Edited, From: 13, To: 13, File: "000000000011.jsonl", Line: 3}}},
		{"EditTheLastLine", func(b *book, files []string) {
			b.change(files[2], func(l [][]byte) [][]byte {
				l[9] = bytes.Replace(l[9], []byte("mei"), []byte("bob"), 1)
				return l
			})
		}, []Fault{{Kind: Edited, From: 30, To: 30, File: "000000000021.jsonl", Line: 10}}},
		{"EditTheFirstLine", func(b *book, files []string) {
			b.change(files[0], func(l [][]byte) [][]byte {
				l[0] = bytes.Replace(l[0], []byte("2030"), []byte("2029"), 1)
				return l
			})
		}, []Fault{{Kind: Edited, From: 1, To: 1, File: "000000000001.jsonl", Line: 1}}},
		{"MakeALineUnreadable", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { l[2] = []byte("#\n"); return l })
		}, []Fault{{Kind: Edited, From: 13, To: 13, File: "000000000011.jsonl", Line: 3}}},
		{"EditTwoLinesApart", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { l[2], l[5] = []byte("{}\n"), []byte("\n"); return l })
		}, []Fault{{Kind: Edited, From: 13, To: 13, Line: 3}, {Kind: Edited, From: 16, To: 16, Line: 6}}},
		{"DeleteALine", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { return slices.Delete(l, 4, 5) })
		}, []Fault{{Kind: Missing, From: 15, To: 15, File: "000000000011.jsonl", Line: 5}}},
		{"EditALineAndDeleteTheOneBefore", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte {
				l[5] = bytes.Replace(l[5], []byte("mei"), []byte("bob"), 1)
				return slices.Delete(l, 4, 5)
			})
		}, []Fault{{Kind: Missing, From: 15, To: 15}, {Kind: Edited, From: 16, To: 16, Line: 5}}},
		{"InsertALine", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte {
				return slices.Insert(l, 4, bytes.Replace(l[4], []byte("mei"), []byte("bob"), 1))
			})
		}, []Fault{{Kind: Inserted, File: "000000000011.jsonl", Line: 5}}},
		{"InsertACopyOfALine", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { return slices.Insert(l, 8, l[4]) })
		}, []Fault{{Kind: Repeated, From: 15, To: 15, File: "000000000011.jsonl", Line: 9}}},
		{"AppendALine", func(b *book, files []string) {
			b.change(files[2], func(l [][]byte) [][]byte { return append(l, []byte("\n{\"seq\":31}\n")) })
		}, []Fault{{Kind: Inserted, File: "000000000021.jsonl", Line: 11}}},
		{"InsertALineOfAnotherKey", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { return slices.Insert(l, 4, foreign(b, l[3])) })
		}, []Fault{{Kind: Inserted, File: "000000000011.jsonl", Line: 5}}},
		{"SwapTwoLines", func(b *book, files []string) {
			b.change(files[1], func(l [][]byte) [][]byte { return swap(l, 3, 6) })
		}, []Fault{{Kind: Disorder, From: 14, To: 14, Line: 7}, {Kind: Disorder, From: 15, To: 16, Line: 5}}},
		{"CutTheBeginning", func(_ *book, files []string) { os.Remove(files[0]) },
			[]Fault{{Kind: Missing, From: 1, To: 10, File: "000000000011.jsonl", Line: 1}}},
		{"CutTheBeginningOfTheFirstFile", func(b *book, files []string) {
			b.change(files[0], func(l [][]byte) [][]byte { return l[3:] })
		}, []Fault{{Kind: Missing, From: 1, To: 3, File: "000000000001.jsonl", Line: 1}, {Kind: WrongFile, From: 4, To: 4}}},
		{"CutTheMiddle", func(_ *book, files []string) { os.Remove(files[1]) },
			[]Fault{{Kind: Missing, From: 11, To: 20, File: "000000000021.jsonl", Line: 1}}},
		{"CutTheEnd", func(b *book, files []string) {
			b.change(files[2], func(l [][]byte) [][]byte { return l[:6] })
		}, []Fault{{Kind: Missing, From: 27, To: 30, File: "000000000021.jsonl"}}},
		{"CutTheEndInTheMiddleOfALine", func(b *book, files []string) {
			data := b.get(files[2])
			b.put(files[2], data[:len(data)-20])
		}, []Fault{{Kind: Missing, From: 30, To: 30}}},
		{"CutTheLastFile", func(_ *book, files []string) { os.Remove(files[2]) },
			[]Fault{{Kind: Missing, From: 21, To: 30}}},
		{"CutEverything", func(_ *book, files []string) {
			for _, f := range files {
				os.Remove(f)
			}
		}, []Fault{{Kind: Missing, From: 1, To: 30}}},
		{"SwapTwoFiles", func(b *book, files []string) {
			one, two := b.get(files[0]), b.get(files[1])
			b.put(files[0], two)
			b.put(files[1], one)
		}, []Fault{
			{Kind: WrongFile, From: 1, To: 1, File: "000000000011.jsonl"}, {Kind: Disorder, From: 1, To: 10, File: "000000000011.jsonl", Line: 1},
			{Kind: WrongFile, From: 11, To: 11, File: "000000000001.jsonl"},
		}},
		{"PutAnOldFileInThePlaceOfANewOne", func(b *book, files []string) { b.put(files[1], b.get(files[0])) },
			[]Fault{{Kind: WrongFile, From: 1, To: 1}, {Kind: Repeated, From: 1, To: 10, File: "000000000011.jsonl", Line: 1}, {Kind: Missing, From: 11, To: 20}}},
		{"AddAnOldFile", func(b *book, files []string) {
			b.put(filepath.Join(b.folder, segmentName(31)), b.get(files[0]))
		}, []Fault{{Kind: WrongFile, From: 1, To: 1}, {Kind: Repeated, From: 1, To: 10, File: "000000000031.jsonl", Line: 1}}},
		{"RemoveTheHead", func(b *book, _ []string) { os.Remove(filepath.Join(b.folder, headName)) },
			[]Fault{{Kind: NoHead, File: "head"}}},
		{"EditTheHead", func(b *book, files []string) {
			path := filepath.Join(b.folder, headName)
			b.put(path, bytes.Replace(b.get(path), []byte(`"seq":30`), []byte(`"seq":26`), 1))
			b.change(files[2], func(l [][]byte) [][]byte { return l[:6] })
		}, []Fault{{Kind: EditedHead, File: "head"}}},
		{"AnotherHistoryWithTheKey", func(b *book, files []string) {
			head := b.get(filepath.Join(b.folder, headName))
			b.change(files[2], func(l [][]byte) [][]byte { return l[:6] })
			b.put(filepath.Join(b.folder, headName), append(sealed(b, files[2]), '\n'))
			b.add(4)
			b.put(filepath.Join(b.folder, headName), head)
		}, []Fault{{Kind: OtherHead, From: 30, To: 30}}},
		{"TwoHistoriesJoined", func(b *book, files []string) {
			head := filepath.Join(b.folder, headName)
			one := bytes.SplitAfter(b.get(files[2]), []byte("\n"))
			b.change(files[2], func(l [][]byte) [][]byte { return l[:6] })
			b.put(head, append(sealed(b, files[2]), '\n'))
			b.add(4)
			b.change(files[2], func(l [][]byte) [][]byte { return slices.Concat(one[:8], l[8:]) })
		}, []Fault{{Kind: Forked, From: 29, To: 29, File: "000000000021.jsonl", Line: 9}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t, 10).add(28)
			b.sound()
			files := b.files()
			if len(files) != 3 {
				t.Fatalf("the book has %d files, want 3", len(files))
			}
			c.tamper(b, files)
			got := b.verify().Faults
			if len(got) != len(c.want) {
				t.Fatalf("faults %v, want %v", got, c.want)
			}
			for i, want := range c.want {
				if f := got[i]; f.Kind != want.Kind || f.From != want.From || f.To != want.To || want.File != "" && f.File != want.File || want.Line != 0 && f.Line != want.Line {
					t.Errorf("fault %d is %+v, want %+v", i, f, want)
				}
			}
		})
	}
}

// foreign returns a line that follows another and is made with another key.
func foreign(b *book, before []byte) []byte {
	b.t.Helper()
	l, err := ringOf(b.key).read(bytes.TrimSuffix(before, []byte("\n")))
	if err != nil {
		b.t.Fatal(err)
	}
	other := testKey(b.t, "two")
	l.Seq, l.Before, l.Key, l.Code = l.Seq+1, hashOf(bytes.TrimSuffix(before, []byte("\n"))), other.ID, ""
	data, err := other.seal(l)
	if err != nil {
		b.t.Fatal(err)
	}
	return append(data, '\n')
}

// sealed returns the head of a chain that was cut to the lines of a file.
func sealed(b *book, file string) []byte {
	b.t.Helper()
	lines := bytes.Split(bytes.TrimSpace(b.get(file)), []byte("\n"))
	l, err := ringOf(b.key).read(lines[len(lines)-1])
	if err != nil {
		b.t.Fatal(err)
	}
	data, err := b.key.seal(head{Seq: l.Seq, Hash: hashOf(lines[len(lines)-1]), Segment: 21, End: int64(len(b.get(file))), Began: b.clock, Key: b.key.ID})
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

// Whoever cuts the end and has an old head to put beside it is found by a head
// that was kept elsewhere alone.
func TestP9_AHeadKeptElsewhereFindsAnAuditThatWasSetBack(t *testing.T) {
	b := newBook(t, 100).add(8)
	path := b.files()[0]
	lines, old := b.get(path), b.get(filepath.Join(b.folder, headName))
	b.add(10)
	kept := b.sound()
	b.put(path, lines)
	b.put(filepath.Join(b.folder, headName), old)
	b.sound() // which is why heads are kept elsewhere

	report := b.verify(Head{kept.Last, kept.Hash})
	if len(report.Faults) != 1 || report.Faults[0].Kind != OtherHead || report.Faults[0].From != 20 {
		t.Errorf("faults %v, want that line 20 is not there", report.Faults)
	}
	b.add(10)
	report = b.verify(Head{kept.Last, kept.Hash})
	if len(report.Faults) != 1 || report.Faults[0].Kind != OtherHead || report.Faults[0].From != 20 {
		t.Errorf("faults %v, want that line 20 is another one", report.Faults)
	}
}

func TestP9_AHeadThatIsRightIsAttested(t *testing.T) {
	b := newBook(t, 10).add(8)
	noted := b.sound()
	report := b.add(20).verify(Head{noted.Last, noted.Hash})
	if len(report.Faults) > 0 || !slices.Equal(report.Attested, []uint64{10}) {
		t.Errorf("%+v, want line 10 attested and no fault", report)
	}
}

func TestP9_AnotherKeyIsFoundAndPlaced(t *testing.T) {
	b := newBook(t, 10).add(8)
	other := testKey(t, "two")
	b.reopen(Config{Key: other})
	b.add(5)
	first := b.key
	b.key = other
	report := b.verify()
	if len(report.Faults) != 1 || report.Faults[0].Kind != OtherKey || report.Faults[0].From != 1 || report.Faults[0].To != 10 {
		t.Errorf("with the new key: faults %v, want lines 1 to 10", report.Faults)
	}
	report, err := Verify(b.folder, []*Key{first, other}, nil)
	if err != nil || len(report.Faults) > 0 || len(report.Keys) != 2 {
		t.Errorf("with both keys: %+v, %v", report, err)
	}
	if !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.HasPrefix(n, "from line 11 on the key is "+other.ID) }) {
		t.Errorf("notes %v do not say where the key changed", report.Notes)
	}
}

// What Bureau meets when it writes is told from then on, though it goes on.
func TestP9_GoingOnHidesNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(b *book, file string)
		want   []FaultKind
	}{
		{"TheEndWasCut", func(b *book, file string) {
			b.change(file, func(l [][]byte) [][]byte { return l[:6] })
		}, []FaultKind{Missing, Found}},
		{"TheFileIsGone", func(_ *book, file string) { os.Remove(file) }, []FaultKind{Missing, Found}},
		{"TheHeadIsGone", func(b *book, _ string) { os.Remove(filepath.Join(b.folder, headName)) }, []FaultKind{Found}},
		{"TheHeadWasEdited", func(b *book, _ string) { b.put(filepath.Join(b.folder, headName), []byte("{}")) }, []FaultKind{Found}},
		{"TheLastLineWasEdited", func(b *book, file string) {
			b.change(file, func(l [][]byte) [][]byte { l[9] = bytes.Replace(l[9], []byte("mei"), []byte("bob"), 1); return l })
		}, []FaultKind{Edited}},
		{"TheFolderAndNotTheHead", func(_ *book, file string) { os.Remove(file) }, []FaultKind{Missing, Found}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t, 100).add(8)
			c.tamper(b, b.files()[0])
			report := b.add(5).verify()
			var kinds []FaultKind
			for _, f := range report.Faults {
				kinds = append(kinds, f.Kind)
			}
			if !slices.Equal(kinds, c.want) {
				t.Errorf("faults %v, want %v", report.Faults, c.want)
			}
			if n := len(events[DocumentOpened](b)); n < 5 {
				t.Errorf("%d lines, want the 5 that were written afterwards", n)
			}
		})
	}
}

// Only what a line declares is set aside, byte for byte.
func TestP9_WhatWasSetAsideCannotBeOtherThanItWas(t *testing.T) {
	b := newBook(t, 100).add(3)
	file := b.files()[0]
	whole := b.get(file)
	b.put(file, slices.Concat(whole, []byte(`{"seq":6,"half a line`)))
	b.add(2).sound()
	b.put(file, bytes.Replace(b.get(file), []byte("half a line"), []byte("half a lime"), 1))
	if faults := b.verify().Faults; len(faults) != 1 || faults[0].Kind != Inserted || faults[0].Line != 6 {
		t.Errorf("faults %v, want that line 6 of the file was not written by Bureau", faults)
	}
}

func FuzzVerify(f *testing.F) {
	b := newBook(f, 10).add(18)
	file := b.files()[0]
	sound := b.get(file)
	f.Add(sound)
	f.Add(sound[:len(sound)/2])
	f.Add([]byte("{}\n\n\x00"))
	f.Add(bytes.ReplaceAll(sound, []byte("mei"), []byte("bob")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := Verify(b.folder, []*Key{b.key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if same := bytes.Equal(data, sound); same != (len(report.Faults) == 0) {
			t.Errorf("same %t, faults %v", same, report.Faults)
		}
	})
}

// Every single byte counts.
func TestP9_AnyByteThatIsChangedIsFound(t *testing.T) {
	b := newBook(t, 4).add(4)
	file := b.files()[0]
	sound := b.get(file)
	for i := range sound {
		changed := slices.Clone(sound)
		changed[i] ^= 1
		b.put(file, changed)
		if report := b.verify(); len(report.Faults) == 0 {
			t.Fatalf("byte %d may be changed: %q", i, changed[max(0, i-20):min(len(changed), i+20)])
		}
	}
}
