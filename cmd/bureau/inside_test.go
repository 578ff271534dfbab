package main

import (
	"archive/zip"
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

const insideConfig = `
departments: [{id: hr, name: Human Resources}, {id: sales, name: Sales}]
people: [{id: hanna, name: Hanna, departments: [hr]}, {id: sam, name: Sam, departments: [sales]}]
sources:
  - id: share
    path: share
    readers: [everyone]
    json: {items: pages, id: key, title: name, text: [body], format: html, readers: team}
`

// TestWhatIsInsideFilesIsAnsweredFromByWhoMayRead takes in an archive, a mail
// with an attachment, an export and rules beside files, as an administrator has
// them, and looks for what is in them as two people.
func TestWhatIsInsideFilesIsAnsweredFromByWhoMayRead(t *testing.T) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, text := range map[string]string{
		"手册/考勤.md": "# 考勤\n\n弹性工作时间为九点到十点。", "hr/readers.yaml": "readers: [hr]\n", "hr/pay.md": "# Pay\n\nThe flexitime bonus is paid in May.",
	} {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write(t, folder, map[string]string{
		"bureau.yaml":                 insideConfig,
		"share/all.zip":               archive.String(),
		"share/post.eml":              strings.ReplaceAll("From: hr@larkfield.example\nSubject: Flexitime\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe flexitime table is attached.\n--b\nContent-Type: text/csv; name=hours.csv\nContent-Disposition: attachment; filename=hours.csv\n\nday,flexitime\nMonday,seven hours\n--b--\n", "\n", "\r\n"),
		"share/post.eml.readers.yaml": "readers: [hr]\n",
		"share/wiki.json":             `{"pages": [{"key": "flexi", "name": "Flexitime", "body": "<p>Sales has no flexitime.</p>", "team": "sales"}]}`,
	})
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	h.mustRun("ingest")
	finds := func(person, words string, want ...string) {
		t.Helper()
		found := report[struct{ Hits []struct{ Path string } }](h, "search", "--as", person, words)
		var got []string
		for _, hit := range found.Hits {
			got = append(got, hit.Path)
		}
		for _, path := range want {
			if !strings.Contains(strings.Join(got, "\n")+"\n", path+"\n") {
				t.Errorf("%s does not find %s for %q, but %q", person, path, words, got)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s finds %q for %q, want %q", person, got, words, want)
		}
	}
	finds("sam", "弹性工作时间", "all.zip/手册/考勤.md")
	finds("sam", "flexitime", "wiki.json/flexi.html")
	finds("hanna", "flexitime", "all.zip/hr/pay.md", "post.eml", "post.eml/hours.csv")
	if why := h.mustRun("who", "share/post.eml/hours.csv"); !strings.Contains(why, "narrowed by post.eml.readers.yaml: readers [hr]") {
		t.Errorf("who says\n%s", why)
	}
	if again := report[struct{ Unchanged, Indexed int }](h, "ingest"); again.Unchanged != 5 || again.Indexed != 0 {
		t.Errorf("the second run: %+v", again)
	}
	if shown := h.mustRun("passages", filepath.Join(folder, "share", "post.eml")); !strings.Contains(shown, "read by: hr") {
		t.Errorf("passages says\n%s", shown)
	}
	if shown := h.mustRun("passages", "share/all.zip/hr/pay.md"); !strings.Contains(shown, "read by: hr") {
		t.Errorf("passages says\n%s", shown)
	}
}
