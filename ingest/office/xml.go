package office

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"bureau/ingest/format"
)

// maxToken is the size of the longest tag or text in a part, in bytes.
const maxToken = 16 << 20

// A tokenKind is what a scanner stands at.
type tokenKind int

const (
	startTag tokenKind = iota
	endTag
	charData
)

// An attribute is one of a start tag. Its value is valid until the next token.
type attribute struct {
	name  string // with its prefix
	value []byte
}

// A scanner reads XML token by token, as much of it as office programs write:
// no document types, and so no entities but the five that XML has itself. It
// is here because encoding/xml reads 11 MB/s, which makes large sheets slow;
// for what both can read a test holds them against each other.
//
// Errors stay: after one, next is false and finish returns it.
type scanner struct {
	in       *bufio.Reader
	part     string // name, for errors
	maxDepth int
	names    map[string]string // each name once, so that tags allocate nothing
	open     []string          // full names of the open elements
	buffer   []byte            // of tokens longer than the reader's buffer
	inTag    bool              // a "<" has been read
	isEmpty  bool              // the start tag was its end as well
	hasRoot  bool              // the outermost element has started
	err      error

	kind  tokenKind
	depth int    // open elements, the one that has just started included
	name  string // of a start tag, without its prefix
	attrs []attribute
	text  []byte // of charData, valid until the next token
}

// newScanner returns a scanner before the first token.
func newScanner(r io.Reader, part string, maxDepth int) *scanner {
	in := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := in.Peek(2); string(mark) == "\xFE\xFF" || string(mark) == "\xFF\xFE" {
		in = bufio.NewReaderSize(transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), 64<<10)
	} else if mark, _ := in.Peek(3); string(mark) == "\xEF\xBB\xBF" {
		_, _ = in.Discard(3) // they have been peeked at
	}
	return &scanner{in: in, part: part, maxDepth: maxDepth, names: make(map[string]string)}
}

// next moves to the next token. It is false at the end and after an error.
func (x *scanner) next() bool {
	if x.isEmpty {
		x.isEmpty = false
		return x.close()
	}
	for x.err == nil {
		if x.inTag {
			if x.inTag = false; x.tag() {
				return true
			}
		} else if x.chars() {
			return true
		}
	}
	return false
}

// chars reads up to the next tag, and reports whether there is text.
func (x *scanner) chars() bool {
	text, err := x.until("<")
	switch {
	case errors.Is(err, io.EOF) && x.depth > 0:
		x.damaged("it ends too early")
	case err != nil:
		x.err = err // io.EOF is the right end
	default:
		x.inTag = true
		text = text[:len(text)-1]
	}
	if x.depth == 0 && len(bytes.TrimSpace(text)) > 0 {
		x.damaged("text stands outside of its elements")
	}
	if x.depth == 0 || len(text) == 0 || x.err != nil {
		return false
	}
	x.kind, x.text = charData, x.decode(text)
	return x.err == nil
}

// tag reads what a "<" has begun, and reports whether it is a token.
func (x *scanner) tag() bool {
	b, err := x.in.Peek(1)
	if err != nil {
		x.damaged("it ends too early")
		return false
	}
	switch b[0] {
	case '?':
		x.through("?>")
		return false
	case '!':
		return x.declaration()
	case '/':
		tag := x.through(">")
		if x.err != nil {
			return false
		}
		if x.depth == 0 || x.open[x.depth-1] != string(bytes.TrimSpace(tag[1:len(tag)-1])) {
			x.damaged("its elements do not match")
			return false
		}
		return x.close()
	}
	return x.start()
}

// declaration reads a comment or a character section. No office program writes
// any other, and a document type is how entities are smuggled in.
func (x *scanner) declaration() bool {
	if b, _ := x.in.Peek(3); string(b) == "!--" {
		_, _ = x.in.Discard(3)
		x.through("-->")
		return false
	}
	if b, _ := x.in.Peek(8); string(b) == "![CDATA[" && x.depth > 0 {
		_, _ = x.in.Discard(8)
		if text := x.through("]]>"); x.err == nil {
			x.kind, x.text = charData, bytes.ToValidUTF8(text[:len(text)-3], nil)
		}
		return x.err == nil
	}
	x.damaged("it declares a document type, which may define entities")
	return false
}

// close ends the innermost element.
func (x *scanner) close() bool {
	x.depth--
	x.open = x.open[:x.depth]
	x.kind = endTag
	return true
}

// intern returns a name as a string that is made only once.
func (x *scanner) intern(name []byte) string {
	if s, known := x.names[string(name)]; known {
		return s
	}
	s := string(name)
	if len(x.names) < 1000 { // a part has some dozens
		x.names[s] = s
	}
	return s
}

// until reads up to and with a delimiter.
func (x *scanner) until(delimiter string) ([]byte, error) {
	last := delimiter[len(delimiter)-1]
	part, err := x.in.ReadSlice(last)
	if err == nil && bytes.HasSuffix(part, []byte(delimiter)) {
		return part, nil
	}
	x.buffer = append(x.buffer[:0], part...)
	for err == nil && !bytes.HasSuffix(x.buffer, []byte(delimiter)) || errors.Is(err, bufio.ErrBufferFull) {
		part, err = x.in.ReadSlice(last)
		x.buffer = append(x.buffer, part...)
		if x.checkSize(len(x.buffer)); x.err != nil {
			return nil, x.err
		}
	}
	return x.buffer, err
}

// through is until where an end of the part is an error.
func (x *scanner) through(delimiter string) []byte {
	b, err := x.until(delimiter)
	if errors.Is(err, io.EOF) {
		x.damaged("it ends too early")
	} else if err != nil {
		x.err = err
	}
	return b
}

// checkSize keeps one token from filling the memory.
func (x *scanner) checkSize(size int) {
	if size > maxToken {
		x.err = fmt.Errorf("%w: a piece of its part %q is over %d MiB", format.ErrLimit, x.part, maxToken>>20)
	}
}

// damaged ends the scan with an error.
func (x *scanner) damaged(what string) {
	x.err = fmt.Errorf("%w: its part %q cannot be read: %s; copy the file anew, or open it and save it again", format.ErrDamaged, x.part, what)
}

// stop ends the scan with an error that its caller has met, if any.
func (x *scanner) stop(err error) {
	if x.err == nil {
		x.err = err
	}
}
