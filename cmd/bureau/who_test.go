package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const officeConfig = `
clearances: [internal, confidential]
departments:
  - {id: hr, name: Human Resources}
  - {id: recruiting, parent: hr, name: Recruiting}
  - {id: finance, name: Finance}
people:
  - {id: hanna, name: Hanna, departments: [hr], clearance: confidential}
  - {id: rita, name: Rita, departments: [recruiting]}
  - {id: feng, name: Feng, departments: [finance]}
  - {id: both, name: Both, departments: [hr, finance]}
  - {id: gone, name: Gone, departments: [hr], until: 2020-01-31}
sources:
  - {id: hr, path: documents, readers: [hr]}
`

// newOffice is a house of its own with documents of Human Resources.
func newOffice(t *testing.T) house {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, map[string]string{
		"bureau.yaml":          officeConfig,
		"documents/pay.md":     "---\ndeny: [finance]\nclearance: confidential\n---\n# Pay\n\n## Bands\n\nThe band is 63,500.\n\n## Raises\n\n" + strings.Repeat("A raise is a raise of pay. ", 80),
		"documents/leave.md":   "# Leave\n\nThirty days.\n",
		"documents/broken.md":  "---\nreaders: [hr\n---\nSecret.\n",
		"documents/nobody.md":  "---\nreaders: [hrr]\n---\nSecret.\n",
		"documents/picture.md": "\x89PNG and more",
	})
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	if got := h.run("ingest"); got.status != exitFailed {
		t.Fatalf("%+v", got)
	}
	return h
}

// edit changes the configuration of a house.
func (h house) edit(old, new string) {
	h.t.Helper()
	write(h.t, filepath.Dir(h.config), map[string]string{"bureau.yaml": strings.Replace(read(h.t, h.config), old, new, 1)})
}

