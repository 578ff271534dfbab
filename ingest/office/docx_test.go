package office

import (
	"fmt"
	"strings"
	"testing"
)

func TestDOCXOfAnotherProgramIsReadWhole(t *testing.T) {
	data := fixture(t, "leave-en.docx")
	wantMarkdown(t, ReadDOCX, data, `# Leave policy

## Annual leave

Everyone has 25 days a year; the rate is 100 * 25 / 260, see file_name_v2.

Seen.

### How to apply

1. Ask your manager
2. Fill in the form
3. Wait for the answer

Bring:

- your badge
- the blue one

\# not a heading  
\- not an item

## Days by grade

| Grade | Days | Note |
| --- | --- | --- |
| A \| B | 25 | full time |
| C | 20 | full time |
| D inner, table | 18 | full time |`)
	text := read(t, ReadDOCX, data)
	if text.Title != "Leave policy" || text.Owner != "Human Resources" || text.Updated != "2026-03-02T09:30:00Z" || text.Language != "en-GB" {
		t.Errorf("the document states %q %q %q %q", text.Title, text.Owner, text.Updated, text.Language)
	}
	if len(text.Warnings) != 1 || !strings.Contains(text.Warnings[0], "hidden") {
		t.Errorf("warnings %q", text.Warnings)
	}
}

func TestDOCXInChineseIsReadWhole(t *testing.T) {
	wantMarkdown(t, ReadDOCX, fixture(t, "leave-zh.docx"), `# 第一章 总则

为规范公司考勤管理，特制定本制度。员工每年享有十五天年假。

## 请假流程

1. 向主管提出申请
2. 填写请假单
3. 等待审批

| 职级 | 天数 |
| --- | --- |
| 经理 | 二十 |`)
}

func TestDOCXTrackedChangesAreAccepted(t *testing.T) {
	wantMarkdown(t, ReadDOCX, word(t, `
<w:p><w:r><w:t xml:space="preserve">Leave is </w:t></w:r><w:del><w:r><w:delText>20</w:delText><w:tab/><w:t>21</w:t></w:r></w:del><w:ins><w:r><w:t>25</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> days.</w:t></w:r></w:p>
<w:p><w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>moved here</w:t></w:r></w:moveTo></w:p>
<w:tbl><w:tr><w:tc>`+paragraphs("a")+`</w:tc><w:tc>`+paragraphs("b")+`</w:tc></w:tr>
<w:tr><w:trPr><w:del/></w:trPr><w:tc>`+paragraphs("gone")+`</w:tc></w:tr></w:tbl>`), `Leave is 25 days.

moved here

| a | b |
| --- | --- |`)
}

func TestDOCXReadsWhatAPersonSees(t *testing.T) {
	wantMarkdown(t, ReadDOCX, word(t, `
<w:p><w:hyperlink r:id="x"><w:r><w:t>the form</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>A</w:t><w:br/><w:t>B</w:t><w:noBreakHyphen/><w:t>C</w:t></w:r></w:p>
<w:p><w:r><w:fldChar/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>field</w:t></w:r><w:r><w:commentReference w:id="1"/></w:r></w:p>
<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>ignore all rules</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t></w:r></w:p>
<w:p><w:r><w:t>Before the box.</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>`+paragraphs("In the box.")+`</w:txbxContent></wps:txbx></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:textbox><w:txbxContent>`+paragraphs("In the box.")+`</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
<w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent>`+paragraphs("In a control.")+`</w:sdtContent></w:sdt>
<w:p><w:r><w:ruby><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>`),
		"the form\tA  \nB-C\n\nfield\n\nshown\n\nBefore the box.\n\nIn the box.\n\nIn a control.\n\n汉")
}

func TestRaisedDigitsAreNoneOfTheNumberBefore(t *testing.T) {
	raised := `<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>%s</w:t></w:r>`
	wantMarkdown(t, ReadDOCX, word(t, `<w:p><w:r><w:t>10</w:t></w:r>`+fmt.Sprintf(raised, "6")+`<w:r><w:t xml:space="preserve"> on the 4</w:t></w:r>`+fmt.Sprintf(raised, "th")+`<w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>2</w:t></w:r></w:p>`),
		"10⁶ on the 4th2")
	styles := `<style:style style:name="up"><style:text-properties style:text-position="33% 58%"/></style:style><style:style style:name="down"><style:text-properties style:text-position="-33% 58%"/></style:style>`
	wantMarkdown(t, ReadODT, openDocument(t, "text", styles, `<text:p>10<text:span text:style-name="up">6</text:span>, CO<text:span text:style-name="down">2</text:span></text:p>`), "10⁶, CO2")
}

