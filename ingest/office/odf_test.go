package office

import (
	"slices"
	"testing"

	"bureau/ingest/format"
)

func TestODTOfAnotherProgramIsReadWhole(t *testing.T) {
	wantMarkdown(t, ReadODT, fixture(t, "travel.odt"), `# 出差制度

员工出差须提前三天申请。 [紧急情况除外]

- 机票
- 酒店

| City | Limit |
| --- | --- |
| Paris | 120 |
| 上海 | 500 |`)
}

func TestODSOfAnotherProgramIsReadWhole(t *testing.T) {
	data := fixture(t, "travel.ods")
	wantMarkdown(t, ReadODS, data, `## Limits

| City | Limit |
| --- | --- |
| Paris | 120 |
| 上海 | 500 |`)
	if text := read(t, ReadODS, data); !slices.Equal(text.Warnings, []string{"1 hidden sheet left out"}) {
		t.Errorf("warnings %q", text.Warnings)
	}
}

func TestODTReadsWhatAPersonSees(t *testing.T) {
	styles := `<style:style style:name="P1" style:parent-style-name="Title"/><style:style style:name="off"><style:text-properties text:display="none"/></style:style>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>`
	body := `<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p text:style-name="P1">Title</text:p><text:h text:outline-level="1">Head</text:h>
<text:p>a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d
 e<office:annotation><text:p>comment</text:p></office:annotation><text:span text:style-name="off">hidden</text:span><text:a>link</text:a></text:p>
<text:list text:style-name="L1"><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item>
<text:list-item><text:p>two</text:p></text:list-item></text:list>
<text:p>box<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame></text:p>
<table:table><table:table-row><table:table-cell><text:p>h</text:p></table:table-cell><table:table-cell><text:p>i</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>tall</text:p></table:table-cell><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>
<table:table-row><table:covered-table-cell/><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>`
	wantMarkdown(t, ReadODT, openDocument(t, "text", styles, body), `# Title

## Head

a  b`+"\t"+`c  
d  elink

1. one
   - inner
2. two

box

boxed

| h | i |
| --- | --- |
| tall | 1 |
| tall | 2 |`)
}

func TestODSReadsRepeatedMergedAndHiddenCells(t *testing.T) {
	cell := func(attributes, text string) string {
		return `<table:table-cell ` + attributes + `><text:p>` + text + `</text:p></table:table-cell>`
	}
	body := `<table:table table:name="表"><table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>
<table:table-row>` + cell("", "城市") + cell("", "甲") + cell("", "乙") + cell("", "hidden") + `</table:table-row>
<table:table-row table:number-rows-repeated="2">` + cell("", "上海") + cell(`office:value-type="float" table:number-columns-repeated="2"`, "1") + `</table:table-row>
<table:table-row table:visibility="filter">` + cell("", "hidden") + `</table:table-row>
<table:table-row>` + cell(`table:number-rows-spanned="2"`, "北京") + cell("", "2") + `</table:table-row>
<table:table-row><table:covered-table-cell/>` + cell("", "3") + `</table:table-row>
<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>`
	data := openDocument(t, "spreadsheet", "", body)
	wantMarkdown(t, ReadODS, data, `## 表

| 城市 | 甲 | 乙 |
| --- | --- | --- |
| 上海 | 1 | 1 |
| 上海 | 1 | 1 |
| 北京 | 2 |  |
| 北京 | 3 |  |`)
	text := read(t, ReadODS, data)
	if place, _ := format.At(text.Places, len(text.Markdown)-1); place != (format.Place{Start: place.Start, Kind: format.Row, Number: 6, Name: "表"}) {
		t.Errorf("the last row is %v", place)
	}
}

func TestODPReadsSlidesAndNotes(t *testing.T) {
	styles := `<style:style style:name="off"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>`
	body := `<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>目标</text:p></draw:text-box></draw:frame>
<draw:frame presentation:class="outline"><draw:text-box><text:list><text:list-item><text:p>增长</text:p></text:list-item></text:list></draw:text-box></draw:frame>
<draw:g><draw:custom-shape><text:p>grouped</text:p></draw:custom-shape></draw:g>
<presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>说明</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
<draw:page draw:style-name="off"><draw:frame><draw:text-box><text:p>hidden</text:p></draw:text-box></draw:frame></draw:page>`
	data := openDocument(t, "presentation", styles, body)
	wantMarkdown(t, ReadODP, data, "## 目标\n\n- 增长\n\ngrouped\n\n---\n\n说明")
	if text := read(t, ReadODP, data); !slices.Equal(text.Warnings, []string{"1 hidden slide left out"}) {
		t.Errorf("warnings %q", text.Warnings)
	}
}
