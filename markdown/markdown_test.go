package markdown

import (
	"bytes"
	"testing"
)

func TestChineseIsEmphasisedAsChineseWritesIt(t *testing.T) {
	for in, want := range map[string]string{
		"**注意：**请看":                         "<p><strong>注意：</strong>请看</p>\n",
		"请看**“这里”**。":                       "<p>请看<strong>“这里”</strong>。</p>\n",
		"a**b**c":                           "<p>a<strong>b</strong>c</p>\n",
		"snake_case_name":                   "<p>snake_case_name</p>\n",
		"~~gone~~":                          "<p><del>gone</del></p>\n",
		"https://example.com":               "<p>https://example.com</p>\n",
		"<b>x</b>":                          "<p>&lt;b&gt;x&lt;/b&gt;</p>\n",
		"<script>alert(1)</script>\n\ntext": "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>text</p>\n",
	} {
		var b bytes.Buffer
		if err := plain.Renderer().Render(&b, []byte(in), Parse([]byte(in))); err != nil || b.String() != want {
			t.Errorf("%q is %q (%v), want %q", in, b.String(), err, want)
		}
	}
}

func TestInvisibleCharactersAreNotThereToEmphasis(t *testing.T) {
	const mark = '\uE000'
	read := New(func(r rune) bool { return r == mark })
	for _, in := range []string{"**注意：**" + string(mark) + "请", string(mark) + "**a**", "a " + string(mark) + "*b*" + string(mark) + "."} {
		var marked, without bytes.Buffer
		clean := bytes.ReplaceAll([]byte(in), []byte(string(mark)), nil)
		if err := read.Convert([]byte(in), &marked); err != nil {
			t.Fatal(err)
		}
		if err := read.Convert(clean, &without); err != nil {
			t.Fatal(err)
		}
		if got := bytes.ReplaceAll(marked.Bytes(), []byte(string(mark)), nil); !bytes.Equal(got, without.Bytes()) {
			t.Errorf("%q is read as %s, without marks as %s", in, got, without.Bytes())
		}
	}
}