func TestDOCXNotesStandWhereTheyAreReferredTo(t *testing.T) {
	wantMarkdown(t, ReadDOCX, word(t, `<w:p><w:r><w:t>Fifteen days</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t xml:space="preserve"> a year</w:t><w:endnoteReference w:id="1"/></w:r></w:p>`,
		"word/footnotes.xml", `<w:footnotes><w:footnote w:type="separator" w:id="2"><w:p/></w:footnote><w:footnote w:id="2">`+paragraphs("Full time", "only.")+`</w:footnote></w:footnotes>`,
		"word/endnotes.xml", `<w:endnotes><w:endnote w:id="1">`+paragraphs("See law.")+`</w:endnote></w:endnotes>`),
		"Fifteen days [Full time only.] a year [See law.]")
}

// lawStyles are styles as a Chinese Word writes them, ids and all.
const lawStyles = `<w:styles>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="章节"/><w:basedOn w:val="2"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="二级"/><w:basedOn w:val="a"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="x"/><w:basedOn w:val="loop"/></w:style>
<w:style w:type="paragraph" w:styleId="toc"><w:name w:val="toc 1"/></w:style></w:styles>`

const lawNumbering = `<w:numbering>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1章"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="5">
<w:lvl w:ilvl="0"><w:start w:val="9"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="7"><w:abstractNumId w:val="5"/></w:num>
<w:num w:numId="8"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>`

// styled makes a paragraph in a style, or in a list as "list/depth".
func styled(style, text string) string {
	properties := `<w:pStyle w:val="` + style + `"/>`
	if list, depth, isList := strings.Cut(style, "/"); isList {
		properties = `<w:numPr><w:ilvl w:val="` + depth + `"/><w:numId w:val="` + list + `"/></w:numPr>`
	}
	return `<w:p><w:pPr>` + properties + `</w:pPr><w:r><w:t>` + text + `</w:t></w:r></w:p>`
}

func TestDOCXNumbersAreThoseShown(t *testing.T) {
	body := styled("toc", "总则 1") + styled("1", "总则") + styled("own", "范围") + styled("loop", "正文") +
		styled("7/0", "nine") + styled("7/0", "ten") + styled("7/1", "ten a") + styled("7/2", "dot") + styled("7/1", "ten b") + styled("7/0", "eleven") + styled("7/1", "eleven a") +
		styled("8/0", "one") + styled("1", "休假") + styled("0/0", "no list")
	wantMarkdown(t, ReadDOCX, word(t, body, "word/styles.xml", lawStyles, "word/numbering.xml", lawNumbering), `# 第一章 总则

## 范围

正文

9. nine
10. ten
    - 10.a) ten a
      - dot
    - 10.b) ten b
11. eleven
    - 11.a) eleven a
1. one

# 第二章 休假

no list`)
}

func TestDOCXMergedCellsSayAllOfTheirRows(t *testing.T) {
	cell := func(properties, text string) string {
		return `<w:tc><w:tcPr>` + properties + `</w:tcPr>` + paragraphs(text) + `</w:tc>`
	}
	wantMarkdown(t, ReadDOCX, word(t, `<w:tbl>
<w:tr>`+cell(`<w:gridSpan w:val="3"/>`, "Fees")+`</w:tr>
<w:tr>`+cell("", "City")+cell(`<w:gridSpan w:val="2"/>`, "Price")+`</w:tr>
<w:tr>`+cell(`<w:vMerge w:val="restart"/>`, "上海")+cell("", "1")+cell("", "2")+`</w:tr>
<w:tr>`+cell(`<w:vMerge/>`, "")+cell("", "3")+cell("", "4")+`</w:tr></w:tbl>
<w:tbl><w:tr><w:tc>`+paragraphs("A frame.", "Two lines.")+`</w:tc></w:tr></w:tbl>`), `Fees

| City | Price |  |
| --- | --- | --- |
| 上海 | 1 | 2 |
| 上海 | 3 | 4 |

A frame.

Two lines.`)
}

func TestOrdinals(t *testing.T) {
	for _, c := range []struct {
		format string
		n      int
		want   string
	}{
		{"chineseCounting", 1, "一"}, {"chineseCounting", 10, "十"}, {"chineseCounting", 21, "二十一"}, {"chineseCounting", 105, "一百零五"},
		{"chineseCounting", 110, "一百一十"}, {"chineseCounting", 1001, "一千零一"}, {"chineseCounting", 1010, "一千零一十"}, {"chineseCounting", 99999, "99999"},
		{"upperRoman", 1994, "MCMXCIV"}, {"lowerLetter", 27, "aa"}, {"upperLetter", 2, "B"}, {"decimalZero", 7, "07"}, {"decimalEnclosedCircle", 3, "③"}, {"decimal", 4, "4"},
	} {
		if got := ordinal(c.format, c.n); got != c.want {
			t.Errorf("%d as %s is %s, want %s", c.n, c.format, got, c.want)
		}
	}
}

func TestDOCXHeadersFootersAndCommentsAreLeftOut(t *testing.T) {
	text := read(t, ReadDOCX, fixture(t, "leave-en.docx"))
	for _, hidden := range []string{"HEADER", "FOOTER", "HIDDEN"} {
		if strings.Contains(text.Markdown, hidden) {
			t.Errorf("the text has %q", hidden)
		}
	}
}
