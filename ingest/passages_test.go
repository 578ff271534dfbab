package ingest

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"bureau/retrieval"
)

// checkPieces holds pieces against what Cut promises.
func checkPieces(t *testing.T, x Extracted, limit Limit, pieces []Piece) {
	t.Helper()
	maxTokens, count := limit.MaxTokens, limit.Count
	if maxTokens == 0 {
		maxTokens = 480
	}
	if count == nil {
		count = EstimateTokens
	}
	if len(pieces) == 0 && strings.TrimSpace(x.Markdown) != "" {
		t.Fatalf("no piece of %q", x.Markdown)
	}
	at := 0
	for i, p := range pieces {
		if p.Start < at || p.End <= p.Start || p.End > len(x.Markdown) {
			t.Fatalf("piece %d lies at %d-%d, after %d of %d", i, p.Start, p.End, at, len(x.Markdown))
		}
		if x.Markdown[p.Start:p.End] != p.Text || strings.TrimSpace(p.Text) == "" || !utf8.ValidString(p.Text) {
			t.Fatalf("piece %d is %q and its place holds %q", i, p.Text, x.Markdown[p.Start:p.End])
		}
		checkGap(t, x.Markdown[at:p.Start])
		at = p.End
		indexed := retrieval.Passage{Headings: p.Headings, Header: p.Header, Text: p.Text}.Indexed(x.Title)
		if n := count(indexed); n > maxTokens {
			t.Fatalf("piece %d has %d tokens: %q", i, n, indexed)
		}
	}
	checkGap(t, x.Markdown[at:])
}

// checkGap holds what lies between two pieces against what may: white space
// and headings.
func checkGap(t *testing.T, gap string) {
	t.Helper()
	if strings.TrimFunc(gap, unicode.IsSpace) == "" {
		return
	}
	for _, b := range layOut(gap).blocks {
		if b.level == 0 {
			t.Fatalf("%q lies between pieces", gap)
		}
	}
}

func texts(pieces []Piece) []string {
	var all []string
	for _, p := range pieces {
		all = append(all, p.Text)
	}
	return all
}

// cut cuts a text by its words, so that the tests can count.
func cut(t *testing.T, markdown string, tokens, maxTokens int) []Piece {
	t.Helper()
	x := Extracted{Title: "Title", Markdown: markdown}
	limit := Limit{Tokens: tokens, MaxTokens: maxTokens, Count: func(s string) int { return len(strings.Fields(s)) }}
	pieces := Cut(x, limit)
	checkPieces(t, x, limit, pieces)
	return pieces
}

func TestPassagesFollowHeadings(t *testing.T) {
	pieces := cut(t, "# Title\n\nIntro of four words.\n\n## Leave\n\n"+strings.Repeat("leave ", 9)+"\n\n### Asking\n\nAsk your manager early enough, in writing.\n\nPay\n---\n\n"+strings.Repeat("pay ", 9), 12, 40)
	want := []Piece{
		{Headings: nil, Anchor: "title"},
		{Headings: []string{"Leave"}, Anchor: "leave"},
		{Headings: []string{"Leave", "Asking"}, Anchor: "asking"},
		{Headings: []string{"Pay"}, Anchor: "pay"},
	}
	if len(pieces) != len(want) {
		t.Fatalf("pieces %q", texts(pieces))
	}
	for i, p := range pieces {
		if !slices.Equal(p.Headings, want[i].Headings) || p.Anchor != want[i].Anchor {
			t.Errorf("piece %d stands under %q at %q, want %q at %q", i, p.Headings, p.Anchor, want[i].Headings, want[i].Anchor)
		}
	}
}

func TestShortSectionsStayTogether(t *testing.T) {
	pieces := cut(t, "## Terms\n\n### Drift\n\nSlow change.\n\n### Level\n\nA grade.\n\n### Round\n\n"+strings.Repeat("long ", 30), 24, 60)
	if len(pieces) != 2 || !strings.HasPrefix(pieces[0].Text, "### Drift") || !strings.HasSuffix(pieces[0].Text, "A grade.") {
		t.Fatalf("pieces %q", texts(pieces))
	}
	if !slices.Equal(pieces[0].Headings, []string{"Terms"}) || pieces[0].Anchor != "drift" {
		t.Errorf("first piece stands under %q at %q", pieces[0].Headings, pieces[0].Anchor)
	}
}

func TestHeadingWithoutTextIsText(t *testing.T) {
	pieces := cut(t, "## In an emergency dial 6999\n\n## Doors\n\n"+strings.Repeat("door ", 30), 20, 60)
	if len(pieces) != 2 || pieces[0].Text != "## In an emergency dial 6999" {
		t.Errorf("pieces %q", texts(pieces))
	}
}

