package office

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// finish reads what is left and returns the error that stopped the scan, if any.
func (x *scanner) finish() error {
	for x.next() {
		continue
	}
	if errors.Is(x.err, io.EOF) {
		if !x.hasRoot {
			x.damaged("it is empty")
			return x.err
		}
		return nil
	}
	return x.err
}

// elements visits the elements in the one that has just started. What visit
// leaves unread of an element is skipped.
func (x *scanner) elements(visit func(name string)) {
	x.each(func() {
		if x.kind == startTag {
			visit(x.name)
		}
	})
}

// each visits the elements and the texts in the element that has just started.
// What visit leaves unread of an element is skipped.
func (x *scanner) each(visit func()) {
	depth := x.depth
	for x.next() && x.depth >= depth {
		if x.kind == endTag {
			continue
		}
		visit()
		for x.depth > depth && x.next() {
			continue
		}
	}
}

// allText returns the text in the element that has just started, at any depth.
func (x *scanner) allText() string {
	var b strings.Builder
	for depth := x.depth; x.next() && x.depth >= depth; {
		if x.kind == charData {
			b.Write(x.text)
		}
	}
	return b.String()
}

// attr returns the value of an attribute by its name without a prefix, or "".
func (x *scanner) attr(local string) string { return string(x.attrBytes(local)) }

// attrBytes is attr for as long as the next token is not read. Where several
// attributes differ in their prefix only, the one without one is meant.
func (x *scanner) attrBytes(local string) []byte {
	var prefixed []byte
	for _, a := range x.attrs {
		if a.name == local {
			return a.value
		}
		if n := len(a.name) - len(local); n > 0 && a.name[n-1] == ':' && a.name[n:] == local {
			prefixed = a.value
		}
	}
	return prefixed
}

// related returns the id of the relationship that an element names in an
// attribute, as r:id, or "".
func (x *scanner) related(local string) string {
	for _, a := range x.attrs {
		if strings.HasSuffix(a.name, ":"+local) {
			return string(a.value)
		}
	}
	return ""
}

// number returns a number that an attribute holds, or fallback where it is
// missing, malformed or negative.
func (x *scanner) number(local string, fallback int) int {
	n, err := strconv.Atoi(string(x.attrBytes(local)))
	if err != nil || n < 0 {
		return fallback
	}
	return n
}

// isOn reports whether an element that switches something on does: it may have
// a value that switches it off.
func (x *scanner) isOn() bool { return !isFalse(x.attrBytes("val")) }

// isTrue reports whether a value is one of XML's for true.
func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }

// isFalse reports whether a value is one for false.
func isFalse(value []byte) bool {
	return string(value) == "0" || string(value) == "false" || string(value) == "off"
}

// decode puts characters in place of references and returns valid UTF-8.
func (x *scanner) decode(text []byte) []byte {
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, nil)
	}
	if bytes.IndexByte(text, '&') < 0 {
		return text
	}
	decoded := make([]byte, 0, len(text))
	for {
		before, after, found := bytes.Cut(text, []byte("&"))
		decoded = append(decoded, before...)
		if !found {
			return decoded
		}
		name, rest, closed := bytes.Cut(after, []byte(";"))
		r, known := reference(name)
		if !closed || !known {
			x.damaged("it refers to a character that is not there")
			return nil
		}
		decoded = utf8.AppendRune(decoded, r)
		text = rest
	}
}

// references are the five that XML knows by name.
var references = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// reference returns the character that a reference names.
func reference(name []byte) (rune, bool) {
	if len(name) == 0 || name[0] != '#' {
		r, known := references[string(name)]
		return r, known
	}
	digits, base := string(name[1:]), 10
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	return rune(n), err == nil && n > 0 && n <= utf8.MaxRune
}
