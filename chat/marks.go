package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A markFilter takes the model's own citation marks out of its text while it
// is streamed: [1], 【1】, [^1], [1, 2], (source 1), （来源1）. It also takes
// out characters that a text has no use for and a page may be fooled by:
// controls, overrides of the writing direction, and private-use characters.
//
// How the text is cut into chunks makes no difference.
type markFilter struct {
	torn string // the beginning of a character that the next chunk completes
	held string // clean text that may be the beginning of a mark
}

// A fragment is either text or, where hints is set, a mark that stood there.
type fragment struct {
	text  string
	hints []int
}

// write takes a chunk and returns what is certain by now.
func (f *markFilter) write(chunk string) []fragment {
	f.held += f.clean(chunk)
	return f.cut(false)
}

// close returns the rest. A mark that was never finished is text.
func (f *markFilter) close() []fragment {
	if f.torn != "" {
		f.held += string(utf8.RuneError)
		f.torn = ""
	}
	return f.cut(true)
}

// clean returns the chunk, made valid UTF-8, without the characters that are
// never shown.
func (f *markFilter) clean(chunk string) string {
	rest := f.torn + chunk
	f.torn = ""
	var b strings.Builder
	for rest != "" {
		if !utf8.FullRuneInString(rest) {
			f.torn = rest
			break
		}
		r, n := utf8.DecodeRuneInString(rest)
		if !hidden(r) {
			b.WriteRune(r)
		}
		rest = rest[n:]
	}
	return b.String()
}

// hidden reports whether r is never shown.
func hidden(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Co, unicode.Bidi_Control)
}

// cut takes the certain part of the held text and leaves the rest held; at
// the end everything is certain.
func (f *markFilter) cut(end bool) []fragment {
	var out []fragment
	start, i := 0, 0
	flush := func() {
		if i > start {
			out = append(out, fragment{text: f.held[start:i]})
		}
	}
	for i < len(f.held) {
		n, hints, state := matchMark(f.held[i:])
		if state == undecided && !end {
			break
		}
		if state == isMark {
			flush()
			out = append(out, fragment{hints: hints})
			i += n
			start = i
			continue
		}
		_, size := utf8.DecodeRuneInString(f.held[i:])
		i += size
	}
	flush()
	f.held = f.held[i:]
	return out
}

// A matching says whether a text begins with a mark.
type matching int

const (
	noMark matching = iota
	isMark
	undecided // the text is too short to tell
)

// maxMark bounds a mark, in bytes, and with it the text that is held back.
const maxMark = 48

// closers are the brackets that may enclose a mark, by the one that opens it.
var closers = map[rune]string{'[': "]", '［': "］", '【': "】", '〔': "〕", '(': ")", '（': "）"}

// markWords may stand in a mark before the number; in round brackets, where
// a number alone is ordinary text, one of them must.
var markWords = []string{
	"sources", "source", "passages", "passage", "citations", "citation", "refs", "ref",
	"参考资料", "參考資料", "来源", "來源", "资料", "資料", "段落",
}

// matchMark reports whether text begins with a mark, the one space before it
// included, how long the mark is in bytes and the numbers in it.
func matchMark(text string) (n int, hints []int, state matching) {
	rest := strings.TrimPrefix(text, " ")
	if rest == "" {
		return 0, nil, undecided
	}
	r, size := utf8.DecodeRuneInString(rest)
	closing, ok := closers[r]
	if !ok {
		return 0, nil, noMark
	}
	open := rest[:size]
	inner := rest[size:min(len(rest), maxMark)]
	if strings.HasPrefix(inner, open) { // [[1]]
		inner, closing = inner[size:], closing+closing
	}
	body, _, closed := strings.Cut(inner, closing)
	round := r == '(' || r == '（'
	switch {
	case strings.Contains(body, "\n") || !startsLikeMark(body, round):
		return 0, nil, noMark
	case !closed && len(rest) < maxMark:
		return 0, nil, undecided
	case !closed:
		return 0, nil, noMark
	}
	hints, ok = readMark(body, round)
	if !ok {
		return 0, nil, noMark
	}
	before := len(text) - len(rest) + strings.Index(rest, inner)
	return before + len(body) + len(closing), hints, isMark
}

// startsLikeMark reports whether body, of which the end may be missing, can
// be the inside of a mark. Most brackets fail here and are not held back.
func startsLikeMark(body string, needsWord bool) bool {
	body = strings.ToLower(strings.TrimLeft(body, " ^"))
	if body == "" {
		return true
	}
	for _, w := range markWords {
		if strings.HasPrefix(body, w) || strings.HasPrefix(w, body) {
			return true
		}
	}
	r, _ := utf8.DecodeRuneInString(body)
	r = narrow(r)
	return !needsWord && '0' <= r && r <= '9'
}

// readMark returns the numbers of a mark from the text between its brackets.
func readMark(body string, needsWord bool) (numbers []int, ok bool) {
	body = strings.ToLower(strings.TrimLeft(body, " ^"))
	for _, w := range markWords {
		if after, found := strings.CutPrefix(body, w); found {
			body, needsWord = strings.TrimLeft(after, " :：#.^"), false
			break
		}
	}
	if needsWord {
		return nil, false
	}
	for _, field := range strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune(" ,，、;；-–^#", r) }) {
		n, ok := smallNumber(field)
		if !ok {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, len(numbers) > 0
}

// smallNumber reads a number of one or two digits, full width or not. Longer
// ones, such as [2024], are text.
func smallNumber(s string) (int, bool) {
	n, digits := 0, 0
	for _, r := range s {
		r = narrow(r)
		if r < '0' || r > '9' {
			return 0, false
		}
		n, digits = n*10+int(r-'0'), digits+1
	}
	return n, digits >= 1 && digits <= 2
}

// narrow returns the ASCII form of a full-width character, and any other as
// it is.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}
