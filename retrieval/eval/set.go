package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Set is a collection of questions with the documents that answer them.
type Set struct {
	Name string
	// Documents are the set's own. A set without any is about the index that
	// is running: its document ids are "source/path".
	Documents []Document
	Questions []Question // in the order of the file; those without a judgement are left out
	// Unanswerable are questions that should be refused.
	Unanswerable []Question
}

// A Document is one of a set's own.
type Document struct {
	ID         string
	Title      string
	Text       string
	Department string // who may read it, or "" for everyone
}

// A Question is one line of a set.
type Question struct {
	ID      string
	Text    string
	Earlier []string // the person's earlier turns, oldest first
	// Asker is the department that asks, or the person in a set about the
	// running index; "" asks with the rights of everyone.
	Asker  string
	Grades map[string]int // by document id, from 1 up; nil for an unanswerable question
	Reason string         // why it is unanswerable: "nothing", "other-department", or as the set says
}

// line is a line of any of the files; each has a part of these fields.
type line struct {
	ID         string   `json:"_id"`
	Title      string   `json:"title"`
	Text       string   `json:"text"`
	Department string   `json:"department"`
	Person     string   `json:"person"`
	Reason     string   `json:"reason"`
	History    []string `json:"history"` // "user: …" and "agent: …" in turn
}

// Read reads a set from a folder in the layout of BEIR: corpus.jsonl,
// queries.jsonl, qrels.tsv and queries_unanswerable.jsonl, of which the first
// and the last may be missing.
func Read(folder fs.FS, name string) (Set, error) {
	set := Set{Name: name}
	corpus, err := readLines(folder, "corpus.jsonl")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Set{}, err
	}
	for _, l := range corpus {
		set.Documents = append(set.Documents, Document{l.ID, l.Title, l.Text, l.Department})
	}
	grades, err := readGrades(folder)
	if err != nil {
		return Set{}, err
	}
	questions, err := readLines(folder, "queries.jsonl")
	if err != nil {
		return Set{}, err
	}
	for _, l := range questions {
		if g := grades[l.ID]; g != nil {
			set.Questions = append(set.Questions, l.question(g))
		}
	}
	unanswerable, err := readLines(folder, "queries_unanswerable.jsonl")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Set{}, err
	}
	for _, l := range unanswerable {
		set.Unanswerable = append(set.Unanswerable, l.question(nil))
	}
	return set, nil
}

// Departments returns the departments of the set's documents and questions,
// sorted, without "".
func (s Set) Departments() []string {
	found := make(map[string]bool)
	for _, d := range s.Documents {
		found[d.Department] = true
	}
	for _, q := range slices.Concat(s.Questions, s.Unanswerable) {
		found[q.Asker] = len(s.Documents) > 0
	}
	delete(found, "")
	maps.DeleteFunc(found, func(_ string, department bool) bool { return !department })
	return slices.Sorted(maps.Keys(found))
}

func (l line) question(grades map[string]int) Question {
	q := Question{ID: l.ID, Text: l.Text, Asker: l.Department, Grades: grades, Reason: l.Reason}
	if l.Person != "" {
		q.Asker = l.Person
	}
	for _, turn := range l.History {
		if text, ok := strings.CutPrefix(turn, "user:"); ok {
			q.Earlier = append(q.Earlier, strings.TrimSpace(text))
		}
	}
	return q
}

// notANumber is NaN as a value of an object or a list.
var notANumber = regexp.MustCompile(`([:\[,]\s*)NaN\b`)

// readLines reads a file of one JSON object per line.
func readLines(folder fs.FS, name string) ([]line, error) {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var lines []line
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		if strings.TrimSpace(text) == "" {
			continue
		}
		// Python writes NaN for a value that is missing; JSON has no such word.
		text = notANumber.ReplaceAllString(text, "${1}null")
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
