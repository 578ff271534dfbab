package ingest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"bureau/ingest/format"
)

// ExtractionVersion names the way in which Extract extracts. A document that
// was extracted in another way is read anew, so it changes with every change
// of what Extract returns.
const ExtractionVersion = "2"

// MaxBytes is the size of the largest file that is read, 32 MiB: ten times
// the Bible. What is larger is a dump, not an article.
const MaxBytes = 32 << 20

// maxTitle is the length of the longest title, in runes. A title goes in front
// of every passage, where it takes from the embedder's limit.
const maxTitle = 120

// The reasons why a file has no text. Each comes wrapped in words that say
// what is wrong with this file and what to do about it.
var (
	ErrBinary      = errors.New("the file is not text")
	ErrEmpty       = errors.New("the file has no text")
	ErrUnsupported = format.ErrUnsupported
	ErrEncoding    = errors.New("the character encoding is not known")
	ErrTooLarge    = errors.New("the file is too large")
	ErrFrontMatter = errors.New("the front matter cannot be read")
)

// An Extracted is the text of a document with what the document says of itself.
type Extracted struct {
	// Title is the one the document states, or else its first heading or first
	// line, or else its file name made readable. Never empty, up to 120 runes.
	Title string
	// Language is "en", "zh-Hans", "zh-Hant", or "" for any other.
	Language string
	Updated  string // date of the last change as the document states it, YYYY-MM-DD, or ""
	Owner    string // who answers for the document, as it states it, or ""
	Front    FrontMatter
	// Markdown is the text as a person reads it, valid UTF-8 with "\n" line
	// ends. Passages point into it by byte.
	Markdown string
	// Places say where parts of Markdown stand in a file of pages, slides or
	// sheets, sorted.
	Places []format.Place
	// Warnings say what of the file was left out, in words for an administrator.
	Warnings []string
}

// Extract reads a file as the zero [Reader] does.
func Extract(name string, data []byte) (Extracted, error) {
	return Reader{}.Extract(context.Background(), name, data)
}

// extractText reads a file of text.
func extractText(name string, kind fileFormat, data []byte) (Extracted, error) {
	if err := refuseBinary(data); err != nil {
		return Extracted{}, err
	}
	text, err := decode(data, declaredCharset(kind, data))
	if err != nil {
		return Extracted{}, err
	}
	text = clean(text)
	stated, body, err := cutFrontMatter(text)
	if err != nil {
		return Extracted{}, err
	}
	if kind != formatHTML {
		if err := refuseTangled(body); err != nil {
			return Extracted{}, err
		}
	}
	found, err := read(kind, body)
	if err != nil {
		return Extracted{}, err
	}
	if !strings.ContainsFunc(found.Markdown, isWordRune) {
		where := "in it"
		if len(body) < len(text) {
			where = "below its front matter"
		}
		return Extracted{}, fmt.Errorf("%w: no letter or digit %s", ErrEmpty, where)
	}
	return complete(name, stated, found), nil
}

// read turns the text of a document in a format into Markdown, with what the
// format itself tells of title, language, date and owner.
func read(kind fileFormat, text string) (Extracted, error) {
	switch kind {
	case formatMarkdown:
		return readMarkdown(text), nil
	case formatHTML:
		return readHTML(text)
	default:
		return readText(text), nil
	}
}

// complete puts together what the front matter states, what the text shows
// and what can be guessed, in this order of trust.
func complete(name string, stated statement, found Extracted) Extracted {
	x := Extracted{
		Title:    firstOf(oneLine(stated.title), oneLine(found.Title), readableName(name)),
		Language: languageOf(found.Markdown, canonicalLanguage(found.Language)), // templates state "en" for everything
		Updated:  firstOf(dateOf(stated.updated), dateOf(stated.modified), dateOf(stated.dated), dateOf(found.Updated)),
		Owner:    firstOf(oneLine(stated.owner), oneLine(found.Owner)),
		Front:    stated.FrontMatter,
		Markdown: found.Markdown,
	}
	if stated.language != "" {
		x.Language = canonicalLanguage(stated.language) // also where it is none of ours
	}
	x.Title = clip(x.Title, maxTitle)
	return x
}

// clean returns text with one kind of line end and without characters that
// nobody sees: control characters, byte order marks, and the tag characters
// with which instructions can be hidden in a text.
func clean(text string) string {
	if isClean(text) { // as most are
		return text
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || r == '\uFEFF' || 0xE0000 <= r && r <= 0xE007F:
			return -1
		}
		return r
	}, text)
}

// isClean reports whether clean changes nothing in a text.
func isClean(text string) bool {
	for i := range len(text) {
		if !opensUncleaned[text[i]] {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(text[i:]); isUncleaned(r) {
			return false
		}
	}
	return true
}

// opensUncleaned tells the bytes that characters begin with which clean changes.
var opensUncleaned = func() (opens [256]bool) {
	for r := range rune(0x80) {
		opens[r] = isUncleaned(r)
	}
	for _, r := range "\u0080\u2028\uFEFF\U000E0000" { // the first of each range
		opens[string(r)[0]] = true
	}
	return opens
}()

// isUncleaned reports whether clean changes r.
func isUncleaned(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20 || 0x7F <= r && r <= 0x9F:
		return true
	case r < 0x2028:
		return false
	}
	return r == '\u2028' || r == '\u2029' || r == '\uFEFF' || 0xE0000 <= r && r <= 0xE007F
}

// readableName makes a title of a file's name: "pay_rule-2026.zh-hans.md" is
// "pay rule 2026".
func readableName(name string) string {
	base := path.Base(name)
	stem, rest, _ := strings.Cut(base, ".")
	if stem == "" {
		stem = rest // .profile
	}
	title := oneLine(strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToValidUTF8(stem, "")))
	return firstOf(title, "untitled")
}

// oneLine returns text with each run of white space as one space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// firstOf returns the first string that is not empty, or "".
func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}

// clip returns the first limit runes of text, with an ellipsis in place of the
// last one where some are left out.
func clip(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:limit-1])) + "…"
}

// isWordRune reports whether r says something: a letter or a digit.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
