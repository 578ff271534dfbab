package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"

	"bureau/ingest/format"
)

// errEncrypted is the error of a mail that only its receiver can read.
var errEncrypted = fmt.Errorf("%w for its receiver; save it decrypted", format.ErrEncrypted)

// part takes what is in a part of the mail, which may have parts itself. known
// is the error with which the part came. Its own error is that of the whole
// mail.
func (r *reader) part(p *message.Entity, known error, depth int) error {
	kind, params := contentType(p.Header)
	switch kind {
	case "multipart/encrypted", "application/pgp-encrypted":
		return errEncrypted
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		if strings.EqualFold(params["smime-type"], "signed-data") {
			return fmt.Errorf("%w: the mail is inside its signature; save it without", format.ErrEncrypted)
		}
		return errEncrypted
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature":
		return nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		return r.parts(p, kind, params, depth)
	}
	return r.leaf(p, known, kind)
}

// parts takes the parts of a part.
func (r *reader) parts(p *message.Entity, kind string, params map[string]string, depth int) error {
	if depth > r.limits.Depth {
		return fmt.Errorf("%w: parts in parts, more than %d deep; save the mail anew", format.ErrLimit, r.limits.Depth)
	}
	parts := p.MultipartReader()
	if parts == nil || params["boundary"] == "" {
		r.warn("a part of the mail", errors.New("nothing says where its parts end"))
		return nil
	}
	for number := 1; ; number++ {
		next, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !isUnknown(err) {
			r.warn(fmt.Sprintf("the mail from part %d on", r.count+1), err)
			return nil
		}
		r.count++
		if r.count > r.limits.Members {
			return fmt.Errorf("%w: more than %d parts; take the attachments out", format.ErrLimit, r.limits.Members)
		}
		if kind == "multipart/alternative" && !isAlternative(next.Header) {
			continue // an invitation, say, whose text is there as well
		}
		if err := r.part(next, err, depth+1); err != nil {
			return err
		}
	}
}

// isAlternative reports whether a part is a way to write the text that is read.
func isAlternative(h message.Header) bool {
	kind, _ := contentType(h)
	return kind == "text/plain" || kind == "text/html" || strings.HasPrefix(kind, "multipart/")
}

// leaf takes a part without parts: text, an attachment, or a picture.
func (r *reader) leaf(p *message.Entity, known error, kind string) error {
	isFile, name := attachment(p.Header, kind)
	if !isFile && strings.HasPrefix(kind, "image/") {
		return nil
	}
	data, err := r.read(p)
	switch {
	case errors.Is(err, format.ErrLimit):
		return err
	case isFile && err != nil:
		r.warn(fmt.Sprintf("the attachment %q", name), err)
	case isFile:
		r.attach(kind, name, data)
	default:
		if err != nil {
			r.warn("the rest of a part", err)
		}
		r.text(kind, data, known)
	}
	return nil
}

// read returns what is in a part, decoded, as far as it can be read.
func (r *reader) read(p *message.Entity) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(p.Body, r.left+1))
	r.left -= int64(len(data))
	if r.left < 0 {
		return nil, fmt.Errorf("%w: its parts have more than %d MiB; take the attachments out", format.ErrLimit, r.limits.Unpacked>>20)
	}
	return data, err
}

// text takes a part of the text.
func (r *reader) text(kind string, data []byte, known error) {
	text := decode(data)
	if message.IsUnknownCharset(known) {
		r.warnings = append(r.warnings, fmt.Sprintf("the characters of a part are guessed: %v", known))
	}
	if kind == "text/html" {
		r.html = append(r.html, text)
	} else {
		r.plain = append(r.plain, text)
	}
}

// attach takes an attachment. A mail without a name is called after its subject.
func (r *reader) attach(kind, name string, data []byte) {
	if kind == "message/rfc822" {
		if enclosed, err := message.Read(bytes.NewReader(data[:min(len(data), maxHeader)])); name == "" && (err == nil || isUnknown(err)) {
			name = strings.NewReplacer("/", "-", `\`, "-").Replace(text(enclosed.Header, "Subject"))
		}
		name = strings.TrimSuffix(name, ".eml") + ".eml"
	}
	safe := format.SafeName(name)
	if safe == "" || safe == "eml" {
		safe = "attachment" + extensions[kind]
	}
	r.members = append(r.members, format.Member{Path: r.names.Take(safe), Data: data, Modified: r.date})
}

// extensions are those of attachments that have no name.
var extensions = map[string]string{
	"application/pdf": ".pdf", "message/rfc822": ".eml", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv",
	"text/calendar": ".ics", "application/json": ".json", "application/zip": ".zip", "text/markdown": ".md",
}
