package archive

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"bureau/ingest/format"
)

// A packed is a file to put in an archive.
type packed struct {
	name, content string
	mode          fs.FileMode
	flags         uint16
	legacyName    bool
	stored        bool
}

func pack(t testing.TB, files ...packed) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		head := &zip.FileHeader{Name: f.name, Method: zip.Deflate, NonUTF8: f.legacyName, Modified: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
		if f.stored {
			head.Method = zip.Store
		}
		if f.mode != 0 {
			head.SetMode(f.mode)
		}
		member, err := w.CreateHeader(head)
		if err == nil && f.content != "" {
			_, err = member.Write([]byte(f.content))
		}
		if err != nil {
			t.Fatal(err)
		}
		head.Flags |= f.flags // is in the directory, which is written last
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// list returns what Zip yields: "path=content", or "path!reason".
func list(data []byte, limits format.Limits) []string {
	var all []string
	for m, err := range Zip(data, limits) {
		line := m.Path + "=" + string(m.Data)
		for _, reason := range []error{format.ErrDamaged, format.ErrEncrypted, format.ErrLimit, format.ErrUnsupported} {
			if errors.Is(err, reason) {
				line = m.Path + "!" + strings.TrimPrefix(strings.TrimPrefix(reason.Error(), "the file is "), "the format is ")
			}
		}
		all = append(all, line)
	}
	return all
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestZipYieldsFilesAlone(t *testing.T) {
	data := pack(t, packed{name: "制度/"}, packed{name: "制度/考勤.md", content: "迟到"}, packed{name: "a.txt", content: "one"},
		packed{name: ".git/config", content: "x"}, packed{name: "a/.DS_Store", content: "x"}, packed{name: "__MACOSX/._a.txt", content: "x"},
		packed{name: "link", content: "/etc/passwd", mode: fs.ModeSymlink | 0o777}, packed{name: "a.txt", content: "two"})
	equal(t, list(data, format.Default), "制度/考勤.md=迟到", "a.txt=one", "link!not supported", "a (2).txt!damaged")
	for m := range Zip(data, format.Default) {
		if want := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC); !m.Modified.Equal(want) {
			t.Errorf("%s is of %v, want %v", m.Path, m.Modified, want)
		}
		break // and a consumer may stop
	}
}

func TestNamesInZipCannotLeadOut(t *testing.T) {
	data := pack(t, packed{name: "../../etc/passwd", content: "x"}, packed{name: `..\a`, content: "x"}, packed{name: "/etc/b", content: "b"},
		packed{name: `C:\dir\c`, content: "c"}, packed{name: "d\x00e", content: "d"}, packed{name: "pay\u202Etxt.exe", content: "e"}, packed{name: "f", content: "f"})
	equal(t, list(data, format.Default), "member 1!damaged", "member 2!damaged", "etc/b=b", "dir/c=c", "de=d", "paytxt.exe=e", "f=f")
}

func TestChineseNamesInZipAreRead(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("员工手册/考勤制度.txt")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, list(pack(t, packed{name: gbk, content: "x", legacyName: true}), format.Default), "员工手册/考勤制度.txt=x")
}

func TestOneMemberDoesNotStopTheOthers(t *testing.T) {
	data := pack(t, packed{name: "a", content: "first"}, packed{name: "locked", content: "x", flags: 1}, packed{name: "bad", content: "unique content"}, packed{name: "inner.zip", content: "no zip"}, packed{name: "z", content: "last"})
	at := bytes.Index(data, []byte("bad")) + 3 + 9 // past the name and the time
	data[at] ^= 0xff                               // in the packed content
	equal(t, list(data, format.Default), "a=first", "locked!encrypted", "bad!damaged", "inner.zip!damaged", "z=last")
}

func TestArchivesInArchivesAreWalked(t *testing.T) {
	inner := pack(t, packed{name: "b.txt", content: "b"}, packed{name: "../x", content: "x"})
	data := pack(t, packed{name: "dir/inner.ZIP", content: string(inner)}, packed{name: "dir/inner.ZIP/b.txt", content: "other"})
	equal(t, list(data, format.Default), "dir/inner.ZIP/b.txt=b", "dir/inner.ZIP/member 2!damaged", "dir/inner.ZIP/b (2).txt!damaged")

	deep := inner
	for range 5 {
		deep = pack(t, packed{name: "n.zip", content: string(deep)})
	}
	limits := format.Default
	limits.Depth = 3
	equal(t, list(deep, limits), "n.zip/n.zip/n.zip!over a limit")
}

