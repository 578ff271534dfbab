package format

import (
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Member is a file inside another one: in an archive, or attached to a mail.
type Member struct {
	Path     string // slash-separated, as [SafePath] makes it; no other member of the file has it
	Stated   string // name in an archive before it was made safe, or ""
	Data     []byte
	Modified time.Time // as the file states it, or zero
}

const (
	maxElement = 200  // bytes of one name in a path, below what file systems take
	maxPath    = 1024 // bytes of a whole path
)

// SafePath makes a path that somebody else wrote fit to stand among ours: with
// slashes only, in one Unicode form (NFC), without a drive or a slash in
// front, and without characters that nobody sees, as zero bytes and the marks
// that turn the direction of writing. It reports false for a path that leads
// out of its file by "..", is empty, or is over 1,024 bytes.
func SafePath(stated string) (string, bool) {
	stated = norm.NFC.String(strings.Map(visible, strings.ToValidUTF8(stated, "\uFFFD")))
	var elements []string
	for element := range strings.SplitSeq(strings.ReplaceAll(stated, `\`, "/"), "/") {
		element = strings.TrimSpace(element)
		switch {
		case element == "..":
			return "", false
		case element == "", element == ".", elements == nil && isDrive(element):
		default:
			elements = append(elements, clipName(element))
		}
	}
	safe := strings.Join(elements, "/")
	return safe, safe != "" && len(safe) <= maxPath
}

// SafeName makes the name of one file, as the sender of a mail states it, fit
// to stand in a path: its last element as [SafePath] cleans it, and never a
// hidden one. It returns "" where nothing is left.
func SafeName(stated string) string {
	name := stated[strings.LastIndexAny(stated, `/\`)+1:]
	safe, _ := SafePath(strings.TrimLeft(strings.Map(visible, name), ". "))
	return safe
}

// visible maps the characters that nobody sees to none.
func visible(r rune) rune {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		return -1
	}
	return r
}

// isDrive reports whether an element of a path is a drive of Windows.
func isDrive(element string) bool {
	return len(element) == 2 && element[1] == ':'
}

// clipName shortens a name to what file systems take and keeps its extension.
func clipName(name string) string {
	if len(name) <= maxElement {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > 16 {
		extension = ""
	}
	end := maxElement - len(extension)
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return strings.TrimSpace(name[:end]) + extension
}

// Names are the paths that are taken among the members of one file. The zero
// value has none.
type Names struct{ seen map[string]int }

// Take returns path, or where it is taken "name (2).ext", "name (3).ext" and
// so on, and takes what it returns.
func (n *Names) Take(stated string) string {
	if n.seen == nil {
		n.seen = make(map[string]int)
	}
	free := stated
	extension := path.Ext(stated)
	for n.seen[free] > 0 {
		n.seen[stated]++
		free = strings.TrimSuffix(stated, extension) + " (" + strconv.Itoa(n.seen[stated]) + ")" + extension
	}
	n.seen[free]++
	return free
}
