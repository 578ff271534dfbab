package ingest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/retrieval"
)

// packed returns a zip archive of files by name, in the order of their names.
func packed(t testing.TB, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// mailOf returns a mail with one attachment.
func mailOf(subject, says, attached, content string) string {
	return strings.ReplaceAll(fmt.Sprintf(`From: hr@example.com
Subject: %s
Message-ID: <%s@example.com>
Date: Tue, 03 Mar 2026 10:00:00 +0000
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

%s
--b
Content-Type: text/plain; name=%s
Content-Disposition: attachment; filename=%s

%s
--b--
`, subject, subject, says, attached, attached, content), "\n", "\r\n")
}

func TestDocumentsInsideFilesAreFound(t *testing.T) {
	o := newOffice(t)
	inner := packed(t, map[string]string{"deep/rules.md": "The holiday of the deep."})
	o.write("share.zip", packed(t, map[string]string{
		"a.md": "A holiday.", "sub/b.md": "---\nreaders: [hr]\n---\nA secret holiday.", "inner.zip": inner, "picture.png": "\x89PNG",
		"post.eml": mailOf("picnic", "The holiday mail.", "list.txt", "The holiday list."),
	}))
	o.write("box.mbox", "From x Tue Mar  3 10:00:00 2026\n"+strings.ReplaceAll(mailOf("one", "A holiday in the box.", "one.md", "Attached holiday."), "\r\n", "\n"))
	report := o.run()
	if report.Seen != 7 || report.Indexed != 7 || report.Ignored[".png"] != 1 || !report.OK() {
		t.Errorf("report %+v", report)
	}
	all := []string{
		"box.mbox/one@example.com.eml", "box.mbox/one@example.com.eml/one.md", "share.zip/a.md", "share.zip/inner.zip/deep/rules.md",
		"share.zip/post.eml", "share.zip/post.eml/list.txt",
	}
	o.wantFinds("feng", "holiday", all...)
	o.wantFinds("hanna", "holiday", append(all, "share.zip/sub/b.md")...)
	if report := o.run(); report.Seen != 7 || report.Unchanged != 7 || !report.OK() {
		t.Errorf("the second run: %+v", report)
	}
}

func TestUnchangedArchivesAreNotOpened(t *testing.T) {
	o := newOffice(t)
	first, other := packed(t, map[string]string{"a.md": "A holiday."}), packed(t, map[string]string{"a.md": "A vacatio."})
	for _, archive := range []string{first, other} { // as long, and as old
		o.write("share.zip", archive)
		if err := os.Chtimes(filepath.Join(o.folder, "share.zip"), spring, spring); err != nil {
			t.Fatal(err)
		}
		o.run()
	}
	o.wantFinds("feng", "holiday", "share.zip/a.md")
}

func TestWhatLeavesAnArchiveLeavesTheIndex(t *testing.T) {
	o := newOffice(t)
	o.write("share.zip", packed(t, map[string]string{"a.md": "A holiday.", "b.md": "Another holiday.", "c.md": "A third holiday."}))
	o.run()
	o.write("share.zip", packed(t, map[string]string{"a.md": "A holiday.", "b.md": "Another vacation."}))
	if plan, err := o.Plan(t.Context()); err != nil || plan.Deleted != 1 || plan.Unchanged != 1 || plan.Indexed != 1 {
		t.Errorf("dry run %+v (%v)", plan, err)
	}
	if report := o.run(); report.Deleted != 1 || report.Unchanged != 1 || report.Indexed != 1 || report.Embedded != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "share.zip/a.md")
	o.remove("share.zip")
	if report := o.run(); report.Deleted != 2 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	if entries, err := o.Ledger.entries(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("the ledger still has %d entries (%v)", len(entries), err)
	}
}

func TestRightsInsideAnArchiveChangeWithoutOpeningIt(t *testing.T) {
	o := newOffice(t)
	o.write("share.zip", packed(t, map[string]string{"a.md": "A holiday.", "b.md": "---\nreaders: [hr]\n---\nA secret holiday."}))
	o.run()
	o.Sources[0].Readers = readBy("hr")
	o.embedder.down = true // nothing is read or embedded for it
	if report := o.run(); report.ReadersChanged != 1 || report.Unchanged != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "share.zip/a.md", "share.zip/b.md")
}

func TestArchiveThatBreaksIsReportedAndReadByNobody(t *testing.T) {
	o := newOffice(t)
	good := packed(t, map[string]string{"a.md": "A holiday.", "b.md": "Another holiday."})
	o.write("share.zip", good)
	o.run()
	o.write("share.zip", good[:len(good)/2])
	for range 2 {
		if report := o.run(); len(report.Failed) != 1 || report.Failed[0].Path != "share.zip" || report.Seen != 1 {
			t.Errorf("report %+v", report)
		}
		o.wantFinds("feng", "holiday")
	}
	status, err := o.Ledger.Status(t.Context())
	if err != nil || len(status.Withheld) != 2 || !strings.Contains(status.Withheld[0].Reason, "inside share.zip") {
		t.Errorf("status %+v (%v)", status, err)
	}
	o.write("share.zip", good)
	if report := o.run(); report.Indexed != 2 || !report.OK() {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "share.zip/a.md", "share.zip/b.md")
}

