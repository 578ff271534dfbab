package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	eunicode "golang.org/x/text/encoding/unicode"
)

// maxSample is how much of a file is looked at to guess its encoding, in bytes.
const maxSample = 1 << 20

// decode returns the text that data encodes. A byte order mark is believed
// first, then valid UTF-8, then the charset that the document declares ("" for
// none), and then what makes the most sense as Chinese or Western text.
func decode(data []byte, declared string) (string, error) {
	if text, marked, err := decodeMarked(data); marked {
		return text, err
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return decodeWide(data)
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	if e, err := htmlindex.Get(declared); err == nil && declared != "" {
		if text, ok := decodeAs(e, data); ok {
			return text, nil
		}
	}
	if isDamagedUTF8(data) {
		return strings.ToValidUTF8(string(data), "\uFFFD"), nil
	}
	if text, ok := decodeChinese(data); ok {
		return text, nil
	}
	if text, ok := decodeWestern(data); ok {
		return text, nil
	}
	return "", fmt.Errorf("%w: it is not UTF-8, UTF-16, GB18030, Big5 or Windows-1252; save it as UTF-8", ErrEncoding)
}

// decodeMarked decodes data that begins with a byte order mark.
func decodeMarked(data []byte) (text string, marked bool, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return strings.ToValidUTF8(string(data[3:]), "\uFFFD"), true, nil
	case bytes.HasPrefix(data, []byte("\xFF\xFE\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF")):
		return "", true, fmt.Errorf("%w: it is UTF-32; save it as UTF-8", ErrEncoding)
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("\xFE\xFF")):
		wide, err := eunicode.UTF16(eunicode.LittleEndian, eunicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", true, fmt.Errorf("%w: broken UTF-16: %w", ErrEncoding, err)
		}
		if bytes.IndexByte(wide, 0) >= 0 {
			return "", true, fmt.Errorf("%w: zero bytes in it; %s", ErrBinary, takeOut)
		}
		return string(wide), true, nil
	}
	return "", false, nil
}

// decodeWide decodes UTF-16 without a byte order mark. It is told from binary
// data by its zero bytes, which are the upper halves of ASCII characters and
// so stand all at even places (big endian) or all at odd ones.
func decodeWide(data []byte) (string, error) {
	zeros := [2]int{}
	for i, c := range data[:min(len(data), maxSample)] {
		if c == 0 {
			zeros[i%2]++
		}
	}
	order := eunicode.BigEndian
	if zeros[1] > zeros[0] {
		order = eunicode.LittleEndian
	}
	if len(data)%2 == 0 && min(zeros[0], zeros[1]) == 0 {
		text, ok := decodeAs(eunicode.UTF16(order, eunicode.IgnoreBOM), data)
		if ok && shareOf(text, isEveryday) > 0.5 {
			return text, nil
		}
	}
	return "", fmt.Errorf("%w: zero bytes in it; %s", ErrBinary, takeOut)
}

// decodeAs decodes data with e, and reports whether all of it has a meaning
// there.
func decodeAs(e encoding.Encoding, data []byte) (string, bool) {
	text, err := e.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) || bytes.IndexByte(text, 0) >= 0 {
		return "", false
	}
	return string(text), true
}

// isDamagedUTF8 reports whether data is UTF-8 but for a few broken bytes, as
// after a cut in the middle of a character.
func isDamagedUTF8(data []byte) bool {
	whole, broken, wasBroken := 0, 0, false
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		isBroken := r == utf8.RuneError && size == 1
		switch {
		case isBroken && !wasBroken: // a run of bytes is one damage
			broken++
		case size > 1:
			whole++
		}
		wasBroken = isBroken
		rest = rest[size:]
	}
	return whole > 20*broken
}

// decodeChinese decodes GB18030 or Big5, whichever gives more of the characters
// that every Chinese text is full of. The same bytes read in the other encoding
// give rare ones.
func decodeChinese(data []byte) (string, bool) {
	const enough = 0.15 // measured: right decodings of a sentence have .3 to .6, wrong ones under .05
	best, bestShare := "", enough
	for _, e := range []encoding.Encoding{simplifiedchinese.GB18030, traditionalchinese.Big5} {
		text, ok := decodeAs(e, data)
		if !ok {
			continue
		}
		if share := shareOfHan(text); share > bestShare {
			best, bestShare = text, share
		}
	}
	return best, best != ""
}

// decodeWestern decodes Windows-1252, which holds Latin-1, where nearly all
// of data is ASCII: any bytes at all can be read that way, so only the look of
// a Western text speaks for it.
func decodeWestern(data []byte) (string, bool) {
	high := 0
	for _, c := range data {
		if c >= 0x80 {
			high++
		}
	}
	text, ok := decodeAs(charmap.Windows1252, data)
	return text, ok && high*5 < len(data) && shareOf(text, isEveryday) > 0.9
}

// shareOfHan returns the share of everyday characters among all characters of
// text beyond ASCII, punctuation apart.
func shareOfHan(text string) float64 {
	all, everyday := 0, 0
	for _, r := range text[:min(len(text), maxSample)] {
		if r < 0x80 || isChinesePunctuation(r) {
			continue
		}
		all++
		if isCommonHan(r) {
			everyday++
		}
	}
	return float64(everyday) / float64(max(all, 1))
}

// shareOf returns the share of the runes of text for which is holds.
func shareOf(text string, is func(rune) bool) float64 {
	all, held := 0, 0
	for _, r := range text {
		all++
		if is(r) {
			held++
		}
	}
	return float64(held) / float64(max(all, 1))
}

// isEveryday reports whether r stands in ordinary Western or Chinese text.
func isEveryday(r rune) bool {
	switch {
	case r < 0x80:
		return r >= ' ' || unicode.IsSpace(r)
	case r < 0x250:
		return unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
	}
	return isChinesePunctuation(r) || isCommonHan(r) || 0x2010 <= r && r <= 0x2122
}

// isChinesePunctuation reports whether r is a full-width form or a mark of
// Chinese writing.
func isChinesePunctuation(r rune) bool {
	return 0x3000 <= r && r <= 0x303F || 0xFF00 <= r && r <= 0xFF65 || 0x2010 <= r && r <= 0x2027
}
