package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"bureau/ingest/format"
)

// An export is a file of records that is being read.
type export struct {
	mapping Mapping
	limits  format.Limits
	yield   func(Record, error) bool
	names   format.Names
	count   int
}

// items goes to the list of records and yields each. Names in front of the list
// are skipped as they come; what follows it is not looked at.
func (e *export) items(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if e.mapping.Items == "" && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return e.next(d)
	}
	for _, name := range split(e.mapping.Items) {
		if err := enter(d, name); err != nil {
			return fmt.Errorf("find the records at %q: %w", e.mapping.Items, err)
		}
	}
	token, err := d.Token()
	if err != nil {
		return broken(err)
	}
	if token != json.Delim('[') {
		return fmt.Errorf("%w: what is at %q is no list of records", ErrMapping, e.mapping.Items)
	}
	for d.More() {
		if err := e.next(d); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	return nil
}

// next yields the record that comes next.
func (e *export) next(d *json.Decoder) error {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return broken(err)
	}
	return e.record(raw)
}

// enter goes into the object that comes next, up to the value of a name.
func enter(d *json.Decoder, name string) error {
	token, err := d.Token()
	if err != nil {
		return broken(err)
	}
	if token != json.Delim('{') {
		return fmt.Errorf("%w: there is no object with %q", ErrMapping, name)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return broken(err)
		}
		if key == name {
			return nil
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return broken(err)
		}
	}
	return fmt.Errorf("%w: there is no %q", ErrMapping, name)
}

// broken is the error of a file that is not JSON.
func broken(err error) error {
	return fmt.Errorf("%w: it is not JSON in UTF-8 (%w); export it anew", format.ErrDamaged, err)
}

// split returns the names of a place.
func split(place string) []string {
	if place == "" {
		return nil
	}
	return strings.Split(place, ".")
}

// record yields one record. Its error ends the export.
func (e *export) record(raw []byte) error {
	e.count++
	if e.count > e.limits.Members {
		return fmt.Errorf("%w: more than %d records; split the export", format.ErrLimit, e.limits.Members)
	}
	record, err := e.read(raw)
	if !e.yield(record, err) {
		return errStopped
	}
	return nil
}

// read turns one record into a document. With an error, of the document only
// the path is set.
func (e *export) read(raw []byte) (Record, error) {
	r := Record{Path: strconv.Itoa(e.count)}
	if err := checkDepth(raw, e.limits.Depth); err != nil {
		return r, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return r, broken(err)
	}
	if d.More() {
		return r, fmt.Errorf("%w: more than one value in the line", format.ErrDamaged)
	}
	if id, ok := format.SafePath(strings.ReplaceAll(first(value, e.mapping.ID), "/", "-")); ok {
		r.Path = id
	}
	if free := e.names.Take(r.Path); free != r.Path {
		return Record{Path: free}, fmt.Errorf("%w: the id %q has been there before", ErrMapping, r.Path)
	}
	markdown, err := e.mapping.text(value)
	if err != nil {
		return r, err
	}
	r.Text = e.mapping.stated(value)
	r.Markdown = markdown
	r.Metadata = make(map[string]string)
	for _, place := range e.mapping.Metadata {
		if found := strings.Join(find(value, split(place)), ", "); found != "" {
			r.Metadata[place] = found
		}
	}
	return r, nil
}