func TestWhoNamesEverybodyWithTheRule(t *testing.T) {
	h := newOffice(t)
	got := report[rightsReport](h, "who", "hr/pay.md")
	rules := map[string]string{}
	for _, r := range got.People {
		for _, reason := range r.Reasons {
			rules[r.Person] += string(reason.Rule) + " "
		}
	}
	for person, want := range map[string]string{
		"hanna": "department ", "rita": "clearance ", "feng": "other denied clearance ", "both": "denied clearance ", "gone": "after-last-day ",
	} {
		if rules[person] != want {
			t.Errorf("%s: %q, want %q", person, rules[person], want)
		}
	}
	text := h.mustRun("who", "hr/leave.md")
	for _, want := range []string{"hr/leave.md (", "): indexed", "read by: hr\n", "3 of 5 people can read it", "rita", "member of recruiting, which is under hr", "in none of its departments"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if byID := h.mustRun("who", got.Document); byID != h.mustRun("who", "hr/pay.md") {
		t.Errorf("by its id:\n%s", byID)
	}
}

func TestWhySaysYesOrNoAndWhatItComesFrom(t *testing.T) {
	h := newOffice(t)
	for _, test := range []struct{ person, document, want string }{
		{"hanna", "hr/pay.md", "yes: hanna: member of hr\n"},
		{"feng", "hr/leave.md", "no: feng: in none of its departments"},
		{"both", "hr/pay.md", "no: both: it is denied to finance; it asks for clearance confidential\n"},
		{"hanna", "hr/pay.md", "narrowed by the front matter: deny [finance]; clearance confidential\n"},
		{"ghost", "hr/pay.md", "no: ghost: no such person in the configuration\n"},
		{"gone", "hr/pay.md", "no: gone: reads nothing since 2020-02-01"},
		{"hanna", "hr/nobody.md", "no: hanna: it is read by nobody\n"},
		{"hanna", "hr/nobody.md", `department "hrr" is unknown`},
		{"hanna", "hr/broken.md", "because: the front matter cannot be read"},
	} {
		if got := h.mustRun("why", test.person, test.document); !strings.Contains(got, test.want) {
			t.Errorf("why %s %s: %q is not in\n%s", test.person, test.document, test.want, got)
		}
	}
	if got := h.run("why", "hanna", "hr/unknown.md"); got.status != exitMisused || !strings.Contains(got.stderr, "hr/unknown.md") {
		t.Errorf("%+v", got)
	}
}

func TestWhySaysWhatTheNextIngestChanges(t *testing.T) {
	h := newOffice(t)
	h.edit("readers: [hr]", "readers: [finance]")
	got := report[rightsReport](h, "why", "hanna", "hr/leave.md")
	if !got.People[0].Allowed || got.Next == nil || got.Next.String() != "finance" {
		t.Errorf("%+v", got)
	}
}

// What these commands say must be what a search does.
func TestP1_WhoAgreesWithTheSearch(t *testing.T) {
	h := newOffice(t)
	for document, words := range map[string]string{"pay.md": "band raise pay", "leave.md": "thirty days leave"} {
		for _, r := range report[rightsReport](h, "who", "hr/"+document).People {
			found := h.run("search", words, "--as", r.Person, "--json")
			if strings.Contains(found.stdout, `"`+document+`"`) != r.Allowed {
				t.Errorf("%s and %s: told %t, found:\n%s%s", r.Person, document, r.Allowed, found.stdout, found.stderr)
			}
		}
	}
}

func TestPassagesShowsHowADocumentIsCut(t *testing.T) {
	h := newOffice(t)
	kept := report[passagesReport](h, "passages", "hr/pay.md")
	file := report[passagesReport](h, "passages", filepath.Join(filepath.Dir(h.config), "documents", "pay.md"))
	if len(kept.Passages) < 2 || !slices.Equal(kept.People, []string{"hanna"}) || kept.Readers.String() != "hr; not finance; clearance confidential" {
		t.Errorf("%+v", kept)
	}
	if len(file.Passages) != len(kept.Passages) || !file.Readers.Equal(kept.Readers) || !slices.Equal(file.People, kept.People) {
		t.Errorf("a file: %+v, the document: %+v", file, kept)
	}
	for i, p := range kept.Passages {
		if p.Ordinal != i || p.Tokens == 0 || p.End-p.Start != len(p.Text) || len(p.Headings) != 1 {
			t.Errorf("passage %+v", p)
		}
	}
	text := h.mustRun("passages", "hr/pay.md")
	for _, want := range []string{"[1] Pay › Bands  about ", " tokens, bytes ", "read by: hr; not finance; clearance confidential (1 people now)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "a.md")
	if err := os.WriteFile(elsewhere, []byte("A text.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := report[passagesReport](h, "passages", elsewhere); len(got.Notes) != 1 || !got.Readers.IsNobody() || len(got.People) != 0 {
		t.Errorf("%+v", got)
	}
	if got := h.run("passages", "hr/unknown.md"); got.status != exitMisused {
		t.Errorf("%+v", got)
	}
}

func TestADocumentThatIsUnknownIsLookedForByItsLastName(t *testing.T) {
	h := newOffice(t)
	for name, want := range map[string]string{
		"leave.md": "did you mean hr/leave.md?", "Leave": "did you mean hr/leave.md?", "documents/hr/pay.md": "did you mean hr/pay.md?",
	} {
		if got := h.run("who", name); got.status != exitMisused || !strings.Contains(got.stderr, want) {
			t.Errorf("who %s: %+v", name, got)
		}
	}
	if got := h.run("who", "hr/%.md"); got.status != exitMisused || strings.Contains(got.stderr, "did you mean") {
		t.Errorf("%+v", got)
	}
}

func TestPassagesCountsThoseWhoReadIndeed(t *testing.T) {
	h := newOffice(t)
	h.mustRun("user", "disable", "hanna")
	if shown := report[passagesReport](h, "passages", "hr/pay.md"); len(shown.People) > 0 {
		t.Errorf("somebody who is shut out is said to read it: %v", shown.People)
	}
}
