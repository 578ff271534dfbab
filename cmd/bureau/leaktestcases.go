package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"bureau/access"
	"bureau/leaktest"
	"bureau/retrieval"
)

// askCases asks about the configuration's own documents,
// through the search and by HTTP.
func (b *leakBench) askCases(ctx context.Context, cases []leaktest.Case) (*leaktest.Report, error) {
	trial := leaktest.NewCases(cases)
	for n, c := range cases {
		if _, ok := b.config.policy.Person(c.Person); !ok {
			return nil, misuse{fmt.Errorf("case %q: person %q: %w", c.Name, c.Person, access.ErrUnknownPerson)}
		}
		reader := leaktest.Reader{Name: c.Person, Person: c.Person}
		result, err := b.searcher.Search(ctx, b.scopeOf(reader), retrieval.Question{Text: c.Question, Earlier: c.Earlier, K: 6})
		if err := withoutNoScope(err); err != nil {
			return nil, err
		}
		var found []string
		for _, m := range result.Hits {
			for _, f := range append([]retrieval.Found{m.Found}, m.Also...) {
				found = append(found, f.Document.Source+"/"+f.Document.Path)
			}
		}
		inSearch := c
		inSearch.MustContain = nil // which speaks of answers
		trial.Judge("search", n, inSearch, foundText(result.Hits), found)
		reply, err := b.askCase(ctx, n, c)
		if err != nil {
			trial.Problem("%s: %v", c.Name, err)
		}
		trial.Judge("HTTP", n, c, reply, b.sourcesIn(reply))
	}
	return trial.Report(), ctx.Err()
}

// askCase asks one case by HTTP and returns the answer, with what the
// conversation is then.
func (b *leakBench) askCase(ctx context.Context, n int, c leaktest.Case) (string, error) {
	conversation := c.Conversation
	if conversation == "" {
		conversation = fmt.Sprintf("case-%d", n)
	}
	if c.ModelSays != "" && b.parrot != nil {
		b.parrot.Dictate(c.Question, c.ModelSays)
	}
	turns := []leaktest.Turn{}
	if c.First != nil {
		turns = append(turns, *c.First)
	}
	for _, earlier := range c.Earlier {
		turns = append(turns, leaktest.Turn{Person: c.Person, Question: earlier})
	}
	said := ""
	for _, turn := range append(turns, leaktest.Turn{Person: c.Person, Question: c.Question}) {
		reader := leaktest.Reader{Name: turn.Person, Person: turn.Person}
		if err := b.letIn(ctx, reader); err != nil {
			return "", err
		}
		reply, err := b.site.Ask(ctx, reader, cmp.Or(turn.Conversation, conversation), turn.Question)
		if err != nil {
			return "", err
		}
		said = reply.Body
	}
	kept, err := b.site.Do(ctx, leaktest.Reader{Name: c.Person}, http.MethodGet, "/api/conversations/"+url.PathEscape(conversation), "")
	return said + plainJSON(kept.Body), err
}

// plainJSON writes JSON without escapes, so that words can be looked for in it.
func plainJSON(text string) string {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	return fmt.Sprint(value)
}

// linked matches the documents that a reply leads to.
var linked = regexp.MustCompile(`/documents/([A-Za-z0-9_-]+)`)

// sourcesIn returns the documents that a reply names.
func (b *leakBench) sourcesIn(reply string) []string {
	var sources []string
	for _, m := range linked.FindAllStringSubmatch(reply, -1) {
		place, ok := b.places[retrieval.DocumentID(m[1])]
		if name := place.Source + "/" + place.Path; ok && !slices.Contains(sources, name) {
			sources = append(sources, name)
		}
	}
	return sources
}
