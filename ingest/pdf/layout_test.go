package pdf

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bureau/ingest/format"
)

func TestColumnsAreReadOneAfterTheOther(t *testing.T) {
	for name, order := range map[string]func(left, right []string) string{
		"DrawnByColumn": func(left, right []string) string { return strings.Join(left, "") + strings.Join(right, "") },
		"DrawnByLine": func(left, right []string) string {
			all := ""
			for i := range left {
				all += left[i] + right[i]
			}
			return all
		},
	} {
		t.Run(name, func(t *testing.T) {
			var left, right []string
			for i := range 8 {
				left = append(left, show(50, 700-float64(i)*13, fmt.Sprintf("left line %d that fills all of its column", i)))
				right = append(right, show(320, 700-float64(i)*13, fmt.Sprintf("right line %d that fills all of its column", i)))
			}
			got := read(t, pagesOf(order(left, right)).bytes()).Markdown
			if l, r := strings.Index(got, "left line 7"), strings.Index(got, "right line 0"); l < 0 || r < l {
				t.Errorf("got %q", got)
			}
		})
	}
}

// paragraph draws lines of text below each other, of which the last one is short.
func paragraph(x, y float64, words string, lines int) string {
	drawn := ""
	for i := range lines - 1 {
		drawn += show(x, y-float64(i)*13, fmt.Sprintf("%s %d that fills all of the column that it is in", words, i))
	}
	return drawn + show(x, y-float64(lines-1)*13, words+" end.")
}

func TestColumnsBetweenTextOfTheFullWidthAreRead(t *testing.T) {
	full := func(y float64, words string) string {
		return show(50, y, words+" of a sentence that is as wide as the whole page is and goes over both of its columns, as that of this one.")
	}
	drawn := show(50, 770, "head") + show(50, 30, "foot") + full(740, "Beginning")
	drawn += paragraph(50, 713, "left", 5) + paragraph(320, 713, "right", 6)
	drawn += show(50, 600, "Name") + show(320, 600, "Role") + show(50, 580, "Ann") + show(320, 580, "Cook") + full(550, "End")
	got := read(t, pagesOf(drawn).bytes()).Markdown
	at := -1
	for _, want := range []string{"head", "Beginning", "left 0", "left end.", "right 0", "right end.", "| Name | Role |", "| Ann | Cook |", "End of", "foot"} {
		next := strings.Index(got, want)
		if next <= at {
			t.Errorf("%q is not where it is read in %q", want, got)
		}
		at = next
	}
}

func TestRaisedDigitsAreNoneOfTheNumberBefore(t *testing.T) {
	drawn := "BT /F 10 Tf 50 700 Td (Trips above 1,500) Tj 5 Ts /F 5 Tf (12) Tj 0 Ts /F 10 Tf ( and H) Tj -3 Ts /F 5 Tf (2) Tj 0 Ts /F 10 Tf (O) Tj ET\n"
	if got := read(t, pagesOf(drawn).bytes()).Markdown; got != "Trips above 1,500¹² and H2O" {
		t.Errorf("got %q", got)
	}
}

func TestTableOfLongCellsStaysATable(t *testing.T) {
	drawn := ""
	for i, y := range []float64{700, 620, 540} {
		drawn += paragraph(50, y, fmt.Sprintf("rule%d", i), 5) + paragraph(320, y, fmt.Sprintf("why%d", i), 5)
	}
	got := read(t, pagesOf(drawn).bytes()).Markdown
	if first, second := strings.Index(got, "why0"), strings.Index(got, "rule1"); first < 0 || second < first {
		t.Errorf("the rows are parted: %q", got)
	}
}

