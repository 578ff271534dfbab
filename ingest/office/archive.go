package office

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf16"

	"bureau/ingest/format"
)

// An archive is the zip file that an office document is. Parts are unpacked
// one at a time, and all of them together up to a limit.
type archive struct {
	ctx    context.Context // of the one call that reads this file
	limits format.Limits
	parts  map[string]*zip.File // by lower-case name: names differ in more than case
	left   int64                // bytes that may still be unpacked
}

// openArchive opens a document. saveAs is what its program calls the format
// that can be read, for the words of an error: "a Word document (.docx)".
func openArchive(ctx context.Context, data []byte, limits format.Limits, saveAs string) (*archive, error) {
	if bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
		return nil, refuseCompound(data, saveAs)
	}
	// Each member has one such record. Counting them first keeps the list of a
	// million empty members from being built.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > limits.Members {
		return nil, fmt.Errorf("%w: %d members in the archive, the limit is %d; this is not a document that a person wrote", format.ErrLimit, n, limits.Members)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: it has no list of its parts, so it is cut off or no such document; copy it anew, or open it and save it as %s", format.ErrDamaged, saveAs)
	}
	a := &archive{ctx: ctx, limits: limits, parts: make(map[string]*zip.File, len(z.File)), left: limits.Unpacked}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, fmt.Errorf("%w: the part %q has a password; save the document without one", format.ErrEncrypted, f.Name)
		}
		if name := partName(f.Name); a.parts[name] == nil {
			a.parts[name] = f
		}
	}
	return a, nil
}

// refuseCompound tells apart the documents in Microsoft's older container.
func refuseCompound(data []byte, saveAs string) error {
	for _, old := range []struct {
		stream string
		err    error
		words  string
	}{
		{"EncryptedPackage", format.ErrEncrypted, "it has a password; save it without one"},
		{"WordDocument", format.ErrUnsupported, "this is an old Word document (.doc); open it and save it as a Word document (.docx)"},
		{"PowerPoint Document", format.ErrUnsupported, "this is an old PowerPoint presentation (.ppt); open it and save it as a PowerPoint presentation (.pptx)"},
		{"Workbook", format.ErrUnsupported, "this is an old Excel workbook (.xls); open it and save it as an Excel workbook (.xlsx)"},
		{"Book", format.ErrUnsupported, "this is an old Excel workbook (.xls); open it and save it as an Excel workbook (.xlsx)"},
	} {
		if bytes.Contains(data, streamName(old.stream)) {
			return fmt.Errorf("%w: %s", old.err, old.words)
		}
	}
	return fmt.Errorf("%w: this is a file of an older program; open it and save it as %s", format.ErrUnsupported, saveAs)
}

// streamName returns a name as it stands in the directory of a compound file:
// in UTF-16 with a zero at its end.
func streamName(name string) []byte {
	var b []byte
	for _, unit := range append(utf16.Encode([]rune(name)), 0) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

// partName returns the name by which a part is kept.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// has reports whether a part is there.
func (a *archive) has(name string) bool { return a.parts[partName(name)] != nil }

// open returns the XML of a part, or ErrDamaged where it is missing.
func (a *archive) open(name string) (*scanner, error) {
	f := a.parts[partName(name)]
	if f == nil {
		return nil, fmt.Errorf("%w: its part %q is missing; open the document and save it again", format.ErrDamaged, name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: its part %q cannot be unpacked (%w); open the document and save it again", format.ErrDamaged, name, err)
	}
	return newScanner(&unpacking{archive: a, in: r, name: name}, name, a.limits.Depth), nil
}

// read calls visit with a part, at the start of its outermost element. A part
// that is missing is left out. The part is read to its end, so that its
// checksum is held against it.
func (a *archive) read(name string, visit func(x *scanner)) error {
	if !a.has(name) {
		return nil
	}
	x, err := a.open(name)
	if err != nil {
		return err
	}
	if x.next() {
		visit(x)
	}
	return x.finish()
}

// An unpacking is a part as it is unpacked.
type unpacking struct {
	*archive
	in   io.ReadCloser
	name string
}

// Read implements io.Reader within the archive's limit and context.
func (u *unpacking) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := u.in.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, fmt.Errorf("%w: unpacked it is over %d MiB; split the document", format.ErrLimit, u.limits.Unpacked>>20)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: its part %q cannot be unpacked (%w); copy the file anew", format.ErrDamaged, u.name, err)
	}
	return n, err
}