func TestBrokenFileInAnArchiveLeavesTheOthers(t *testing.T) {
	o := newOffice(t)
	o.write("share.zip", packed(t, map[string]string{
		"a.md": "A holiday.", "broken.docx": "PK no", "inner.zip": "PK no", "nobody.md": "---\nreaders: [hrr]\n---\nA lost holiday.", "../../out.md": "An evil holiday.",
	}))
	report := o.run()
	var failed []string
	for _, f := range report.Failed {
		failed = append(failed, f.Path)
	}
	if !slices.Equal(failed, []string{"share.zip/broken.docx", "share.zip/inner.zip", "share.zip/member 1"}) || report.Withheld != 1 || report.Indexed != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday", "share.zip/a.md")
}

func TestWhatIsInsideAnArchiveIsExcludedLikeAnyFile(t *testing.T) {
	o := newOffice(t)
	o.Sources[0].Exclude = []string{"**/drafts/**"}
	o.write("share.zip", packed(t, map[string]string{"a.md": "A holiday.", "drafts/b.md": "A draft holiday."}))
	o.run()
	o.wantFinds("feng", "holiday", "share.zip/a.md")
}

func TestFilesInFilesEndSomewhere(t *testing.T) {
	o := newOffice(t)
	mail := mailOf("last", "The last holiday.", "last.txt", "The last list.")
	for i := range 8 {
		name := fmt.Sprintf("m%d", i)
		mail = strings.Replace(mailOf(name, "A holiday.", "next.eml", "NEXT"), "NEXT", mail, 1)
		mail = strings.ReplaceAll(mail, "boundary=b", "boundary="+name)
		mail = strings.ReplaceAll(mail, "\r\n--b", "\r\n--"+name)
	}
	o.write("post.eml", mail)
	if report := o.run(); report.Seen == 0 || report.Seen > deepest+2 {
		t.Errorf("report %+v", report)
	}
}

func TestAttachmentsOfAMailAreReadAfterACrash(t *testing.T) {
	o := newOffice(t)
	o.write("post.eml", mailOf("picnic", "The holiday mail.", "list.txt", "The holiday list."))
	o.run()
	// As a run leaves it that was killed between the mail and its attachment.
	attachment := documentID("docs", "post.eml/list.txt")
	if err := o.Index.Delete(t.Context(), attachment); err != nil {
		t.Fatal(err)
	}
	mail := o.entry("post.eml")
	mail.opened = ""
	if err := o.Ledger.put(t.Context(), []entry{mail}); err != nil {
		t.Fatal(err)
	}
	if err := o.Ledger.forget(t.Context(), []retrieval.DocumentID{attachment}); err != nil {
		t.Fatal(err)
	}
	o.run()
	o.wantFinds("feng", "holiday", "post.eml", "post.eml/list.txt")
}

func TestAttachmentsOfAMailThatTheEmbedderRefusesStay(t *testing.T) {
	o := newOffice(t)
	o.embedder.refuse = "xylophone"
	o.write("post.eml", mailOf("picnic", "The holiday with the xylophone.", "list.txt", "The holiday list."))
	for range 3 {
		if report := o.run(); len(report.Failed) != 1 || report.Failed[0].Path != "post.eml" {
			t.Errorf("report %+v", report)
		}
		o.wantFinds("feng", "holiday", "post.eml/list.txt")
	}
}

func TestFilesThatTwoSourcesClaimAreShut(t *testing.T) {
	o := newOffice(t)
	o.write("post.eml", mailOf("picnic", "The holiday mail.", "list.txt", "The holiday list."))
	o.run()
	o.Sources = append(o.Sources, Source{ID: "second", Path: o.folder, Readers: readBy("hr")})
	o.run()
	o.wantFinds("hanna", "holiday")
	o.Sources = o.Sources[:1]
	o.run()
	o.wantFinds("feng", "holiday", "post.eml", "post.eml/list.txt")
}

func (o *office) entry(path string) entry {
	o.t.Helper()
	e, err := o.Ledger.withText(o.t.Context(), documentID("docs", path))
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

func TestEveryDocumentOfAnExportIsOne(t *testing.T) {
	o := newOffice(t)
	o.Sources[0].Export = &Export{Items: "pages", ID: "id", Title: "title", Text: []string{"body"}, Format: "html", Readers: "for"}
	o.write("wiki.json", `{"pages": [
		{"id": 7, "title": "Leave: \"all\"", "body": "<h1>Leave</h1><p>A holiday.</p>", "for": ["hr", "finance"]},
		{"id": 8, "title": "Pay", "body": "<p>A paid holiday.</p>", "for": ["hr"]},
		{"id": 9, "title": "Lost", "body": "<p>A lost holiday.</p>"},
		{"id": 10, "title": "Empty"}
	]}`)
	report := o.run()
	if report.Indexed != 2 || report.Withheld != 1 || len(report.Failed) != 1 || report.Failed[0].Path != "wiki.json/10.html" {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "wiki.json/7.html")
	o.wantFinds("hanna", "holiday", "wiki.json/7.html", "wiki.json/8.html")
	if e := o.entry("wiki.json/7.html"); e.document.Title != `Leave: "all"` {
		t.Errorf("title %q", e.document.Title)
	}
	o.Sources[0].Export.ID = ""
	o.run()
	o.wantFinds("hanna", "holiday", "wiki.json/1.html", "wiki.json/2.html")
	o.Sources[0].Export = nil
	o.run()
	o.wantFinds("hanna", "holiday")
}
