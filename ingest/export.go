package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"bureau/ingest/archive"
	"bureau/ingest/format"
)

// An Export says where the documents are in the JSON that another program
// writes. A place is a path of names with dots between, as "fields.body"; on
// the way through a list it goes through all of its elements.
type Export struct {
	Items string   `yaml:"items"` // place of the list of documents; "" is the top, a list or a single one
	Text  []string `yaml:"text"`  // places of the text, at least one; what is found is put one below the other
	// Format is how the texts are written: "text", which "" is, "markdown" or
	// "html".
	Format   string `yaml:"format"`
	ID       string `yaml:"id"` // by which a document is known again; "" counts them
	Title    string `yaml:"title"`
	Updated  string `yaml:"updated"`
	Language string `yaml:"language"`
	Owner    string `yaml:"owner"`
	// Readers is the place of the departments that read a document, of those
	// that read the source. Where it is given, a document without any is read
	// by nobody.
	Readers string `yaml:"readers"`
}

// exportExtensions are the extensions of documents by the format of a text.
var exportExtensions = map[string]string{"": ".md", "text": ".md", "markdown": ".md", "html": ".html"}

// Check returns what is wrong with e.
func (e *Export) Check() error {
	if len(e.Text) == 0 || slices.Contains(e.Text, "") {
		return errors.New(`text must list the places of the text, as [title, fields.body]`)
	}
	if _, ok := exportExtensions[e.Format]; !ok {
		return fmt.Errorf("format %q is none of text, markdown and html", e.Format)
	}
	return nil
}

// fingerprint names the mapping: with another one the documents are others.
func (e *Export) fingerprint() string {
	encoded, err := json.Marshal(e)
	if err != nil {
		return "" // unreachable: strings encode
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:4])
}

// members yields the documents of an export, each with a front matter that
// says what the export says of it.
func (e *Export) members(byLine bool, data []byte) iter.Seq2[format.Member, error] {
	mapping := archive.Mapping{
		Items: e.Items, Text: e.Text, ID: e.ID, Title: e.Title, Updated: e.Updated, Language: e.Language, Owner: e.Owner,
	}
	if e.Readers != "" {
		mapping.Metadata = []string{e.Readers}
	}
	if e.Format == "markdown" || e.Format == "html" {
		mapping.Convert = func(text string) (string, error) { return text, nil } // by who reads the document
	}
	read := archive.ReadJSON
	if byLine {
		read = archive.ReadJSONL
	}
	return func(yield func(format.Member, error) bool) {
		for record, err := range read(data, mapping, format.Default) {
			m := format.Member{Path: record.Path}
			if record.Path != "" {
				m.Path += exportExtensions[e.Format]
			}
			if err == nil {
				m.Data, err = e.document(record)
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// document writes a record as a file with a front matter.
func (e *Export) document(record archive.Record) ([]byte, error) {
	front := map[string]any{}
	for key, value := range map[string]string{"title": record.Title, "updated": record.Updated, "language": record.Language, "owner": record.Owner} {
		if value != "" {
			front[key] = value
		}
	}
	if e.Readers != "" {
		front["readers"] = strings.FieldsFunc(record.Metadata[e.Readers], func(r rune) bool { return r == ',' || r == ' ' })
	}
	head, err := yaml.Marshal(front)
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte("---\n"), head, []byte("---\n\n"+record.Markdown)), nil
}
