package office

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"bureau/ingest/format"
)

// bigSheet returns a sheet part with rows of ten cells: numbers, shared
// strings, dates, shares.
func bigSheet(rows int) string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	b.WriteString(`<row r="1">`)
	for i := range 10 {
		fmt.Fprintf(&b, `<c r="%s1" t="inlineStr"><is><t>Column %d</t></is></c>`, columnName(i+1), i+1)
	}
	b.WriteString(`</row>`)
	for r := 2; r <= rows+1; r++ {
		fmt.Fprintf(&b, `<row r="%d" spans="1:10">`, r)
		fmt.Fprintf(&b, `<c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c>`, r, r, r, r%1000, r, (r+1)%1000)
		fmt.Fprintf(&b, `<c r="D%d" s="1"><v>%d</v></c><c r="E%d" s="2"><v>0.123</v></c><c r="F%d" s="3"><v>%d.5</v></c>`, r, 45000+r%900, r, r, r)
		fmt.Fprintf(&b, `<c r="G%d" t="s"><v>%d</v></c><c r="H%d"><v>1</v></c><c r="I%d"><v>2</v></c><c r="J%d"><v>3.25</v></c></row>`, r, (r+2)%1000, r, r, r)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

func BenchmarkReadXLSX(b *testing.B) {
	const rows = 20_000
	data := workbook(b, bigSheet(rows))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadXLSX(b.Context(), data, format.Default); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadCSV(b *testing.B) {
	const rows = 20_000
	var text strings.Builder
	w := csv.NewWriter(&text)
	for i := range rows {
		_ = w.Write([]string{fmt.Sprint(i), "Anna Example", "上海, 浦东", "2026-03-02", "1,234.50"}) // a builder never fails
	}
	w.Flush()
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadCSV(b.Context(), []byte(text.String()), format.Default); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadDOCX(b *testing.B) {
	data, err := os.ReadFile("testdata/leave-en.docx")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := ReadDOCX(b.Context(), data, format.Default); err != nil {
			b.Fatal(err)
		}
	}
}
