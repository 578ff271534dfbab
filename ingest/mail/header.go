package mail

import (
	"cmp"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-message"

	"bureau/ingest/format"
)

// maxPeople is how many receivers are told.
const maxPeople = 20

// A header is what the head of a mail says of it.
type header struct {
	sender       string // name of the person, or else the address
	from, to, cc string
	subject      string
	date         time.Time // or zero
}

// readHeader reads the head of a mail.
func readHeader(h message.Header) header {
	date, err := mail.ParseDate(h.Get("Date"))
	if err != nil {
		date = time.Time{}
	}
	from, sender := people(h, "From")
	to, _ := people(h, "To")
	cc, _ := people(h, "Cc")
	return header{sender: sender, from: from, to: to, cc: cc, subject: text(h, "Subject"), date: date}
}

// people returns the people in a field, up to maxPeople of them, and the name
// of the first one. A list that cannot be read is returned as it is.
func people(h message.Header, name string) (all, first string) {
	parser := mail.AddressParser{WordDecoder: &words}
	list, err := parser.ParseList(strings.Join(h.Values(name), ", "))
	if err != nil || len(list) == 0 {
		line := text(h, name)
		return line, line
	}
	var told []string
	for _, a := range list[:min(len(list), maxPeople)] {
		told = append(told, strings.TrimSpace(decodeField(a.Name)+" ("+decodeField(a.Address)+")"))
	}
	all = strings.Join(told, ", ")
	if more := len(list) - maxPeople; more > 0 {
		all += fmt.Sprintf(" and %d more", more)
	}
	return all, cmp.Or(decodeField(list[0].Name), decodeField(list[0].Address))
}

// list returns the header as a list in Markdown.
func (h header) list() string {
	date := ""
	if !h.date.IsZero() {
		date = h.date.Format("2006-01-02 15:04 -0700")
	}
	var b strings.Builder
	for _, line := range [][2]string{{"From", h.from}, {"To", h.to}, {"Cc", h.cc}, {"Date", date}, {"Subject", h.subject}} {
		if line[1] != "" {
			fmt.Fprintf(&b, "- %s: %s\n", line[0], format.Escape(line[1]))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// updated returns the date, or "".
func (h header) updated() string {
	if h.date.IsZero() {
		return ""
	}
	return h.date.Format(time.RFC3339)
}

// forwarded is how the subject of a mail begins that passes another one on.
var forwarded = regexp.MustCompile(`(?i)^(fwd?|转发|轉發|转寄|轉寄)\s*[:：]`)

// isForward reports whether the mail passes another one on.
func (h header) isForward() bool { return forwarded.MatchString(h.subject) }
