package mail

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-message"

	"bureau/ingest/format"
)

// maxHeader is the size of the largest header of a mail, in bytes.
const maxHeader = 256 << 10

// ReadEML returns the text of a mail and what is attached to it. The text is a
// list of From, To, Cc, Date and Subject, and below it what the mail itself
// says: in plain text where it has any, else in what html makes of its HTML as
// Markdown. Mails that it quotes and signatures are folded away, but for a mail
// that says nothing else or passes another one on.
//
// Attached files and mails are members; pictures inside the text are left out.
// A member's time is that of the mail. A mail that is encrypted is
// [format.ErrEncrypted]. One that ends early or has a damaged part gives what
// can be read, with a warning.
func ReadEML(data []byte, limits format.Limits, html func(string) (string, error)) (format.Text, []format.Member, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if err := checkHeaders(data); err != nil {
		return format.Text{}, nil, err
	}
	mail, err := message.ReadWithOptions(bytes.NewReader(data), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if err != nil && !isUnknown(err) {
		return format.Text{}, nil, fmt.Errorf("%w: its header cannot be read; save the mail anew", format.ErrDamaged)
	}
	if !isMail(mail.Header) {
		return format.Text{}, nil, fmt.Errorf("%w: it has no header of a mail; save the mail anew as EML", format.ErrDamaged)
	}
	h := readHeader(mail.Header)
	r := reader{limits: limits, left: limits.Unpacked, date: h.date}
	if err := r.part(mail, err, 1); err != nil {
		return format.Text{}, nil, err
	}
	body, err := r.body(h, html)
	if err != nil {
		return format.Text{}, nil, err
	}
	t := format.Text{Title: h.subject, Updated: h.updated(), Owner: h.sender, Warnings: r.warnings}
	t.Markdown = strings.TrimRight(h.list()+"\n\n"+body, "\n")
	return t, r.members, nil
}

// A reader collects the parts of a mail.
type reader struct {
	limits   format.Limits
	left     int64 // bytes that may still be decoded
	count    int   // of parts
	date     time.Time
	plain    []string
	html     []string
	members  []format.Member
	names    format.Names
	warnings []string
}

// isMail reports whether a header is that of a mail.
func isMail(h message.Header) bool {
	for _, name := range []string{"From", "Sender", "To", "Date", "Subject", "Message-Id", "Received"} {
		if h.Has(name) {
			return true
		}
	}
	return false
}

// isUnknown reports whether an error is only that of a charset or an encoding
// that is not known: the part is there as it was sent.
func isUnknown(err error) bool {
	return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

// field is how a field of a header begins.
var field = regexp.MustCompile(`^[!-9;-~]+[ \t]*:`)

// checkHeaders refuses mails whose headers have thousands of fields. Each field
// takes some hundred bytes of memory, and what reads the headers of parts has
// no limit of its own. A header begins with the mail and after a line that
// begins as a boundary does.
func checkHeaders(data []byte) error {
	const most = 2_000
	fields, inHeader := 0, true
	for line := range bytes.Lines(data) {
		switch {
		case bytes.HasPrefix(line, []byte("--")):
			fields, inHeader = 0, true
		case inHeader && field.Match(line):
			fields++
		case line[0] != ' ' && line[0] != '\t':
			inHeader = false
		}
		if fields > most {
			return fmt.Errorf("%w: a header of more than %d fields; save the mail anew", format.ErrLimit, most)
		}
	}
	return nil
}

// body returns what the mail says, folded.
func (r *reader) body(h header, html func(string) (string, error)) (string, error) {
	plain := strings.Join(r.plain, "\n\n")
	if strings.Contains(plain, "-----BEGIN PGP MESSAGE-----") {
		return "", errEncrypted
	}
	if strings.TrimSpace(plain) != "" {
		return format.Escape(fold(plain, h.isForward())), nil
	}
	var pages []string
	for _, source := range r.html {
		page, err := html(source)
		if errors.Is(err, format.ErrLimit) {
			return "", err
		}
		if err != nil {
			r.warn("a part in HTML", err)
			continue
		}
		pages = append(pages, strings.Trim(page, "\n"))
	}
	return fold(strings.Join(pages, "\n\n"), h.isForward()), nil
}

// reason returns why a part cannot be read, in the words of the library on one
// line.
func reason(err error) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "message: ")), " ")
}

// warn notes that a part is left out.
func (r *reader) warn(what string, err error) {
	r.warnings = append(r.warnings, fmt.Sprintf("%s is left out: %s", what, reason(err)))
}
