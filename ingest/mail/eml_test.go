package mail

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"bureau/ingest/format"
)

// html is a converter that knows a few tags.
func html(page string) (string, error) {
	if strings.Contains(page, "unreadable") {
		return "", errors.New("no page")
	}
	return strings.NewReplacer("<p>", "", "</p>", "\n", "<b>", "**", "</b>", "**", "<blockquote>", "> ").Replace(page), nil
}

// crlf writes a mail as it is sent.
func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

func read(t *testing.T, data []byte) (format.Text, []format.Member) {
	t.Helper()
	got, members, err := ReadEML(data, format.Default, html)
	if err != nil {
		t.Fatal(err)
	}
	return got, members
}

// body returns a mail's text below its header.
func body(t *testing.T, data []byte) string {
	t.Helper()
	got, _ := read(t, data)
	_, text, _ := strings.Cut(got.Markdown, "\n\n")
	return text
}

func TestHeaderIsAList(t *testing.T) {
	got, _ := read(t, crlf("From: =?gb2312?B?zfW3vA==?= <wang@example.com>", "To: Ann <ann@example.com>,", " bob@example.com", "Cc: undisclosed-recipients:;",
		"Date: Sun, 1 Mar 2026 10:00:00 +0800", "Subject: =?utf-8?q?Leave_=2Arules=2A?=", "", "Twelve days."))
	want := "- From: 王芳 (wang@example.com)\n- To: Ann (ann@example.com), (bob@example.com)\n- Cc: undisclosed-recipients:;\n" +
		"- Date: 2026-03-01 10:00 +0800\n- Subject: Leave \\*rules\\*\n\nTwelve days."
	if got.Markdown != want {
		t.Errorf("got %q\nwant %q", got.Markdown, want)
	}
	if got.Title != "Leave *rules*" || got.Owner != "王芳" || got.Updated != "2026-03-01T10:00:00+08:00" || got.Warnings != nil {
		t.Errorf("got %+v", got)
	}
}

func TestCharsetsOfMailAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		encoding encoding.Encoding
		text     string
	}{
		"gb2312": {simplifiedchinese.GBK, "员工每年有十二天年假，朱镕基"}, "GBK": {simplifiedchinese.GBK, "报销三十天"}, "GB18030": {simplifiedchinese.GB18030, "𠮷野家"},
		"big5": {traditionalchinese.Big5, "員工每年有十二天年假"}, "ISO-2022-JP": {japanese.ISO2022JP, "年次有給休暇"}, "hz-gb-2312": {simplifiedchinese.HZGB2312, "年假."},
		"": {simplifiedchinese.GBK, "员工每年有十二天年假"}, "us-ascii": {traditionalchinese.Big5, "員工每年有十二天年假"}, "x-unknown-9": {simplifiedchinese.GBK, "员工每年有年假"},
	} {
		encoded, err := c.encoding.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		kind := "Content-Type: text/plain"
		if name != "" {
			kind += "; charset=" + name
		}
		if got := body(t, crlf("Subject: x", kind, "", encoded)); got != c.text {
			t.Errorf("%q: got %q, want %q", name, got, c.text)
		}
	}
}

const mixed = `From: a@example.com
Date: Sun, 1 Mar 2026 10:00:00 +0000
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

plain # text
--a
Content-Type: text/html

<p><b>rich</b> text</p>
--a
Content-Type: text/calendar

BEGIN:VCALENDAR
--a--
--r
Content-Type: image/png; name=logo.png
Content-ID: <logo>

png
--r--
--m
Content-Type: text/plain; name="../../rules.txt"
Content-Disposition: attachment; filename="../../rules.txt"

one
--m
Content-Type: application/pdf; name="=?GBK?B?v7zH2i5wZGY=?="
Content-Transfer-Encoding: base64

JVBERg==
--m
Content-Type: text/plain
Content-Disposition: attachment; filename*0*=gb18030''%BF%BC%C7; filename*1*=%DA.txt

two
--m
Content-Type: text/plain
Content-Disposition: attachment; filename="rules.txt"

three
--m
Content-Type: text/plain
Content-Disposition: attachment; filename="old.txt"; filename*=UTF-8''pay%E2%80%AE%00fdp.exe

four
--m
Content-Type: message/rfc822

Subject: Inner / mail
Content-Type: text/plain

inner
--m
Content-Type: image/jpeg
Content-Disposition: attachment

jpg
--m
Content-Type: application/pgp-signature

sig
--m--
`

func TestPlainTextIsPreferredAndFilesAreMembers(t *testing.T) {
	got, members := read(t, []byte(mixed))
	if !strings.HasSuffix(got.Markdown, "\n\nplain # text") || got.Warnings != nil {
		t.Errorf("got %+v", got)
	}
	var names []string
	for _, m := range members {
		names = append(names, m.Path)
		if !m.Modified.Equal(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("%s is of %v", m.Path, m.Modified)
		}
	}
	if want := "rules.txt 考勤.pdf 考勤.txt rules (2).txt payfdp.exe Inner - mail.eml attachment"; strings.Join(names, " ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(names, " "), want)
	}
	if string(members[1].Data) != "%PDF" || string(members[3].Data) != "three" {
		t.Errorf("got %q", members)
	}
	if inner, _ := read(t, members[5].Data); inner.Title != "Inner / mail" || !strings.HasSuffix(inner.Markdown, "inner") {
		t.Errorf("the mail inside is %+v", inner)
	}
	if without := body(t, []byte(strings.Replace(mixed, "plain # text", " ", 1))); without != "**rich** text" {
		t.Errorf("without plain text: %q", without)
	}
}

