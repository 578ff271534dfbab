package format

import (
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func TestPathsCannotLeadOut(t *testing.T) {
	for stated, want := range map[string]string{
		"a/b.txt":                       "a/b.txt",
		"../a":                          "",
		"a/../../b":                     "",
		`..\..\b`:                       "",
		".\u202E./b":                    "",
		".\x00./b":                      "",
		"/etc/passwd":                   "etc/passwd",
		`C:\Users\a.txt`:                "Users/a.txt",
		"a\x00.txt":                     "a.txt",
		"pay\u202Efdp.exe":              "payfdp.exe",
		"./a//b/":                       "a/b",
		"":                              "",
		" . ":                           "", //nolint:gocritic // the white space is what is cleaned away
		"制度/考勤.md":                      "制度/考勤.md",
		"e\u0301.md":                    "é.md",
		strings.Repeat("d/", 600):       "",
		strings.Repeat("长", 99) + ".md": strings.Repeat("长", 65) + ".md",
	} {
		got, ok := SafePath(stated)
		if want == "" && ok || want != "" && (!ok || got != want) {
			t.Errorf("SafePath(%q) = %q, %v; want %q", stated, got, ok, want)
		}
	}
}

func TestNamesOfAttachmentsAreNamesOnly(t *testing.T) {
	for stated, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\a\b.doc`: "b.doc", ".bashrc": "bashrc", "..": "", "a/..": "", "\u200f.x": "x", "报告.pdf": "报告.pdf",
	} {
		if got := SafeName(stated); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", stated, got, want)
		}
	}
}

func TestDuplicatesAreNumbered(t *testing.T) {
	var names Names
	want := []string{"a.txt", "a (2).txt", "a (2) (2).txt", "a (3).txt"}
	for i, stated := range []string{"a.txt", "a.txt", "a (2).txt", "a.txt"} {
		if got := names.Take(stated); got != want[i] {
			t.Errorf("Take(%q) = %q, want %q", stated, got, want[i])
		}
	}
}

func TestShortTextsAreGuessed(t *testing.T) {
	gbk, big5 := simplifiedchinese.GBK.NewEncoder(), traditionalchinese.Big5.NewEncoder()
	for _, name := range []string{"考勤制度.docx", "报销.xlsx", "2026年工资表", "员工手册（新版）.pdf"} {
		data, err := gbk.Bytes([]byte(name))
		if got := Guess(data, charmap.CodePage437); err != nil || got != name {
			t.Errorf("GBK %q is guessed as %q (%v)", name, got, err)
		}
	}
	for _, name := range []string{"考勤制度.docx", "員工手冊.pdf", "薪資計算方法", "請假規定.doc"} {
		data, err := big5.Bytes([]byte(name))
		if got := Guess(data, charmap.CodePage437); err != nil || got != name {
			t.Errorf("Big5 %q is guessed as %q (%v)", name, got, err)
		}
	}
	for _, name := range []string{"résumé.pdf", "Gehälter für März.xls"} {
		data, err := charmap.CodePage437.NewEncoder().Bytes([]byte(name))
		if got := Guess(data, charmap.CodePage437); err != nil || got != name {
			t.Errorf("CP437 %q is guessed as %q (%v)", name, got, err)
		}
	}
}

// plainKinds are what plain text may become in Markdown.
var plainKinds = []ast.NodeKind{ast.KindDocument, ast.KindParagraph, ast.KindTextBlock, ast.KindText, ast.KindString,
	ast.KindList, ast.KindListItem, ast.KindAutoLink, extast.KindTaskCheckBox}

func structureOf(source string) string {
	kind := ""
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(source)))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		for _, k := range plainKinds {
			if n.Kind() == k {
				return ast.WalkContinue, nil
			}
		}
		kind = n.Kind().String()
		return ast.WalkStop, nil
	})
	return kind
}

func TestEscapedTextHasNoStructure(t *testing.T) {
	for _, in := range []string{"# a", "a\n===", "a\n---", "a | b\n--|--\n1 | 2", "    code", "```\nx\n```", "~~~\nx\n~~~", "> q", "*a* **b**",
		"[a](javascript:x)", "![a](b)", "[a]: http://x\n\n[a]", "<b>x</b>", "a `b`", "~~x~~", "\t# a", " \t# a", "  \t`a`", "3~5, 6~8", "***", "a\n:-:|:-:"} {
		if got := structureOf(Escape(in)); got != "" {
			t.Errorf("%q is escaped as %q and has a %s", in, Escape(in), got)
		}
	}
	if got, want := Escape("file_name, 3 - 2 = 1, #5, a - b"), "file_name, 3 - 2 = 1, #5, a - b"; got != want {
		t.Errorf("ordinary text becomes %q", got)
	}
}

func FuzzSafePath(f *testing.F) {
	f.Add("../a\x00\u202e")
	f.Fuzz(func(t *testing.T, stated string) {
		safe, ok := SafePath(stated)
		if !ok {
			return
		}
		if again, ok := SafePath(safe); !ok || again != safe {
			t.Errorf("SafePath(%q) = %q, and of that %q, %v", stated, safe, again, ok)
		}
		if strings.HasPrefix(safe, "/") || strings.ContainsFunc(safe, unicode.IsControl) || strings.Contains("/"+safe+"/", "/../") {
			t.Errorf("SafePath(%q) = %q", stated, safe)
		}
	})
}
