package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// segmentSuffix ends the name of a file of lines. Its beginning is the number of
// its first line, so that names sort as lines do.
const segmentSuffix = ".jsonl"

// longestLine is how many bytes a line is read of at most. One with a long
// question and a hundred passages has 40,000.
const longestLine = 4 << 20

func segmentName(first uint64) string { return fmt.Sprintf("%012d%s", first, segmentSuffix) }

// A segment is one file of lines.
type segment struct {
	path  string
	first uint64 // number of its first line, by its name
}

// segmentsIn returns the segments of a folder, the oldest first. A folder that
// does not exist has none.
func segmentsIn(folder string) ([]segment, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the audit: %w", err)
	}
	var segments []segment
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		first, err := strconv.ParseUint(digits, 10, 64)
		if ok && err == nil {
			segments = append(segments, segment{filepath.Join(folder, e.Name()), first})
		}
	}
	slices.SortFunc(segments, func(a, b segment) int {
		if a.first != b.first {
			return int(min(1, max(-1, int64(a.first)-int64(b.first)))) //nolint:gosec // names of twelve digits
		}
		return strings.Compare(a.path, b.path)
	})
	return segments, nil
}

// A rawLine is the bytes of one line in a file.
type rawLine struct {
	data       []byte // without the line break; good until the next one is read
	start, end int64  // in the file, end behind the line break
	whole      bool   // it has a line break
}

// eachLine calls visit with the lines of r, which begins at offset of its file.
// Of a line that is too long, the first bytes are given.
func eachLine(r io.Reader, offset int64, visit func(rawLine) error) error {
	buffered := bufio.NewReaderSize(r, 64<<10)
	var data []byte
	for {
		l := rawLine{start: offset}
		data = data[:0]
		for {
			part, err := buffered.ReadSlice('\n')
			offset += int64(len(part))
			data = append(data, part[:min(len(part), max(0, longestLine-len(data)))]...)
			if err == nil {
				l.whole = true
				break
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return err
			}
		}
		if l.end = offset; l.end == l.start {
			return nil
		}
		l.data = data
		if l.whole && data[len(data)-1] == '\n' {
			l.data = data[:len(data)-1]
		}
		if err := visit(l); err != nil {
			return err
		}
	}
}
