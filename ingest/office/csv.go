package office

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode"

	"bureau/ingest/format"
)

// ReadCSV reads a table of separated values from UTF-8 text: commas,
// semicolons, tabs or bars between the values, which may stand in double or
// single quotes. Which they are is told from the first lines, or from a first
// line as Excel has it: "sep=;". Any text can be read, since there is no wrong
// CSV; a quote that is never closed is an ordinary character.
//
// Tables, headers and places are those of a sheet without a name. Rows are
// counted as a spreadsheet counts them: a value with line breaks stays in one.
//
// The only errors are ErrLimit and that of ctx.
func ReadCSV(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	text := string(bytes.ToValidUTF8(bytes.TrimPrefix(data, []byte("\uFEFF")), nil))
	r := newCSVReader(text)
	d := draft{limits: limits}
	var s sheet
	last := 0
	for number := r.number + 1; r.rest != ""; number++ {
		if number%4096 == 0 && ctx.Err() != nil {
			return format.Text{}, fmt.Errorf("read rows: %w", ctx.Err())
		}
		row := sheetRow{number: number, isApart: number > last+1}
		record := r.record(limits.Cells)
		if d.count(len(record)); d.err != nil {
			return format.Text{}, d.err
		}
		for i, value := range record {
			if value = oneLine(value); value != "" {
				row.cells = append(row.cells, sheetCell{column: i + 1, text: value, isText: !isFigure(value)})
			}
		}
		if len(row.cells) > 0 {
			s.rows = append(s.rows, row)
			last = number
		}
	}
	d.sheet(&s)
	return d.finish(format.Text{})
}

// A csvReader reads separated values record by record.
type csvReader struct {
	rest      string
	number    int // of records before the first one
	delimiter byte
	quote     byte
	noQuotes  bool // a quote is open to the end of the text
}

// newCSVReader returns a reader before the first record.
func newCSVReader(text string) *csvReader {
	r := &csvReader{rest: text, delimiter: ',', quote: '"'}
	line, rest, _ := strings.Cut(text, "\n")
	if line = strings.TrimSuffix(line, "\r"); len(line) == 5 && strings.EqualFold(line[:4], "sep=") {
		r.rest, r.number, r.delimiter = rest, 1, line[4]
		return r
	}
	r.delimiter, r.quote = dialect(text)
	return r
}

// dialect returns the delimiter and the quote that make the first records most
// alike: of those that give most records the same number of values, more than
// one, the one with the most values.
func dialect(text string) (delimiter, quote byte) {
	const enough = 50 // records
	delimiter, quote = ',', '"'
	best := 0
	for _, q := range []byte{'"', '\''} {
		for _, c := range []byte{',', '\t', ';', '|'} {
			if q == '\'' && !strings.Contains(text[:min(len(text), 64<<10)], string(c)+"'") {
				continue // apostrophes are no quotes
			}
			r := csvReader{rest: text[:min(len(text), 64<<10)], delimiter: c, quote: q}
			widths := make(map[int]int)
			for n := 0; n < enough && r.rest != ""; n++ {
				if record := r.record(1000); len(record) > 1 {
					widths[len(record)]++
				}
			}
			for width, records := range widths {
				if score := records*100 + min(width, 99); score > best {
					best, delimiter, quote = score, c, q
				}
			}
		}
	}
	return delimiter, quote
}

// record reads the values up to the end of a line, or one more than limit.
func (r *csvReader) record(limit int) []string {
	var values []string
	for {
		value, isLast := r.value()
		values = append(values, value)
		if isLast || len(values) > limit {
			return values
		}
	}
}

// value reads one value with the delimiter or line end behind it.
func (r *csvReader) value() (value string, isLast bool) {
	trimmed := strings.TrimLeft(r.rest, " ")
	if trimmed != "" && trimmed[0] == r.quote && !r.noQuotes {
		if inside, rest, closed := r.quoted(trimmed[1:]); closed {
			r.rest = rest
			tail, isLast := r.plain() // what stands between the quote and the delimiter
			return inside + tail, isLast
		}
		r.noQuotes = true // looked for once: looking again at each would take forever
	}
	return r.plain()
}

// quoted returns what stands up to the closing quote, in which a doubled quote
// is one of the text.
func (r *csvReader) quoted(text string) (inside, rest string, closed bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, r.quote)
		if i < 0 {
			return "", "", false
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		if text == "" || text[0] != r.quote {
			return b.String(), text, true
		}
		b.WriteByte(r.quote)
		text = text[1:]
	}
}

// plain reads up to the next delimiter or line end.
func (r *csvReader) plain() (value string, isLast bool) {
	i := strings.IndexAny(r.rest, string(rune(r.delimiter))+"\r\n")
	if i < 0 {
		value, r.rest = r.rest, ""
		return value, true
	}
	value, isLast = r.rest[:i], r.rest[i] != r.delimiter
	if strings.HasPrefix(r.rest[i:], "\r\n") {
		i++
	}
	r.rest = r.rest[i+1:]
	return value, isLast
}

// isFigure reports whether a value is a number or a date rather than a text: it
// has a digit, and no letters but those of dates and units around it.
func isFigure(value string) bool {
	digits, others := 0, 0
	for _, r := range value {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r) && !strings.ContainsRune("年月日时時分秒元TZ", r):
			others++
		}
	}
	return digits > 0 && (others == 0 || digits > 2*others && unicode.IsDigit(rune(value[0])))
}
