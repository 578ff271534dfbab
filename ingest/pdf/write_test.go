package pdf

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"fmt"
	"strings"
)

// A file is a PDF that a test writes by hand: its objects, numbered from 1, of
// which the first is the catalog.
type file struct {
	objects []string
	trailer string // beside Size and Root
	key     []byte // encrypts the streams
}

// add adds an object and returns its number.
func (f *file) add(format string, args ...any) int {
	f.objects = append(f.objects, fmt.Sprintf(format, args...))
	return len(f.objects)
}

// stream adds a stream and returns its number.
func (f *file) stream(dictionary string, data []byte) int {
	if f.key != nil {
		n := len(f.objects) + 1
		sum := md5.Sum(append(bytes.Clone(f.key), byte(n), byte(n>>8), byte(n>>16), 0, 0))
		data = crypt(sum[:len(f.key)+5], data)
	}
	return f.add("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(data), data)
}

// bytes returns the file.
func (f *file) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	offsets := make([]int, len(f.objects))
	for i, o := range f.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, f.trailer, start)
	return b.Bytes()
}

// pagesOf returns a file of pages with these contents, in 10 point Helvetica
// as /F, on 600 by 800 points.
func pagesOf(contents ...string) *file {
	f := &file{}
	f.addPages(contents...)
	return f
}

// addPages adds the catalog, the tree of pages and the pages to an empty file.
func (f *file) addPages(contents ...string) {
	f.add("<< /Type /Catalog /Pages 2 0 R >>")
	f.add("")
	f.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	var kids []string
	for _, c := range contents {
		n := f.stream("", []byte(c))
		kids = append(kids, fmt.Sprintf("%d 0 R", f.add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /F 3 0 R >> >> >>", n)))
	}
	f.objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
}

// show returns what draws text at a place, in points from the lower left.
func show(x, y float64, text string) string {
	return fmt.Sprintf("BT /F 10 Tf %g %g Td (%s) Tj ET\n", x, y, text)
}

// encrypted returns a page that says text, encrypted with the standard handler,
// revision 2 (ISO 32000-1, algorithms 1 to 4).
func encrypted(password, text string) []byte {
	padding := []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")
	pad := func(p string) []byte { return append([]byte(p), padding...)[:32] }
	ownerKey := md5.Sum(pad("owner"))
	owner := crypt(ownerKey[:5], pad(password))
	const permissions = -4
	id := []byte("0123456789abcdef")
	sum := md5.Sum(append(binary.LittleEndian.AppendUint32(append(pad(password), owner...), uint32(0xFFFFFFFF+permissions+1)), id...))
	f := &file{key: sum[:5]}
	f.addPages(show(50, 700, text))
	f.trailer = fmt.Sprintf("/Encrypt << /Filter /Standard /V 1 /R 2 /P %d /O <%x> /U <%x> >> /ID [<%x> <%x>]",
		permissions, owner, crypt(f.key, padding), id, id)
	return f.bytes()
}

// crypt returns data encrypted with RC4.
func crypt(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err) // only of a key's length
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}
