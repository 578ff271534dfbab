package main

import (
	"io"
	"regexp"
	"slices"
	"strings"
)

// redacted stands in a log where a secret would.
const redacted = "[redacted]"

// secretForms match secrets by what they look like, or stand behind. The first
// group of each stays.
var secretForms = []*regexp.Regexp{
	// In headers and cookies.
	regexp.MustCompile(`(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}`),
	regexp.MustCompile(`(?i)\b((?:set-)?cookie:\s*)[^\n"]+`),
	regexp.MustCompile(`(?i)\b((?:__Host-)?bureau_(?:session|sign_in)=)[^;\s"]+`),
	// In addresses and forms.
	regexp.MustCompile(`(?i)([?&\s"'](?:code|state|nonce|code_verifier|token|(?:access|id|refresh|logout)_token|client_secret|password|secret|api_?key|key|sig|signature|X-Amz-(?:Signature|Security-Token|Credential))=)[^&\s"']+`),
	regexp.MustCompile(`(://[^/\s:@"]*:)[^/\s@"]+@`),
	// By themselves: Bureau's tokens, Slack's, and signed ones.
	regexp.MustCompile(`()\bbureau_[A-Za-z0-9_-]{20,}`),
	regexp.MustCompile(`()\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}`),
	regexp.MustCompile(`()\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`),
	regexp.MustCompile(`()-----BEGIN [A-Z ]*PRIVATE KEY-----`),
}

// secretName matches variables of the environment whose values are secrets.
var secretName = regexp.MustCompile(`SECRET|TOKEN|PASSWORD|KEY`)

// A redactor takes secrets out of what is printed: those it knows from the
// environment, and those that look like one. It is the last wall: nothing is
// meant to print a secret, but an error of a library may quote what it was given.
type redactor struct{ known *strings.Replacer }

// newRedactor returns one that knows the secrets of an environment, given as
// NAME=value.
func newRedactor(environment []string) redactor {
	var values []string
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if secretName.MatchString(name) && len(value) >= 8 {
			values = append(values, value)
		}
	}
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) }) // one may be a part of another
	var pairs []string
	for _, value := range values {
		pairs = append(pairs, value, redacted)
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// clean returns a text without secrets.
func (r redactor) clean(text string) string {
	text = r.known.Replace(text)
	for _, form := range secretForms {
		text = form.ReplaceAllString(text, "${1}"+redacted)
	}
	return text
}

// over returns a writer that takes the secrets out of each write. A log writes
// a line at a time.
func (r redactor) over(w io.Writer) io.Writer { return redacting{r, w} }

type redacting struct {
	redactor
	out io.Writer
}

func (w redacting) Write(line []byte) (int, error) {
	if _, err := io.WriteString(w.out, w.clean(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}
