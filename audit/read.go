package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Each calls visit with the lines of the audit in a folder that fit their key,
// in the order in which they stand, until it returns an error. It returns how
// many others there are: [Verify] tells which.
func Each(folder string, keys []*Key, visit func(Line) error) (unsound int, err error) {
	v := &verifier{ring: ringOf(keys...)}
	files, err := v.snapshot(folder)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		if err := v.each(f, visit, &unsound); err != nil {
			return unsound, err
		}
	}
	return unsound, nil
}

func (v *verifier) each(f measured, visit func(Line) error, unsound *int) error {
	opened, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("read the audit: %w", err)
	}
	err = eachLine(io.LimitReader(opened, f.size), 0, func(raw rawLine) error {
		if l, wrong := v.ring.read(raw.data); wrong == nil {
			return visit(l)
		}
		*unsound++
		return nil
	})
	return errors.Join(err, opened.Close())
}
