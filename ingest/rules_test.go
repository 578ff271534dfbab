package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRulesNarrowAFolderAndAFile(t *testing.T) {
	o := newOffice(t)
	o.write("all/a.txt", "A holiday.")
	o.write("all/b.txt", "Another holiday.")
	o.write("all/b.txt.readers.yaml", "readers: [hr]\n")
	o.write("hr/readers.yaml", "readers: [hr]\n")
	o.write("hr/c.txt", "The holiday of HR.")
	o.write("hr/deep/d.md", "---\nreaders: [recruiting]\n---\nThe holiday of recruiting.")
	o.write("hr/deep/wide.md", "---\nreaders: [finance]\n---\nNobody's holiday.")
	o.write("hr/deep/share.zip", packed(t, map[string]string{
		"e.txt": "A packed holiday.", "in/f.txt": "A deep packed holiday.", "in/readers.yaml": "deny: [recruiting]",
	}))
	report := o.run()
	if report.Indexed != 6 || report.Withheld != 1 || len(report.Failed) != 0 || len(report.Ignored) != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "all/a.txt")
	hanna := []string{"all/a.txt", "all/b.txt", "hr/c.txt", "hr/deep/share.zip/e.txt", "hr/deep/share.zip/in/f.txt"}
	o.wantFinds("hanna", "holiday", hanna...)
	o.wantFinds("rita", "holiday", "all/a.txt", "all/b.txt", "hr/c.txt", "hr/deep/d.md", "hr/deep/share.zip/e.txt")
	if report := o.run(); report.Unchanged != 6 || report.ReadersChanged != 0 {
		t.Errorf("the second run: %+v", report)
	}
	record, err := o.Ledger.Record(t.Context(), "docs/hr/deep/share.zip/in/f.txt")
	if err != nil || len(record.Rules) != 2 || record.Rules[0].Path != "hr/readers.yaml" || record.Rules[1].Path != "hr/deep/share.zip/in/readers.yaml" {
		t.Errorf("rules %+v (%v)", record.Rules, err)
	}
	o.write("hr/readers.yaml", "readers: [finance]\n")
	o.run()
	o.wantFinds("hanna", "holiday", "all/a.txt", "all/b.txt")
	o.wantFinds("feng", "holiday", "all/a.txt", "hr/c.txt", "hr/deep/share.zip/e.txt", "hr/deep/share.zip/in/f.txt", "hr/deep/wide.md")
}

func TestRulesThatCannotBeReadLeaveNobody(t *testing.T) {
	for name, text := range map[string]string{
		"Typo":     "reader: [hr]\n",
		"Broken":   "readers: [hr\n",
		"Empty":    "",
		"Twice":    "readers: [hr]\nReaders: [finance]\n",
		"TwoParts": "readers: [hr]\n---\ndeny: [hr]\n",
		"Huge":     "readers: [hr] #" + strings.Repeat("x", maxRules),
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.write("a.txt", "A holiday.")
			o.write("deep/b.txt", "Another holiday.")
			o.run()
			o.write("deep/readers.yaml", text)
			report := o.run()
			if len(report.Failed) != 1 || report.Failed[0].Path != "deep/b.txt" || !strings.HasPrefix(report.Failed[0].Reason, "deep/readers.yaml: the rules cannot be read: ") {
				t.Errorf("report %+v", report.Failed)
			}
			o.wantFinds("boss", "holiday", "a.txt")
			o.write("deep/readers.yaml", "readers: [hr]\n")
			o.run()
			o.wantFinds("hanna", "holiday", "a.txt", "deep/b.txt")
		})
	}
}

func TestRemovedRulesOpenNothingUnasked(t *testing.T) {
	o := newOffice(t)
	o.Widen = nil
	o.write("a.txt", "A holiday.")
	o.write("readers.yaml", "readers: [hr]\n")
	o.run()
	o.remove("readers.yaml")
	if report := o.run(); report.Refused() != 1 || report.OK() {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "a.txt")
}

func TestRulesHoldInFoldersThatCannotBeSeen(t *testing.T) {
	o := newOffice(t)
	o.write("deep/b.txt", "A holiday.")
	o.write("deep/readers.yaml", "readers: [hr]\n")
	o.run()
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(o.folder, away); err != nil {
		t.Fatal(err)
	}
	if report := o.run(); len(report.Failed) != 1 || report.Withheld != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "deep/b.txt")
}

func TestVisibleRuleReachesFoldersThatCannotBeListed(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root lists every folder: a walk that has a hole is made by hand.
		o := newOffice(t)
		o.write("deep/b.txt", "A holiday.")
		o.run()
		entries, err := o.Ledger.entries(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e := entries[documentID("docs", "deep/b.txt")]
		w := walk{source: o.Sources[0], book: ruleBook{}, holes: []hole{{"deep", os.ErrPermission}}}
		j := o.newRun().judge
		j.known = entries
		if _, changed := j.unseen(&w, e); changed {
			t.Error("without a new rule a document in a hole is withheld")
		}
		w.book.add("readers.yaml", []byte("readers: [hr]"), nil)
		if v, changed := j.unseen(&w, e); !changed || v.kind != withheld {
			t.Errorf("verdict %+v, changed %v", v, changed)
		}
		w.book = ruleBook{}
		w.book.add("readers.yaml", nil, os.ErrPermission)
		if v, changed := j.unseen(&w, e); !changed || v.kind != withheld {
			t.Errorf("with rules that cannot be read: verdict %+v, changed %v", v, changed)
		}
		return
	}
	o := newOffice(t)
	o.write("deep/b.txt", "A holiday.")
	o.run()
	deep := filepath.Join(o.folder, "deep")
	if err := os.Chmod(deep, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(deep, 0o700) }()
	o.write("readers.yaml", "readers: [hr]\n")
	o.run()
	o.wantFinds("feng", "holiday")
}

func TestRuleAboutNothingIsReported(t *testing.T) {
	o := newOffice(t)
	o.write("Pay.md", "A holiday.")
	o.write("pay.md.readers.yaml", "readers: [hr]\n")
	o.write("share.zip", packed(t, map[string]string{"Pay.md": "A holiday.", "pay.md.readers.yaml": "readers: [hr]"}))
	report, err := o.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, f := range report.Failed {
		failed = append(failed, f.Path)
	}
	if strings.Join(failed, " ") != "pay.md.readers.yaml share.zip/pay.md.readers.yaml" || !strings.Contains(report.Failed[0].Reason, "not there") {
		t.Errorf("failed %v", report.Failed)
	}
}

func TestRuleFindsANameInAnyFormOfUnicode(t *testing.T) {
	o := newOffice(t)
	o.write("re\u0301sume\u0301.md", "A holiday.")
	o.write("r\u00e9sum\u00e9.md.readers.yaml", "readers: [hr]\n")
	if report := o.run(); len(report.Failed) != 0 {
		t.Errorf("failed %v", report.Failed)
	}
	o.wantFinds("feng", "holiday")
}
