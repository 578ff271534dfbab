package archive

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"golang.org/x/text/encoding/charmap"

	"bureau/ingest/format"
)

const (
	// maxRatio is how many times its packed size a member may have. Text gets
	// to 10, logs and tables of one value to 200; what is made to fill a disk
	// gets to 1,000.
	maxRatio = 250
	// smallest is a size that is no harm at any ratio, in bytes.
	smallest = 1 << 20

	flagEncrypted = 0x1
)

// errTotal is the limit of all that is unpacked. It ends an archive.
var errTotal = fmt.Errorf("%w: it unpacks", format.ErrLimit)

// A box is what may still be unpacked of a file.
type box struct {
	limits format.Limits
	left   int64 // bytes
}

// A file is a file in an archive.
type file struct{ *zip.File }

// open returns the files of an archive. The directory is counted before it is
// read, since each entry takes some hundred bytes of memory.
func (b *box) open(data []byte) ([]*zip.File, error) {
	if countEntries(data) > b.limits.Members {
		return nil, b.tooMany()
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are made safe here
		return nil, fmt.Errorf("%w: it has no directory of its files, so it is cut off or no archive; copy or pack it anew", format.ErrDamaged)
	}
	return r.File, nil
}

// tooMany is the error of an archive with too many files.
func (b *box) tooMany() error {
	return fmt.Errorf("%w: more than %d files in the archive; split it", format.ErrLimit, b.limits.Members)
}

// countEntries returns at least how many entries an archive's directory has.
// What the end of the archive says of their number is not believed.
func countEntries(data []byte) int {
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	if end < 0 || end+22 > len(data) {
		return 0 // it has no directory
	}
	size, offset := binary.LittleEndian.Uint32(data[end+12:]), binary.LittleEndian.Uint32(data[end+16:])
	from := min(int64(end)-int64(size), int64(offset), int64(end))
	return bytes.Count(data[max(from, 0):end], []byte("PK\x01\x02"))
}

// unpack returns the content of a file, and takes it from what is left.
func (b *box) unpack(f file) ([]byte, error) {
	if f.Flags&flagEncrypted != 0 {
		return nil, fmt.Errorf("%w with a password in the archive; pack it without one", format.ErrEncrypted)
	}
	if err := b.refuse(f); err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		return nil, f.explain(err)
	}
	var data bytes.Buffer
	data.Grow(int(f.UncompressedSize64) + bytes.MinRead)
	_, err = data.ReadFrom(r) // up to the stated size: one byte more is an error
	_ = r.Close()             // it only reads
	b.left -= int64(data.Len())
	if err != nil {
		return nil, f.explain(err)
	}
	return data.Bytes(), nil
}

// refuse returns an error for a file that says itself that it is over a limit.
func (b *box) refuse(f file) error {
	size := f.UncompressedSize64
	most := max(smallest, maxRatio*min(f.CompressedSize64, 1<<40))
	limit := uint64(cmp.Or(b.limits.Member, b.limits.Unpacked))
	switch {
	case size > uint64(max(b.left, 0)):
		return fmt.Errorf("%w to more than %d MiB; split it", errTotal, b.limits.Unpacked>>20)
	case size > limit:
		return fmt.Errorf("%w: it unpacks to more than %d MiB; split it", format.ErrLimit, limit>>20)
	case size > most:
		return fmt.Errorf("%w: it unpacks to more than %d times its size", format.ErrLimit, maxRatio)
	}
	return nil
}

// explain says why a file cannot be unpacked.
func (f file) explain(err error) error {
	if errors.Is(err, zip.ErrAlgorithm) {
		return fmt.Errorf("%w or packed in a way that is not read (method %d); pack it anew with Deflate", format.ErrDamaged, f.Method)
	}
	return fmt.Errorf("%w: it cannot be unpacked (%w); copy or pack the archive anew", format.ErrDamaged, err)
}

// nameOf returns the name of a file in an archive: the one in Unicode that some
// programs add, or else the stated one, in the encoding of the system that
// packed it. That is not stated; in China it is GBK.
func nameOf(f *zip.File) string {
	const unicodePath = 0x7075 // Info-ZIP's: version, CRC of the stated name, name
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			break
		}
		if id == unicodePath && size > 5 && binary.LittleEndian.Uint32(extra[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) {
			return string(extra[5:size])
		}
		extra = extra[size:]
	}
	return format.Guess([]byte(f.Name), charmap.CodePage437)
}
