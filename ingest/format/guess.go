package format

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Guess decodes a text that does not say how it is encoded, and that may be as
// short as a file's name: as UTF-8 where it is valid, as GB18030 or Big5 where
// most of its pairs of bytes are frequent characters there, else as fallback.
// What has no meaning becomes U+FFFD.
//
// The frequent characters come first in both standards: GB 2312-80 has its
// level 1 in rows 16 to 55, Big5 (1984) its level 1 from A4 40 to C6 7E. A text
// in one of them that is read as the other loses a good part of its pairs.
func Guess(data []byte, fallback encoding.Encoding) string {
	if utf8.Valid(data) {
		return string(data)
	}
	pairs, gb, big5 := countPairs(data)
	likely := fallback
	switch {
	case 2*max(gb, big5) <= pairs:
	case gb >= big5:
		likely = simplifiedchinese.GB18030
	default:
		likely = traditionalchinese.Big5
	}
	text, err := likely.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	return string(text)
}

// countPairs counts the pairs of bytes in data that may be Chinese characters,
// and those that are frequent ones or punctuation in GB 2312 and in Big5.
func countPairs(data []byte) (pairs, gb, big5 int) {
	for i := 0; i < len(data); i++ {
		if data[i] < 0x80 {
			continue
		}
		pairs++
		if i+1 == len(data) {
			break
		}
		lead, trail := data[i], data[i+1]
		isHigh := 0xA1 <= trail && trail <= 0xFE
		if isHigh && (0xB0 <= lead && lead <= 0xD7 || 0xA1 <= lead && lead <= 0xA3) {
			gb++
		}
		if (isHigh || 0x40 <= trail && trail <= 0x7E) && 0xA1 <= lead && lead <= 0xC6 {
			big5++
		}
		i++
	}
	return pairs, gb, big5
}
