package mail

import (
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bureau/ingest/format"
)

// Mail of China says GB2312 and GBK where it means their successor, which
// holds both. The table of charsets belongs to a package that only this one
// imports.
func init() {
	for _, name := range []string{"gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936"} {
		charset.RegisterEncoding(name, simplifiedchinese.GB18030)
	}
}

// decode returns text as UTF-8 with "\n" line ends. A part that states its
// charset is UTF-8 by now; of another one it is guessed.
func decode(data []byte) string {
	text := format.Guess(data, charmap.Windows1252)
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
}

// words decodes encoded words (RFC 2047).
var words = mime.WordDecoder{CharsetReader: charset.Reader}

// text returns a field of a header on one line, decoded.
func text(h message.Header, name string) string { return decodeField(h.Get(name)) }

// decodeField decodes the text of a field, as far as it can be, on one line.
func decodeField(raw string) string {
	decoded, err := words.DecodeHeader(raw)
	if err != nil {
		decoded = raw
	}
	decoded = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= ' ' {
			return r
		}
		return -1
	}, decode([]byte(decoded)))
	return strings.Join(strings.Fields(decoded), " ")
}
