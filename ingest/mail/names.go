package mail

import (
	"io"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
)

// contentType returns the kind of a part in lower case with its parameters.
// What cannot be read keeps its kind.
func contentType(h message.Header) (string, map[string]string) {
	raw := h.Get("Content-Type")
	if strings.TrimSpace(raw) == "" {
		return "text/plain", nil
	}
	kind, params, err := mime.ParseMediaType(raw)
	if err != nil {
		kind, _, _ = strings.Cut(raw, ";")
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

// attachment reports whether a part is a file that hangs on the mail, and its
// name as it is stated, or "". A part with a name that is not called a part of
// the text is one; so is all that is neither text nor picture.
func attachment(h message.Header, kind string) (bool, string) {
	disposition, _, _ := strings.Cut(h.Get("Content-Disposition"), ";")
	disposition = strings.ToLower(strings.TrimSpace(disposition))
	name := parameter(h.Get("Content-Disposition"), "filename")
	if name == "" {
		name = parameter(h.Get("Content-Type"), "name")
	}
	switch {
	case disposition == "attachment":
		return true, name
	case strings.HasPrefix(kind, "image/"):
		return false, name
	case kind == "text/plain" || kind == "text/html":
		return name != "" && disposition != "", name
	}
	return true, name
}

// segment finds the values of parameters: name, number, whether it is encoded
// (RFC 2231), and the value with or without quotation marks.
var segment = regexp.MustCompile(`;\s*([A-Za-z-]+)(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))`)

// A piece is a part of the value of a parameter.
type piece struct {
	number    int
	isEncoded bool // with percent signs
	value     string
}

// parameter returns a parameter of a field, decoded by RFC 2231 in any charset,
// by RFC 2047, which is used though it is not allowed there, or by a guess.
func parameter(field, name string) string {
	label, whole := "", ""
	for i, p := range piecesOf(field, name) {
		if i == 0 && p.isEncoded { // charset'language'value
			if parts := strings.SplitN(p.value, "'", 3); len(parts) == 3 {
				label, p.value = parts[0], parts[2]
			}
		}
		if unescaped, err := url.PathUnescape(p.value); err == nil && p.isEncoded {
			p.value = unescaped
		}
		whole += p.value
	}
	if label != "" {
		if r, err := charset.Reader(label, strings.NewReader(whole)); err == nil {
			if decoded, err := io.ReadAll(r); err == nil {
				whole = string(decoded)
			}
		}
	}
	return decodeField(whole)
}

// piecesOf returns the pieces of a parameter in their order, each number once.
// Of a name that is there in both forms, the encoded one is meant.
func piecesOf(field, name string) []piece {
	var pieces []piece
	for _, m := range segment.FindAllStringSubmatch(";"+field, -1) {
		if strings.EqualFold(m[1], name) {
			number, _ := strconv.Atoi(m[2]) // none is the first one
			value := strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(m[4]) + strings.TrimSpace(m[5])
			pieces = append(pieces, piece{number, m[3] != "", value})
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int {
		switch {
		case a.number != b.number:
			return a.number - b.number
		case a.isEncoded == b.isEncoded:
			return 0
		case a.isEncoded:
			return -1
		}
		return 1
	})
	return slices.CompactFunc(pieces, func(a, b piece) bool { return a.number == b.number })
}
