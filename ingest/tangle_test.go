package ingest

import (
	"errors"
	"strings"
	"testing"

	"bureau/ingest/format"
)

func TestMarkdownThatTakesMinutesIsRefused(t *testing.T) {
	const many = 60_000
	table := "| a | b |\n|---|---|\n" + strings.Repeat("| *x* | [y](https://larkfield.example) |\n", many)
	for name, c := range map[string]struct {
		text    string
		refused bool
	}{
		"Links":           {strings.Repeat("![a](", many), true},
		"LinksInLines":    {strings.Repeat("![a](\n", many), true},
		"LinksQuoted":     {strings.Repeat(" > ![a](\n", many), true},
		"Emphasis":        {strings.Repeat("*a_ ", many), true},
		"EmphasisInARow":  {"| a |\n" + strings.Repeat("| *a_ ", many), true},
		"Quotations":      {strings.Repeat(">", many) + " deep", true},
		"QuotationsApart": {strings.Repeat("> ", many) + " deep", true},
		"Lists":           {strings.Repeat("1. ", many) + "deep", true},
		"Table":           {table, false},
		"ManyItems":       {strings.Repeat("- *one* [a](b)\n", many), false},
		"ManyParagraphs":  {strings.Repeat("*one* [a](b)\n\n", many), false},
		"Rule":            {strings.Repeat("- ", 100) + "\n\n" + strings.Repeat("* ", 100), false},
		"NestedList":      {"- a\n  1. b\n     - c\n> > > d", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Extract("a.md", []byte("# Title\n\n"+c.text))
			if isRefused := errors.Is(err, format.ErrLimit); isRefused != c.refused || err != nil && !c.refused {
				t.Errorf("error %v, want a refusal: %v", err, c.refused)
			}
		})
	}
}
