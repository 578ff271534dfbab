package archive

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"bureau/ingest/format"
)

// ErrMapping is an export, or a record of it, that is not as its mapping says.
var ErrMapping = errors.New("the mapping does not fit the file")

// A Mapping says where in an export the records are, and where in a record its
// parts are. A place is a path of names with dots between ("fields.body"); on
// the way through a list it goes through all of its elements.
type Mapping struct {
	Items    string   // place of the list of records; "" is the top, a list or a single record
	Text     []string // places of the text, at least one; what is found is put one below the other
	Title    string   // and these may be left out
	ID       string
	Updated  string
	Language string
	Owner    string
	Metadata []string // places of what else is told of a record
	// Convert turns a text into Markdown, as for HTML; nil takes it for plain
	// text.
	Convert func(string) (string, error)
}

// A Record is one document of an export.
type Record struct {
	format.Text
	// Path is the id, made safe to stand in a path, or without one the number
	// of the record from 1.
	Path     string
	Metadata map[string]string // by place, of those that the record has
}

// ReadJSON yields the records of an export in JSON, as they are read. A record
// that cannot be used comes as its path, or its number, with its error, and the
// next ones follow. An error without a path is that of the whole file and ends
// it.
func ReadJSON(data []byte, mapping Mapping, limits format.Limits) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		data := bytes.TrimPrefix(data, []byte("\uFEFF"))
		if err := checkDepth(data, limits.Depth); err != nil {
			yield(Record{}, err)
			return
		}
		e := export{mapping: mapping, limits: limits, yield: yield}
		if err := e.items(data); err != nil && !errors.Is(err, errStopped) {
			yield(Record{}, err)
		}
	}
}

// ReadJSONL yields the records of an export with one record of JSON a line,
// like [ReadJSON]. The mapping's Items is not used. A line that is no JSON is an
// error of that line alone.
func ReadJSONL(data []byte, mapping Mapping, limits format.Limits) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		e := export{mapping: mapping, limits: limits, yield: yield}
		for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\uFEFF"))) {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if err := e.record(line); err != nil {
				if !errors.Is(err, errStopped) {
					yield(Record{}, err)
				}
				return
			}
		}
	}
}

// checkDepth refuses JSON that is nested deeper than most. It reads on where
// the JSON is broken.
func checkDepth(data []byte, most int) error {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{', c == '[':
			depth++
			if depth > most {
				return fmt.Errorf("%w: its JSON is nested more than %d deep", format.ErrLimit, most)
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return nil
}
