package office

import (
	"encoding/csv"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"bureau/ingest/format"
)

func TestCSVDialectsAreTold(t *testing.T) {
	const want = "| Name | City, ZIP | Note |\n| --- | --- | --- |\n| Anna | Bonn; 5 | says \"hi\" |\n| 陈伟 | 上海 | it's |"
	for name, text := range map[string]string{
		"Commas":       "Name,\"City, ZIP\",Note\nAnna,Bonn; 5,\"says \"\"hi\"\"\"\n陈伟,上海,it's\n",
		"Semicolons":   "\uFEFFName;City, ZIP;Note\r\nAnna;\"Bonn; 5\";\"says \"\"hi\"\"\"\r\n陈伟;上海;it's",
		"Tabs":         "Name\tCity, ZIP\tNote\nAnna\tBonn; 5\t\"says \"\"hi\"\"\"\n陈伟\t上海\tit's\n",
		"Bars":         "Name|City, ZIP|Note\rAnna|Bonn; 5|says \"hi\"\r陈伟|上海|it's\r",
		"SingleQuotes": "'Name','City, ZIP','Note'\n'Anna','Bonn; 5','says \"hi\"'\n'陈伟','上海','it''s'\n",
		"AsStated":     "sep=;\nName;City, ZIP;Note\nAnna;\"Bonn; 5\";\"says \"\"hi\"\"\"\n陈伟;上海;it's",
	} {
		t.Run(name, func(t *testing.T) { wantMarkdown(t, ReadCSV, []byte(text), want) })
	}
}

func TestCSVRowsAreCountedAsShown(t *testing.T) {
	text := read(t, ReadCSV, []byte("Staff of 2026,,\n\nName,Team,Note\nAnna,HR,\"two\nlines\"\nBen,,\n\nRoom,Seats\nBlue,12\n"))
	want := "Staff of 2026\n\n| Name | Team | Note |\n| --- | --- | --- |\n| Anna | HR | two lines |\n| Ben |  |  |\n\n| Room | Seats |\n| --- | --- |\n| Blue | 12 |"
	if text.Markdown != want {
		t.Errorf("got\n%s\nwant\n%s", text.Markdown, want)
	}
	for words, number := range map[string]int{"Staff": 1, "| Name": 3, "Anna": 4, "Ben": 5, "Room": 7, "Blue": 8} {
		if place, _ := format.At(text.Places, strings.Index(text.Markdown, words)); place.Kind != format.Row || place.Number != number {
			t.Errorf("%q is in %v, want row %d", words, place, number)
		}
	}
}

func TestCSVWithoutHeaderIsNamedByLetters(t *testing.T) {
	wantMarkdown(t, ReadCSV, []byte("2026-01-01,5\n2026-01-02,6\n"), "| A | B |\n| --- | --- |\n| 2026-01-01 | 5 |\n| 2026-01-02 | 6 |")
}

func TestCSVQuoteThatIsNeverClosedIsText(t *testing.T) {
	wantMarkdown(t, ReadCSV, []byte("Name,Size\nScreen,\"24\nDisk,\"10\"\nBox,\"3\n"), "| Name | Size |\n| --- | --- |\n| Screen | 24 Disk,10\" |\n| Box | \"3 |")
	var many strings.Builder
	for range 200_000 {
		many.WriteString("a,\"b\n\"\"c,")
	}
	many.WriteString("\n\"")
	read(t, ReadCSV, []byte(many.String())) // in linear time
}

// TestCSVOfPythonIsRead reads what Python's csv module writes.
func TestCSVOfPythonIsRead(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	out, err := exec.CommandContext(t.Context(), python, "-c", `
import csv, sys
for d, q in ((",", csv.QUOTE_MINIMAL), (";", csv.QUOTE_ALL), ("\t", csv.QUOTE_NONNUMERIC)):
    csv.writer(sys.stdout, delimiter=d, quoting=q).writerows([["Name", "Note", "N"], ["Anna; A, B\t", 'a "quote"\nand more', 1], ["Zoë", "", 2.5]])
    print("%%")
`).Output()
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.SplitSeq(strings.TrimSuffix(string(out), "%%\n"), "%%\n") {
		wantMarkdown(t, ReadCSV, []byte(text), "| Name | Note | N |\n| --- | --- | --- |\n| Anna; A, B | a \"quote\" and more | 1 |\n| Zoë |  | 2.5 |")
	}
}

// FuzzCSVRecords: what encoding/csv writes is read back as it was.
func FuzzCSVRecords(f *testing.F) {
	f.Add("a", "b,c", "d\"e", byte(','))
	f.Add("", " x", "line\nbreak", byte(';'))
	f.Fuzz(func(t *testing.T, a, b, c string, delimiter byte) {
		if !strings.ContainsRune(",;\t|", rune(delimiter)) {
			return
		}
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.Comma = rune(delimiter)
		record := []string{a, b, c}
		if err := w.WriteAll([][]string{record, record}); err != nil {
			return
		}
		r := csvReader{rest: text.String(), delimiter: delimiter, quote: '"'}
		for range 2 {
			if got := r.record(10); !slices.Equal(got, record) {
				t.Errorf("%q was read as %q", record, got)
			}
		}
	})
}
