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

func TestNewExclusionReachesIntoAnArchiveThatWasOpened(t *testing.T) {
	o := newOffice(t)
	o.write("share.zip", packed(t, map[string]string{"a.md": "A holiday.", "drafts/b.md": "A draft holiday."}))
	o.run()
	o.Sources[0].Exclude = []string{"**/drafts/**"}
	o.run()
	o.wantFinds("feng", "holiday", "share.zip/a.md")
	o.Sources[0].Exclude = nil
	o.run()
	o.wantFinds("feng", "holiday", "share.zip/a.md", "share.zip/drafts/b.md")
}

func TestRuleInAnArchiveThatLosesItsNameShutsTheArchive(t *testing.T) {
	long := strings.Repeat("长", 63) + ".md"
	for name, files := range map[string][][2]string{
		"TooLong": {{long, "A holiday."}, {long + ".readers.yaml", "readers: [hr]"}},
		"Twice":   {{"a.md", "A holiday."}, {"readers.yaml", "readers: [everyone]"}, {"readers.yaml", "readers: [hr]"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.write("share.zip", packedAsIs(t, files))
			if report := o.run(); len(report.Failed) != 1 || report.Failed[0].Path != "share.zip" || !strings.Contains(report.Failed[0].Reason, "readers.yaml") {
				t.Errorf("report %+v", report)
			}
			o.wantFinds("boss", "holiday")
		})
	}
}

// packedAsIs returns a zip archive of files in this order, the same name twice
// if it is there twice.
func packedAsIs(t testing.TB, files [][2]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		part, err := w.Create(f[0])
		if err == nil {
			_, err = part.Write([]byte(f[1]))
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

func TestSecondFileOfANameInAnArchiveIsRefused(t *testing.T) {
	o := newOffice(t)
	o.write("share.zip", packedAsIs(t, [][2]string{{"pay.md", "A holiday."}, {"pay.md.readers.yaml", "readers: [hr]"}, {"pay.md", "Another holiday."}}))
	report := o.run()
	o.wantFailed(report, "share.zip/pay (2).md", "same name")
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "share.zip/pay.md")
}

func TestLinkInAnArchiveIsNotFollowedAndItsRulesLeaveNobody(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	link := &zip.FileHeader{Name: "readers.yaml"}
	link.SetMode(os.ModeSymlink | 0o777)
	for _, h := range []*zip.FileHeader{link, {Name: "pay.md"}} {
		part, err := w.CreateHeader(h)
		if err == nil {
			_, err = part.Write([]byte("A holiday."))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	o.write("share.zip", b.String())
	o.wantFailed(o.run(), "share.zip/pay.md", "it is a link")
	o.wantFinds("boss", "holiday")
}

func TestArchiveThatWasBrokenOrWaitedIsDoneWithOnceItIsOpened(t *testing.T) {
	o := newOffice(t)
	good := packed(t, map[string]string{"a.md": "A holiday."})
	o.write("broken.zip", good[:40])
	o.run()
	o.write("broken.zip", good)
	o.embedder.down = true
	o.write("late.zip", packed(t, map[string]string{"b.md": "Another holiday."}))
	if _, err := o.Run(t.Context()); err == nil {
		t.Fatal("the run went on without its embedder")
	}
	o.embedder.down = false
	o.run()
	for _, name := range []string{"broken.zip", "late.zip"} {
		if e := o.entry(name); e.state != stateOpened || e.next != 0 {
			t.Errorf("%s is %s, next %d", name, e.state, e.next)
		}
	}
	if due, err := o.Ledger.Due(t.Context(), o.now.AddDate(1, 0, 0)); err != nil || due {
		t.Errorf("something is due: %v (%v)", due, err)
	}
	if report := o.run(); report.Seen != 2 || report.Unchanged != 2 {
		t.Errorf("report %+v", report)
	}
}

func TestAttachmentsOfAMailWithoutATextAreReadAfterACrash(t *testing.T) {
	o := newOffice(t)
	_, body, _ := strings.Cut(mailOf("", "", "list.txt", "The holiday list."), "Content-Type")
	o.write("post.eml", "Message-ID: <1@example.com>\r\nContent-Type"+body)
	o.run()
	mail := o.entry("post.eml")
	if mail.state != stateWithheld {
		t.Errorf("a mail without a text is %s", mail.state)
	}
	mail.opened = ""
	if err := o.Ledger.put(t.Context(), []entry{mail}); err != nil {
		t.Fatal(err)
	}
	o.run()
	o.wantFinds("feng", "holiday", "post.eml/list.txt")
}

func TestFolderThatBecomesAnArchiveKeepsItsDocuments(t *testing.T) {
	o := newOffice(t)
	o.write("book.zip/a.md", "A holiday.")
	o.run()
	if err := os.RemoveAll(filepath.Join(o.folder, "book.zip")); err != nil {
		t.Fatal(err)
	}
	o.write("book.zip", packed(t, map[string]string{"a.md": "A holiday."}))
	for range 3 {
		o.run()
		o.wantFinds("feng", "holiday", "book.zip/a.md")
	}
	if e := o.entry("book.zip/a.md"); *e.markdown == "" || e.holder != "book.zip" {
		t.Errorf("the ledger has %q in %q", *e.markdown, e.holder)
	}
}

func TestTwoFilesInsideOneOfTheSameNameAreToldApart(t *testing.T) {
	o := newOffice(t)
	o.write("share.zip", packed(t, map[string]string{"m.eml": mailOf("m", "The holiday mail.", "x.md", "The attached holiday."), "m.eml/x.md": "The packed holiday."}))
	report := o.run()
	if len(report.Failed) != 1 || !strings.HasPrefix(report.Failed[0].Path, "share.zip/m.eml/x") {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "share.zip/m.eml", "share.zip/m.eml/x.md")
}