func TestEncryptedMailIsRefused(t *testing.T) {
	for _, kind := range []string{"multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b", "application/pkcs7-mime; smime-type=enveloped-data",
		"application/x-pkcs7-mime; smime-type=signed-data", "text/plain"} {
		text := "-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----"
		if _, _, err := ReadEML(crlf("Subject: x", "Content-Type: "+kind, "", text), format.Default, html); !errors.Is(err, format.ErrEncrypted) {
			t.Errorf("%s: error %v", kind, err)
		}
	}
}

func TestHostileMailIsLimited(t *testing.T) {
	part := "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
	head := "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	few := format.Limits{Members: 10_000, Depth: 8, Unpacked: 1 << 20}
	deep := "Subject: x\r\n"
	for i := range 9 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n", i, i)
	}
	for name, data := range map[string]string{
		"parts": head + strings.Repeat(part, 10_001), "depth": deep + "\r\nx", "size": head + "--b\r\n\r\n" + strings.Repeat("x", 2<<20),
		"header": "Subject: x\r\n" + strings.Repeat("a:\r\n", 100_000), "header of a part": head + "--b\r\n" + strings.Repeat("a:\r\n", 100_000),
	} {
		if _, _, err := ReadEML([]byte(data), few, html); !errors.Is(err, format.ErrLimit) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, _, err := ReadEML([]byte(head+strings.Repeat(part, 10_000)), few, html); err != nil {
		t.Errorf("10,000 parts: %v", err)
	}
	query := "-- comment\r\n" + strings.Repeat("insert: 1 into x\r\nvalues 2: 3\r\n", 3_000)
	if _, _, err := ReadEML(crlf("Subject: x", "", query), few, html); err != nil {
		t.Errorf("a long text: %v", err)
	}
}

func TestTruncatedMailGivesWhatIsThere(t *testing.T) {
	for i := 1; i < 16; i++ {
		data := []byte(mixed)[:len(mixed)*i/16]
		got, members, err := ReadEML(data, format.Default, html)
		if err != nil {
			t.Errorf("%d/16: %v", i, err)
		}
		if i > 4 && !strings.Contains(got.Markdown, "plain # text") || i > 12 && len(members) < 3 {
			t.Errorf("%d/16: %q, %d members", i, got.Markdown, len(members))
		}
		if len(got.Warnings) == 0 && i > 1 {
			t.Errorf("%d/16 without a warning", i)
		}
	}
}

func TestWhatIsNoMailIsDamaged(t *testing.T) {
	for _, data := range []string{"", "hello", "\x00\x01", "Name: Ann\nAge: 3\n\ntext", " x: y\n\n"} {
		if _, _, err := ReadEML([]byte(data), format.Default, html); !errors.Is(err, format.ErrDamaged) {
			t.Errorf("%q: error %v", data, err)
		}
	}
}

func TestUnreadableHTMLIsAWarning(t *testing.T) {
	got, _ := read(t, crlf("Subject: x", "Content-Type: text/html", "", "unreadable"))
	if len(got.Warnings) != 1 || got.Markdown != "- Subject: x" {
		t.Errorf("got %+v", got)
	}
}

func TestMailOfAnotherProgramIsRead(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here")
	}
	const script = `
import sys
from email.message import EmailMessage
m = EmailMessage()
m["From"], m["To"], m["Subject"] = "王芳 <wang@example.com>", "all@example.com", "关于报销的通知：三十天之内，逾期不予受理，请各部门负责人转告本部门的全体同事"
m["Date"] = "Sun, 01 Mar 2026 10:00:00 +0800"
m.set_content("请在三十天内报销。\n\nOn 2026-02-01 Ann wrote:\n> 多少天？\n", charset="gb18030")
m.add_alternative("<p>请在三十天内报销。</p>", subtype="html")
m.add_attachment("表格".encode(), maintype="application", subtype="octet-stream", filename="报销表格（新版）.xlsx")
m.add_attachment("notes", filename="notes.txt")
sys.stdout.buffer.write(bytes(m))
`
	data, err := exec.Command(python, "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, members := read(t, data)
	if got.Title != "关于报销的通知：三十天之内，逾期不予受理，请各部门负责人转告本部门的全体同事" || got.Owner != "王芳" || !strings.HasSuffix(got.Markdown, "\n\n请在三十天内报销。") {
		t.Errorf("got %+v", got)
	}
	if len(members) != 2 || members[0].Path != "报销表格（新版）.xlsx" || string(members[0].Data) != "表格" || members[1].Path != "notes.txt" || string(members[1].Data) != "notes\n" {
		t.Errorf("got %q", members)
	}
}

func FuzzReadEML(f *testing.F) {
	f.Add([]byte(mixed))
	f.Add(crlf("From: a", "Content-Type: text/html; charset=big5", "Content-Transfer-Encoding: quoted-printable", "", "=A4=A4"))
	limits := format.Limits{Members: 50, Depth: 5, Unpacked: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, members, err := ReadEML(data, limits, html)
		if err != nil {
			return
		}
		if strings.ToValidUTF8(got.Markdown, "") != got.Markdown || strings.ContainsAny(got.Markdown, "\x00\r") {
			t.Errorf("text %q", got.Markdown)
		}
		seen := make(map[string]bool)
		for _, m := range members {
			if safe, ok := format.SafePath(m.Path); !ok || safe != m.Path || seen[m.Path] || strings.Contains(m.Path, "/") {
				t.Errorf("path %q", m.Path)
			}
			seen[m.Path] = true
		}
	})
}
