package bounded

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// maxBody is the size of the largest payload and reply, in bytes.
const maxBody = 1 << 30

// The kinds of messages from a child: it is ready, a reply, and the error of a
// handler. Those to a child have the kinds of requests; the first one tells it
// its memory.
const (
	kindReady = "ready"
	kindReply = "reply"
	kindError = "error"
	kindStart = "start"
)

// writeMessage writes a message: the lengths of its kind and its body, each in
// four bytes with the highest first, then the two.
func writeMessage(w io.Writer, kind string, body []byte) error {
	if len(kind) > maxBody || len(body) > maxBody {
		return fmt.Errorf("write message %.40q: %d bytes are too many", kind, len(body))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(kind)))
	head = binary.BigEndian.AppendUint32(head, uint32(len(body)))
	b := bufio.NewWriter(w)
	for _, part := range [][]byte{head, []byte(kind), body} {
		if _, err := b.Write(part); err != nil {
			return err
		}
	}
	return b.Flush()
}

// readMessage reads what writeMessage writes. Its error is io.EOF where the
// stream ends before a message. Memory is used as bytes come, not as a
// damaged length promises.
func readMessage(r io.Reader) (kind string, body []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", nil, err
	}
	name, err := readPart(r, binary.BigEndian.Uint32(head[:4]))
	if err != nil {
		return "", nil, err
	}
	body, err = readPart(r, binary.BigEndian.Uint32(head[4:]))
	return string(name), body, err
}

// readPart reads size bytes.
func readPart(r io.Reader, size uint32) ([]byte, error) {
	const chunk = 1 << 20
	if size > maxBody {
		return nil, fmt.Errorf("read message: %d bytes are too many", size)
	}
	var b bytes.Buffer
	b.Grow(int(min(size, chunk)))
	if n, err := io.CopyN(&b, r, int64(size)); err != nil {
		return nil, fmt.Errorf("read message: %d bytes of %d: %w", n, size, io.ErrUnexpectedEOF)
	}
	return b.Bytes(), nil
}
