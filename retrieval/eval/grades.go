package eval

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// readGrades reads qrels.tsv: a heading, then question id, document id and
// grade, separated by tabs. A grade of 0 or less says "not relevant" and is
// left out, and with it a question that has no other.
func readGrades(folder fs.FS) (map[string]map[string]int, error) {
	const name = "qrels.tsv"
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	grades := make(map[string]map[string]int)
	n := 0
	for text := range strings.Lines(string(data)) {
		if n++; n == 1 || strings.TrimSpace(text) == "" {
			continue
		}
		fields := strings.Split(strings.TrimRight(text, "\r\n"), "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s:%d: %d fields instead of 3", name, n, len(fields))
		}
		grade, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: grade: %w", name, n, err)
		}
		if grade <= 0 {
			continue
		}
		if grades[fields[0]] == nil {
			grades[fields[0]] = make(map[string]int)
		}
		grades[fields[0]][fields[1]] = grade
	}
	return grades, nil
}