func TestTableStaysInRowsAndWrappedCellsInTheirs(t *testing.T) {
	drawn := ""
	for i, row := range [][3]string{{"Name", "Role", "Phone"}, {"Ann", "Engineer for", "100"}, {"", "machines", ""}, {"Bob", "Clerk", "101"}, {"Cy", "Cook", "102"}} {
		y := []float64{700, 680, 668, 648, 628}[i]
		for j, text := range row {
			if text != "" {
				drawn += show(50+150*float64(j), y, text)
			}
		}
	}
	want := "| Name | Role | Phone |\n| --- | --- | --- |\n| Ann | Engineer for machines | 100 |\n| Bob | Clerk | 101 |\n| Cy | Cook | 102 |"
	if got := read(t, pagesOf(drawn).bytes()).Markdown; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCellsCannotBecomeStructure(t *testing.T) {
	drawn := show(50, 700, "a | b") + show(300, 700, "# c") + show(50, 680, "<b>") + show(300, 680, "*d*")
	want := "| a \\| b | \\# c |\n| --- | --- |\n| \\<b> | \\*d\\* |"
	if got := read(t, pagesOf(drawn).bytes()).Markdown; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestListsAreLists(t *testing.T) {
	drawn := show(50, 700, "Bring along:") + show(50, 680, "- a pen") + show(50, 667, "- paper") + show(50, 640, "1.") + show(80, 640, "First of all") + show(50, 627, "2.") + show(80, 627, "Then the rest")
	want := "Bring along:\n\n- a pen\n- paper\n\n1. First of all\n\n2. Then the rest"
	if got := read(t, pagesOf(drawn).bytes()).Markdown; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatMostPagesRepeatIsDropped(t *testing.T) {
	var pages []string
	for i := range 5 {
		drawn := show(50, 770, "Company manual") + show(50, 700, fmt.Sprintf("Text of page %c.", 'A'+i)) + show(50, 687, "Fee 5 EUR") + show(280, 30, fmt.Sprintf("- %d -", i+11))
		pages = append(pages, drawn+show(50, 60, fmt.Sprintf("Total %d", 7*i*i+1)))
	}
	got := read(t, pagesOf(pages...).bytes())
	for _, dropped := range []string{"Company manual", "- 11 -", "- 15 -"} {
		if strings.Contains(got.Markdown, dropped) {
			t.Errorf("%q is in %q", dropped, got.Markdown)
		}
	}
	for _, kept := range []string{"Text of page A", "Text of page E", "Fee 5 EUR", "Total 1", "Total 113"} {
		if !strings.Contains(got.Markdown, kept) {
			t.Errorf("%q is not in %q", kept, got.Markdown)
		}
	}
	if len(got.Places) != 5 {
		t.Errorf("places %+v", got.Places)
	}
}

func TestParagraphGoesOnOverThePage(t *testing.T) {
	first := show(50, 700, "The first paragraph is here and it is long enough for the column.") + show(50, 687, "It goes on with another line, of which the sentence does not end or")
	second := show(50, 700, "stop before the next page, where it does. And on it goes for a while.")
	text := read(t, pagesOf(first, second).bytes())
	if !strings.Contains(text.Markdown, "does not end or stop before") || len(text.Places) != 2 || !strings.HasPrefix(text.Markdown[text.Places[1].Start:], "stop before") {
		t.Errorf("got %+v", text)
	}
}

func TestPageOnItsSideAndStampAcross(t *testing.T) {
	drawn := "BT /F 10 Tf 0 1 -1 0 100 50 Tm (First line on its side) Tj ET\nBT /F 10 Tf 0 1 -1 0 130 50 Tm (Second line on its side) Tj ET\n" +
		"BT /F 30 Tf 0.7 0.7 -0.7 0.7 100 100 Tm (DRAFT) Tj ET\n"
	if got := read(t, pagesOf(drawn).bytes()).Markdown; got != "First line on its side\n\nSecond line on its side\n\nDRAFT" {
		t.Errorf("got %q", got)
	}
}

func TestLargerTypeIsAHeadingWhereMostIsSmaller(t *testing.T) {
	body := show(50, 660, "Some text of the usual size that is long enough to be the body of it.") + show(50, 647, "And more text of the usual size that is long enough to be the body.")
	drawn := strings.Replace(show(50, 700, "Chapter"), "/F 10", "/F 18", 1) + body
	text := read(t, pagesOf(drawn).bytes())
	if !strings.HasPrefix(text.Markdown, "# Chapter\n\nSome text") || text.Title != "Chapter" {
		t.Errorf("got %+v", text)
	}
}

func TestLinesAreJoinedAsTheLanguageDoes(t *testing.T) {
	for _, c := range []struct{ first, second, want string }{
		{"one", "two", "one two"},
		{"员工出", "差", "员工出差"},
		{"使用", "PDF", "使用PDF"},
		{"depart-", "ment", "department"},
		{"depart\u0002", "ment", "department"},
		{"COVID-", "19", "COVID-19"},
		{"Anglo-", "American", "Anglo-American"},
		{"1990 -", "2000", "1990 - 2000"},
		{"", "x", "x"},
	} {
		if got := join(c.first, c.second); got != c.want {
			t.Errorf("join(%q, %q) = %q, want %q", c.first, c.second, got, c.want)
		}
	}
}

func TestDrawnFormsBecomeLetters(t *testing.T) {
	for in, want := range map[string]string{"⽅法": "方法", "ﬁle": "file", "（ 一）": "（一）", "第一章 总则": "第一章 总则", "a\x00b\ufeff": "ab", "费用， 全部": "费用，全部"} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever stands where, its letters are in the text: as often, in any order.
func FuzzLayoutLosesNothing(f *testing.F) {
	f.Add([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
	f.Add([]byte{10, 10, 3, 0, 200, 10, 3, 0, 10, 30, 3, 0, 200, 30, 3, 0, 10, 50, 3, 0, 200, 50, 3, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		p := page{number: 1}
		for i := 0; i+4 <= len(data); i += 4 {
			r := run{text: fmt.Sprintf("w%dw ", i), order: i / 4, size: float64(data[i+3]%20) + 5, x0: float64(data[i]) * 2, base: float64(data[i+1]) * 3, isTurned: data[i+3] > 250}
			r.x1 = r.x0 + float64(data[i+2])
			p.runs = append(p.runs, r)
		}
		want := wordsOf(p.runs)
		text, err := compose(context.Background(), &document{pages: []page{p}}, format.Default)
		if err != nil {
			t.Fatal(err)
		}
		checkText(t, text)
		got := marks.FindAllString(text.Markdown, -1)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

var marks = regexp.MustCompile(`w\d+w`)

// wordsOf returns the words of runs, sorted.
func wordsOf(runs []run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, strings.TrimSpace(r.text))
	}
	slices.Sort(all)
	return all
}
