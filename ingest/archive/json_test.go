package archive

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"bureau/ingest/format"
)

var wiki = Mapping{
	Items: "data.pages", Title: "title", Text: []string{"summary", "sections.body"}, ID: "id", Updated: "meta.changed",
	Language: "lang", Owner: "meta.by", Metadata: []string{"tags", "meta.public"},
}

// lines returns what an export yields, one line a record.
func lines(records iter.Seq2[Record, error]) []string {
	var all []string
	for r, err := range records {
		if err != nil {
			all = append(all, fmt.Sprintf("%s! %v", r.Path, err))
			continue
		}
		all = append(all, fmt.Sprintf("%s %s|%s|%s|%s|%q %v", r.Path, r.Title, r.Language, r.Updated, r.Owner, r.Markdown, r.Metadata))
	}
	return all
}

func TestRecordsAreMapped(t *testing.T) {
	const data = "\uFEFF" + `{"version": [1, {"pages": 2}], "data": {"count": 2, "pages": [
		{"id": 7, "title": "Leave\n rules", "summary": "# 12 days\r\na | b", "sections": [{"body": "one"}, {"no": 1}, {"body": "two"}],
		 "meta": {"changed": "2026-03-01", "by": "HR", "public": false}, "lang": "en", "tags": ["a", "b"]},
		{"id": "a/../b", "title": "请假", "summary": "十二天", "lang": "zh"}
	]}, "rest": 1}`
	equal(t, lines(ReadJSON([]byte(data), wiki, format.Default)),
		`7 Leave rules|en|2026-03-01|HR|"\\# 12 days\na | b\n\none\n\ntwo" map[meta.public:false tags:a, b]`,
		`a-..-b 请假|zh|||"十二天" map[]`)
}

func TestRecordWithoutTextIsItsOwnError(t *testing.T) {
	const data = `{"id": "a", "summary": "first"}
{"id": "b", "summary": " ", "sections": []}

not json
{"id": "a", "summary": "again"}
{"summary": "no id"} {"summary": "two in a line"}
{"summary": "last"}`
	got := lines(ReadJSONL([]byte(data), wiki, format.Default))
	equal(t, got[:1], `a ||||"first" map[]`)
	for i, words := range []string{"b! the mapping does not fit the file: the record has no text at summary, sections.body", "3! the file is damaged", `a (2)! the mapping does not fit the file: the id "a" has been there before`, "5! the file is damaged: more than one"} {
		if !strings.HasPrefix(got[i+1], words) {
			t.Errorf("got %q, want %q", got[i+1], words)
		}
	}
	equal(t, got[5:], `6 ||||"last" map[]`)
}

func TestTopIsAListOrOneRecord(t *testing.T) {
	m := Mapping{Text: []string{"text"}, Convert: func(text string) (string, error) { return "**" + text + "**", nil }}
	equal(t, lines(ReadJSON([]byte(`[{"text": "a"}, {"text": "b"}]`), m, format.Default)), `1 ||||"**a**" map[]`, `2 ||||"**b**" map[]`)
	equal(t, lines(ReadJSON([]byte(` {"text": "a", "list": []}`), m, format.Default)), `1 ||||"**a**" map[]`)
	m.Convert = func(string) (string, error) { return "", format.ErrDamaged }
	for r, err := range ReadJSON([]byte(`[{"text": "a"}]`), m, format.Default) {
		if !errors.Is(err, format.ErrDamaged) || r.Path != "1" {
			t.Errorf("record %q, error %v", r.Path, err)
		}
	}
}

func TestExportThatIsNotAsItsMappingIsAnError(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	for data, want := range map[string]error{
		`{"other": []}`:                         ErrMapping,
		`{"data": {"pages": "none"}}`:           ErrMapping,
		`{"data": [1]}`:                         ErrMapping,
		``:                                      format.ErrDamaged,
		`{"data": {"pages": [`:                  format.ErrDamaged,
		"\xff\xfe{\x00":                         format.ErrDamaged,
		`{"x": ` + deep + `}`:                   format.ErrLimit,
		`{"data": {"pages": [1]}} ` + "\"[[[[[": ErrMapping, // the record is no object
	} {
		var last error
		for _, err := range ReadJSON([]byte(data), wiki, format.Default) {
			last = err
		}
		if !errors.Is(last, want) {
			t.Errorf("%.40q: error %v, want %v", data, last, want)
		}
	}
}

func TestRecordsAreCounted(t *testing.T) {
	limits := format.Default
	limits.Members = 2
	m := Mapping{Text: []string{"t"}}
	got := lines(ReadJSON([]byte(`[{"t": "a"}, {"t": "b"}, {"t": "c"}]`), m, limits))
	if len(got) != 3 || !strings.HasPrefix(got[2], "! the file is over a limit") {
		t.Errorf("got %q", got)
	}
}

func TestTruncatedExportYieldsWhatIsWhole(t *testing.T) {
	var b strings.Builder
	for i := range 16 {
		fmt.Fprintf(&b, `{"id": %d, "summary": "text"}`+"\n", i)
	}
	for i := 1; i < 16; i++ {
		good := 0
		for _, err := range ReadJSONL([]byte(b.String()[:b.Len()*i/16]), wiki, format.Default) {
			if err == nil {
				good++
			}
		}
		if good < i-1 || good > i {
			t.Errorf("%d/16 of the file gives %d records", i, good)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"data": {"pages": [{"id": 1, "summary": "a"}]}}`), true)
	f.Add([]byte("{\"summary\": \"a\"}\n{\"id\": \"../x\"}"), false)
	f.Fuzz(func(t *testing.T, data []byte, whole bool) {
		read := ReadJSONL
		if whole {
			read = ReadJSON
		}
		seen := make(map[string]bool)
		for r, err := range read(data, wiki, format.Default) {
			if err != nil {
				continue
			}
			if safe, ok := format.SafePath(r.Path); !ok || safe != r.Path || seen[r.Path] || r.Markdown == "" {
				t.Errorf("path %q, text %q", r.Path, r.Markdown)
			}
			seen[r.Path] = true
		}
	})
}
