package office

import (
	"slices"
	"strings"
	"testing"

	"bureau/ingest/format"
)

func TestXLSXOfAnotherProgramIsReadAsShown(t *testing.T) {
	data := fixture(t, "staff.xlsx")
	wantMarkdown(t, ReadXLSX, data, `## Staff

Staff list 2026

| Name | Team | Since | Share | Salary | 入职日期 |
| --- | --- | --- | --- | --- | --- |
| Anna | Sales | 2024-02-29 | 12.5% | ¥1,234.50 | 2024年2月29日 |
| Ben | Sales | 2024-02-29 | 25.0% | ¥2,469.00 | 2024年2月29日 |
| 陈伟 | 研发 | 2024-02-29 | 37.5% | ¥3,703.50 | 2024年2月29日 |

| Room | Seats |
| --- | --- |
| Blue | 12 |
| Red | 8 |

Total`)
	want := []string{`1 hidden row of sheet "Staff" left out`, "1 hidden sheet left out", "1 formula has no stored result; open the workbook in Excel and save it"}
	if got := read(t, ReadXLSX, data).Warnings; !slices.Equal(got, want) {
		t.Errorf("warnings %q, want %q", got, want)
	}
}

func TestXLSXWideTablesSayWhatEachCellIs(t *testing.T) {
	text := read(t, ReadXLSX, fixture(t, "wide.xlsx"))
	if want := "## 设备清单\n\n- 字段1: 值1-1; 字段3: 值1-3; 字段5: 值1-5; "; !strings.HasPrefix(text.Markdown, want) {
		t.Errorf("got %s, want %s", text.Markdown, want)
	}
	if want := "| red and blue |\n| --- |\n| 02/03/2026 09:30 AM |"; !strings.HasSuffix(text.Markdown, want) {
		t.Errorf("got %s, want %s", text.Markdown, want)
	}
}

func TestXLSXEachRowHasItsPlace(t *testing.T) {
	for _, name := range []string{"staff.xlsx", "wide.xlsx"} {
		text := read(t, ReadXLSX, fixture(t, name))
		if !slices.IsSortedFunc(text.Places, func(a, b format.Place) int { return a.Start - b.Start }) {
			t.Errorf("%s: places %v are not in order", name, text.Places)
		}
		for words, want := range map[string]int{"Anna": 3, "陈伟": 5, "| Red": 11, "| Room": 9, "Total": 13, "Staff list": 1, "值1-1": 2, "值3-1": 4, "red and": 6, "02/03": 7} {
			if at := strings.Index(text.Markdown, words); at >= 0 {
				if place, _ := format.At(text.Places, at); place.Kind != format.Row || place.Number != want || place.Name == "" {
					t.Errorf("%s: %q is in %v, want row %d", name, words, place, want)
				}
			}
		}
		if place := text.Places[0]; place.Kind != format.Sheet || place.Number != 1 || place.Start != 0 {
			t.Errorf("%s begins in %v", name, place)
		}
	}
}

func TestXLSXReadsCellsOfAllKinds(t *testing.T) {
	data := workbook(t, sheetOf(`
<row><c t="inlineStr"><is><r><t>A</t></r><r><t>_x000D_1</t></r><rPh><t>no</t></rPh></is></c><c t="inlineStr"><is><t>B</t></is></c></row>
<row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>
<row><c t="s"><v>3</v></c><c t="s"><v>99999</v></c></row>
<row><c t="str"><f>A1&amp;"x"</f><v>x | y</v></c><c><f>1+1</f><v>2</v></c></row>
<row r="5"><c r="B5" t="d"><v>2026-03-02</v></c><c r="A5"><v>1.5E3</v></c></row>`))
	wantMarkdown(t, ReadXLSX, data, `## S1

| A1 | B |
| --- | --- |
| TRUE | #N/A |
| Text number 3 |  |
| x \| y | 2 |
| 1500 | 2026-03-02 |`)
}

func TestXLSXTablesPartedByEmptyRows(t *testing.T) {
	text := func(s string) string { return `<c t="inlineStr"><is><t>` + s + `</t></is></c>` }
	data := workbook(t, sheetOf(`
<row r="2"><c r="C2" t="inlineStr"><is><t>Region</t></is></c><c r="D2"><v>2025</v></c><c r="E2"><v>2026</v></c></row>
<row r="3"><c r="C3" t="inlineStr"><is><t>North</t></is></c><c r="D3"><v>1</v></c><c r="E3"><v>2</v></c></row>
<row r="5"><c r="C5" t="inlineStr"><is><t>South</t></is></c><c r="D5"><v>3</v></c><c r="E5"><v>4</v></c></row>
<row r="6"><c r="C6" t="inlineStr"><is><t>West</t></is></c><c r="E6"><v>5</v></c></row>`), sheetOf(`
<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c><c><v>4</v></c></row>`), sheetOf(`<row><c/></row>`), sheetOf(`<row>`+text("Only a note.")+`</row>`))
	wantMarkdown(t, ReadXLSX, data, `## S1

| Region | 2025 | 2026 |
| --- | --- | --- |
| North | 1 | 2 |

| Region | 2025 | 2026 |
| --- | --- | --- |
| South | 3 | 4 |
| West |  | 5 |

## S2

| A | B |
| --- | --- |
| 1 | 2 |
| 3 | 4 |

## S4

Only a note.`)
}

func TestXLSXHiddenColumnsAreLeftOut(t *testing.T) {
	data := workbook(t, `<worksheet><cols><col min="2" max="2" hidden="1"/><col min="5" max="16384" hidden="1"/></cols><sheetData>
<row><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>3</v></c></row><row><c t="s"><v>4</v></c><c t="s"><v>5</v></c><c t="s"><v>6</v></c></row></sheetData></worksheet>`)
	wantMarkdown(t, ReadXLSX, data, "## S1\n\n| Text number 1 | Text number 3 |\n| --- | --- |\n| Text number 4 | Text number 6 |")
	if got := read(t, ReadXLSX, data).Warnings; !slices.Equal(got, []string{`1 hidden column of sheet "S1" left out`}) {
		t.Errorf("warnings %q", got)
	}
}
