package mail

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"strings"

	"github.com/emersion/go-message"

	"bureau/ingest/format"
)

var (
	// envelope is the line in front of each mail. Its time tells it from a
	// line of a text that begins with "From ".
	envelope = regexp.MustCompile(`^From \S+\s.*\d{1,2}:\d{2}.*\d{4}`)
	// escaped is a line of a text that would be one.
	escaped = regexp.MustCompile(`(?m)^>(>*From )`)
)

// EachMBOX yields the mails of a mailbox in MBOX (RFC 4155) in their order, each
// as a file to be read by [ReadEML]. Its path is the mail's Message-ID made safe,
// so that a mail keeps it when others come and go, or its number without one;
// its time is the mail's. An error, which ends the mailbox, has no path.
func EachMBOX(data []byte, limits format.Limits) iter.Seq2[format.Member, error] {
	return func(yield func(format.Member, error) bool) {
		var names format.Names
		count := 0
		for mail, err := range cutMBOX(data) {
			if err != nil {
				yield(format.Member{}, err)
				return
			}
			count++
			if count > limits.Members {
				yield(format.Member{}, fmt.Errorf("%w: more than %d mails; split the mailbox", format.ErrLimit, limits.Members))
				return
			}
			if !yield(member(mail, count, &names), nil) {
				return
			}
		}
	}
}

// member returns a mail as a file.
func member(mail []byte, number int, names *format.Names) format.Member {
	m := format.Member{Data: escaped.ReplaceAll(mail, []byte("$1"))}
	stated := ""
	// Where the header cannot be read, ReadEML says so.
	if e, err := message.ReadWithOptions(bytes.NewReader(mail[:min(len(mail), maxHeader)]), nil); err == nil || isUnknown(err) {
		stated = strings.Trim(text(e.Header, "Message-Id"), "<>")
		m.Modified = readHeader(e.Header).date
	}
	safe := format.SafeName(strings.NewReplacer("/", "-", `\`, "-").Replace(stated))
	if safe == "" {
		safe = fmt.Sprintf("%06d", number)
	}
	m.Path = names.Take(safe + ".eml")
	return m
}

// cutMBOX yields the mails of a mailbox without their envelopes.
func cutMBOX(data []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\uFEFF")), "\r\n")
		if !bytes.HasPrefix(data, []byte("From ")) {
			yield(nil, fmt.Errorf("%w: it does not begin with a line of an envelope (From …); export the mailbox anew as MBOX", format.ErrDamaged))
			return
		}
		start, at, afterBlank := -1, 0, true
		for line := range bytes.Lines(data) {
			if at == 0 || afterBlank && envelope.Match(line) {
				if start >= 0 && !yield(data[start:at], nil) {
					return
				}
				start = at + len(line)
			}
			at += len(line)
			afterBlank = len(bytes.TrimRight(line, "\r\n")) == 0
		}
		yield(data[start:], nil)
	}
}
