package office

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"bureau/ingest/format"
)

// tokensOf returns what the scanner reads, one line per token; texts that
// follow one another are one.
func tokensOf(source string) (string, error) {
	x := newScanner(strings.NewReader(source), "part", 100)
	var t tokenList
	for x.next() {
		switch x.kind {
		case startTag:
			t.add("<" + x.name)
			for _, a := range x.attrs {
				t.add(" " + a.name[strings.LastIndexByte(a.name, ':')+1:] + "=" + string(a.value))
			}
		case endTag:
			t.add(">")
		case charData:
			t.text(string(x.text))
		}
	}
	return strings.Join(t, "\n"), x.finish()
}

// A tokenList is a list of tokens as lines.
type tokenList []string

func (t *tokenList) add(line string) { *t = append(*t, line) }

func (t *tokenList) text(text string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n") // encoding/xml does
	if last := len(*t) - 1; last >= 0 && strings.HasPrefix((*t)[last], "\"") {
		(*t)[last] += text
		return
	}
	t.add("\"" + text)
}

// standardTokensOf is tokensOf by encoding/xml.
func standardTokensOf(source string) (string, error) {
	d := xml.NewDecoder(strings.NewReader(source))
	var t tokenList
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(t, "\n"), nil
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			t.add("<" + token.Name.Local)
			for _, a := range token.Attr {
				t.add(" " + a.Name.Local + "=" + a.Value)
			}
		case xml.EndElement:
			depth--
			t.add(">")
		case xml.CharData:
			if depth > 0 {
				t.text(string(token))
			}
		}
	}
}

// FuzzScanner holds the scanner against encoding/xml: what both read they read
// alike.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{
		`<?xml version="1.0"?><a b="c"><d/>text &amp; &#x4E2D;<!-- no --><![CDATA[<x>]]></a>`,
		`<w:p w:a='1 > 0' b="it's"><w:t xml:space="preserve"> x </w:t></w:p>`,
		"<a\n\tb = \"1\"\r\n>\r\nx</a >", `<a><b></a></b>`, `<a`, `<a>&none;</a>`, `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got, err := tokensOf(source)
		want, standardErr := standardTokensOf(source)
		if err == nil && standardErr == nil && strings.ReplaceAll(got, "\r", "\n") != strings.ReplaceAll(want, "\r", "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestScannerReadsWhatEncodingXMLReads(t *testing.T) {
	source := `<?xml version="1.0" encoding="UTF-8"?>
<w:a xmlns:w="urn:w" w:b='1 > 0' c="&lt;&#20013;&quot;"><!-- a > b --> x &amp; y <d/><![CDATA[<&]]>z<e f=""></e></w:a>
<!-- end -->`
	got, err := tokensOf(source)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := standardTokensOf(source); err != nil || got != want {
		t.Errorf("got\n%s\nwant\n%s (%v)", got, want, err)
	}
}

func TestScannerReadsTokensOfAnyLength(t *testing.T) {
	long := strings.Repeat("中>", 100_000)
	got, err := tokensOf(`<a b="` + long + `">` + long + `<!--` + long + `--></a>`)
	if want := "<a\n b=" + long + "\n\"" + long + "\n>"; err != nil || got != want {
		t.Errorf("got %d bytes, want %d (%v)", len(got), len(want), err)
	}
}

func TestScannerReadsUTF16(t *testing.T) {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\uFEFF<a>中文</a>")) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	if got, err := tokensOf(b.String()); err != nil || got != "<a\n\"中文\n>" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestScannerRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		want   error
	}{
		"DocumentTypes":        {`<!DOCTYPE a [<!ENTITY b "bomb">]><a>&b;</a>`, format.ErrDamaged},
		"ExternalEntities":     {`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, format.ErrDamaged},
		"UnknownEntities":      {`<a>&b;</a>`, format.ErrDamaged},
		"ElementsThatMismatch": {`<a><b></a></b>`, format.ErrDamaged},
		"AnEarlyEnd":           {`<a><b>text`, format.ErrDamaged},
		"AnEndInATag":          {`<a b="c`, format.ErrDamaged},
		"TwoRoots":             {`<a/><b/>`, format.ErrDamaged},
		"TextOutside":          {`<a/>text`, format.ErrDamaged},
		"Nothing":              {``, format.ErrDamaged},
		"DeepNesting":          {strings.Repeat("<a>", 101), format.ErrLimit},
		"AnEndlessTag":         {`<a b="` + strings.Repeat(">", maxToken+100), format.ErrLimit},
		"AnEndlessText":        {`<a>` + strings.Repeat("x", maxToken+100<<10), format.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := tokensOf(c.source); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
