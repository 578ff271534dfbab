package office

import (
	"bytes"
	"fmt"
	"strings"

	"bureau/ingest/format"
)

// start reads a start tag. A ">" in a quoted value does not end it.
func (x *scanner) start() bool {
	tag := x.wholeTag()
	if x.err != nil {
		return false
	}
	tag = tag[:len(tag)-1]
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		tag, x.isEmpty = tag[:n-1], true
	}
	end := bytes.IndexAny(tag, " \t\r\n")
	if end < 0 {
		end = len(tag)
	}
	full := x.intern(tag[:end])
	x.attributes(tag[end:])
	if full == "" {
		x.damaged("an element has no name")
	}
	if x.depth == 0 && x.hasRoot {
		x.damaged("it has more than one outermost element")
	}
	x.hasRoot = true
	if x.depth >= x.maxDepth {
		x.err = fmt.Errorf("%w: in its part %q elements lie more than %d deep", format.ErrLimit, x.part, x.maxDepth)
	}
	x.open = append(x.open, full)
	x.depth++
	x.kind, x.name = startTag, full[strings.LastIndexByte(full, ':')+1:]
	return x.err == nil
}

// wholeTag reads up to the ">" that is in no quotes.
func (x *scanner) wholeTag() []byte {
	part := x.through(">")
	quote := openQuote(part, 0)
	if quote == 0 || x.err != nil {
		return part
	}
	tag := bytes.Clone(part)
	for quote != 0 && x.err == nil {
		part = x.through(">")
		quote = openQuote(part, quote)
		tag = append(tag, part...)
		if x.err == nil {
			x.checkSize(len(tag))
		}
	}
	return tag
}

// openQuote returns the quotation mark that is open at the end of a part of a
// tag, or 0. quote is the one that is open at its beginning.
func openQuote(part []byte, quote byte) byte {
	for {
		marks := `"'`
		if quote != 0 {
			marks = string(rune(quote))
		}
		i := bytes.IndexAny(part, marks)
		if i < 0 {
			return quote
		}
		if quote != 0 {
			quote = 0
		} else {
			quote = part[i]
		}
		part = part[i+1:]
	}
}

// attributes reads the part of a start tag after its name.
func (x *scanner) attributes(rest []byte) {
	x.attrs = x.attrs[:0]
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 {
			return
		}
		name, after, found := bytes.Cut(rest, []byte("="))
		after = bytes.TrimLeft(after, " \t\r\n")
		if !found || len(after) == 0 || after[0] != '"' && after[0] != '\'' {
			x.damaged("an attribute has no value")
			return
		}
		value, more, closed := bytes.Cut(after[1:], after[:1])
		if !closed {
			x.damaged("an attribute has no end")
			return
		}
		x.attrs = append(x.attrs, attribute{x.intern(bytes.TrimSpace(name)), x.decode(value)})
		rest = more
	}
}
