package ingest

import (
	"errors"
	"strings"
	"testing"
)

func TestMisspelledRestrictionClosesTheDocument(t *testing.T) {
	for key, meant := range map[string]string{
		"reader": "readers", "redaers": "readers", "Clearence": "clearance", "untill": "until", "denny": "deny", "form": "from",
	} {
		_, err := Extract("a.md", []byte("---\n"+key+": [hr]\n---\nA holiday."))
		if !errors.Is(err, ErrFrontMatter) || !strings.Contains(err.Error(), "if "+meant+" is meant") {
			t.Errorf("%s: error %v", key, err)
		}
	}
	for _, key := range []string{"header", "tags", "draft", "date", "layout", "unit"} {
		if _, err := Extract("a.md", []byte("---\n"+key+": x\n---\nA holiday.")); err != nil {
			t.Errorf("%s: error %v", key, err)
		}
	}
}

func TestFrontMatterInTOMLIsRefused(t *testing.T) {
	_, err := Extract("a.md", []byte("+++\nreaders = [\"hr\"]\n+++\nA holiday."))
	if !errors.Is(err, ErrFrontMatter) || !strings.Contains(err.Error(), "TOML") {
		t.Errorf("error %v", err)
	}
	if _, err := Extract("a.md", []byte("+++ sum of all\n\nA holiday.")); err != nil {
		t.Errorf("a text that begins with plus signs: %v", err)
	}
}