func TestBombsAreLimited(t *testing.T) {
	zeros := strings.Repeat("\x00", 8<<20)
	bomb := packed{name: "bomb", content: zeros}
	equal(t, list(pack(t, bomb, packed{name: "a", content: "a"}), format.Default), "bomb!over a limit", "a=a")

	limits := format.Default
	limits.Unpacked = 10
	six, again, more := packed{name: "six", content: "123456"}, packed{name: "again", content: "123456"}, packed{name: "more", content: "123456"}
	equal(t, list(pack(t, six, again, more), limits), "six=123456", "!over a limit")
	nested := pack(t, packed{name: "in.zip", content: string(pack(t, six))}, six)
	equal(t, list(nested, limits), "!over a limit")

	limits = format.Default
	limits.Members = 2
	equal(t, list(pack(t, six, again), limits), "six=123456", "again=123456")
	equal(t, list(pack(t, six, again, more), limits), "!over a limit")
	equal(t, list(pack(t, six, packed{name: "in.zip", content: string(pack(t, six))}), limits), "six=123456", "!over a limit")
}

// The end of an archive may say that it has one file, and it has a million.
func TestEntriesAreCountedBeforeTheyAreRead(t *testing.T) {
	one := pack(t, packed{name: "a", content: "a"})
	start := bytes.Index(one, []byte("PK\x01\x02"))
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	entries := bytes.Repeat(one[start:end], 500_000)
	data := append(append(bytes.Clone(one[:start]), entries...), one[end:]...)
	binary.LittleEndian.PutUint32(data[len(data)-10:], uint32(len(entries)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	equal(t, list(data, format.Default), "!over a limit")
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes used to refuse it", used)
	}
}

func TestTruncatedZipIsDamagedAsAWhole(t *testing.T) {
	data := pack(t, packed{name: "a", content: "a"}, packed{name: "b", content: "b"})
	for i := range 16 {
		equal(t, list(data[:len(data)*i/16], format.Default), "!damaged")
	}
}

func TestZipOfAnotherProgramIsRead(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here")
	}
	name := filepath.Join(t.TempDir(), "a.zip")
	const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("制度/报销.md", "# 报销\n三十天内")
    z.writestr("notes.txt", "thirty days")
    z.writestr("lzma.txt", "x" * 100, zipfile.ZIP_LZMA)
`
	if out, err := exec.Command(python, "-c", script, name).CombinedOutput(); err != nil {
		t.Fatalf("python3: %v\n%s", err, out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, list(data, format.Default), "制度/报销.md=# 报销\n三十天内", "notes.txt=thirty days", "lzma.txt!damaged")
}

func FuzzZip(f *testing.F) {
	inner := pack(f, packed{name: "b", content: "b"})
	f.Add(pack(f, packed{name: "a/b.txt", content: "text"}, packed{name: "in.zip", content: string(inner)}))
	limits := format.Limits{Members: 20, Depth: 3, Unpacked: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		seen, total := make(map[string]bool), 0
		for m, err := range Zip(data, limits) {
			total += len(m.Data)
			if err != nil {
				continue
			}
			if safe, ok := format.SafePath(m.Path); !ok && len(m.Path) < 1000 || ok && safe != m.Path || seen[m.Path] {
				t.Errorf("path %q", m.Path)
			}
			seen[m.Path] = true
		}
		if total > 1<<20 || len(seen) > 20 {
			t.Error(fmt.Sprint(total, " bytes in ", len(seen), " members"))
		}
	})
}

// What a file says of its size decides before it is unpacked, so it has to be true.
func TestMembersLargerThanTheySayAreDamaged(t *testing.T) {
	var packed, archive bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = deflate.Write(make([]byte, 64<<20))
	}
	if err = errors.Join(err, deflate.Close()); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&archive)
	member, err := w.CreateRaw(&zip.FileHeader{Name: "a.txt", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 10})
	if err == nil {
		_, err = member.Write(packed.Bytes())
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for m, err := range Zip(archive.Bytes(), format.Default) {
		if !errors.Is(err, format.ErrDamaged) || m.Path != "a.txt" || m.Data != nil {
			t.Errorf("%q has %d bytes, error %v", m.Path, len(m.Data), err)
		}
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 4<<20 {
		t.Errorf("%d MiB were allocated to find out", (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}