func TestTableIsCutByRowsUnderItsHeader(t *testing.T) {
	const header = "| Office | Days |\n|---|---|"
	pieces := cut(t, header+"\n"+strings.Repeat("| Leeds | 26 |\n", 12), 25, 30)
	if len(pieces) < 3 {
		t.Fatalf("pieces %q", texts(pieces))
	}
	if pieces[0].Header != "" || !strings.HasPrefix(pieces[0].Text, header) {
		t.Errorf("first piece has the header %q and the text %q", pieces[0].Header, pieces[0].Text)
	}
	for _, p := range pieces[1:] {
		if p.Header != header || !strings.HasPrefix(p.Text, "| Leeds") || !strings.HasSuffix(p.Text, "26 |") {
			t.Errorf("piece has the header %q and the text %q", p.Header, p.Text)
		}
	}
}

func TestHeaderThatLeavesNoRoomIsNotRepeated(t *testing.T) {
	wide := "| " + strings.Repeat("long ", 25) + "| b |\n|---|---|"
	for _, p := range cut(t, wide+"\n"+strings.Repeat("| Leeds office | 26 |\n", 12), 35, 40)[1:] {
		if p.Header != "" {
			t.Errorf("piece %q has a header of %d words", p.Text, len(strings.Fields(p.Header)))
		}
	}
}

func TestListStaysWholeWhereItFits(t *testing.T) {
	list := strings.TrimSpace(strings.Repeat("- one two three four\n", 6))
	pieces := cut(t, strings.Repeat("word ", 8)+"\n\nYou may:\n\n"+list, 12, 40)
	if len(pieces) != 2 || pieces[1].Text != "You may:\n\n"+list {
		t.Errorf("pieces %q", texts(pieces))
	}
}

func TestLongListIsCutBetweenItems(t *testing.T) {
	pieces := cut(t, strings.Repeat("- one two three\n  - four five\n", 9), 14, 20)
	for _, p := range pieces {
		if !strings.HasPrefix(p.Text, "- one") {
			t.Errorf("piece %q begins inside an item", p.Text)
		}
	}
}

func TestParagraphIsCutBetweenSentences(t *testing.T) {
	x := Extracted{Title: "休假", Language: "zh-Hans", Markdown: strings.Repeat("连续休假超过五天的，至少提前十个工作日提出。", 40)}
	pieces := Cut(x, Limit{})
	checkPieces(t, x, Limit{}, pieces)
	if len(pieces) < 3 {
		t.Fatalf("%d pieces", len(pieces))
	}
	for _, p := range pieces {
		if !strings.HasSuffix(p.Text, "。") || p.Language != "zh-Hans" {
			t.Errorf("piece %q in %q does not end with a sentence", p.Text, p.Language)
		}
	}
}

func TestCodeIsCutBetweenLines(t *testing.T) {
	pieces := cut(t, "```\n"+strings.Repeat("run one. Two\n", 20)+"```", 15, 20)
	for _, p := range pieces[1 : len(pieces)-1] {
		if !strings.HasPrefix(p.Text, "run") || !strings.HasSuffix(p.Text, "Two") {
			t.Errorf("piece %q is not whole lines", p.Text)
		}
	}
}

func TestTextWithoutAnyBreakIsStillCut(t *testing.T) {
	x := Extracted{Title: "t", Markdown: strings.Repeat("x1", 4000)}
	checkPieces(t, x, Limit{}, Cut(x, Limit{}))
}

func TestCeilingHoldsForTheEmbedder(t *testing.T) {
	for text, want := range map[string]int{strings.Repeat("休假制度说明员工可以享受的假期", 40): 512, strings.Repeat("What every employee may know. ", 53): 512} {
		if n := EstimateTokens(text); n < want*4/5 || n > want*6/5 {
			t.Errorf("%d runes are estimated as %d tokens, want about %d", utf8.RuneCountInString(text), n, want)
		}
	}
}

// Pieces are exact parts of the text in order, all of it but white space and
// headings, and none is over the limit.
func FuzzCut(f *testing.F) {
	f.Add("# A\n\nb. c!\n\n## D\n\n| e | f |\n|---|---|\n| g | h |\n\n- i\n  - j\n\n```\nk\n```\n", uint16(30), uint16(300))
	f.Add("Title\n===\n\n[a]: b\n\n> # quoted\n>\n> text。第二句！\n\n#\n\n***\n", uint16(1), uint16(0))
	f.Add(strings.Repeat("长句没有标点", 30), uint16(40), uint16(0))
	f.Fuzz(func(t *testing.T, markdown string, tokens, above uint16) {
		x := Extracted{Title: "Title", Markdown: clean(strings.ToValidUTF8(markdown, ""))}
		limit := Limit{Tokens: 1 + int(tokens%500), MaxTokens: 60 + int(above%500)}
		checkPieces(t, x, limit, Cut(x, limit))
	})
}
