package office

import (
	"slices"
	"testing"

	"bureau/ingest/format"
)

func TestPPTXOfAnotherProgramIsReadWhole(t *testing.T) {
	data := fixture(t, "plan-en.pptx")
	want := `## Plan

2026

## Goals

- Grow
  - in Asia
- Save

---

Say \*why\*.

Then stop.

## Goals 2

| Q1 | Q2 |
| --- | --- |
| 10% | 20% |
| x |  |`
	wantMarkdown(t, ReadPPTX, data, want)
	text := read(t, ReadPPTX, data)
	places := []format.Place{{Start: 0, Kind: format.Slide, Number: 1}, {Start: 15, Kind: format.Slide, Number: 2}, {Start: 83, Kind: format.Slide, Number: 3}}
	if !slices.Equal(text.Places, places) || want[83:92] != "## Goals " {
		t.Errorf("places %v, want %v", text.Places, places)
	}
	if !slices.Equal(text.Warnings, []string{"1 hidden slide left out"}) {
		t.Errorf("warnings %q", text.Warnings)
	}
}

func TestPPTXInChineseIsReadWhole(t *testing.T) {
	wantMarkdown(t, ReadPPTX, fixture(t, "plan-zh.pptx"), `## 年度计划

2026

## 目标

- 增长
  - 亚洲市场
- 节约

---

说明原因。

## 目标 2

| Q1 | Q2 |
| --- | --- |
| 10% | 20% |
| x |  |`)
}

// shape makes a shape with paragraphs, in a placeholder where it has a kind.
func shape(placeholder, paragraphs string) string {
	if placeholder != "" {
		placeholder = `<p:ph type="` + placeholder + `"/>`
	}
	return `<p:sp><p:nvSpPr><p:cNvPr id="1"/><p:nvPr>` + placeholder + `</p:nvPr></p:nvSpPr><p:txBody>` + paragraphs + `</p:txBody></p:sp>`
}

// slidePart makes the part of a slide.
func slidePart(shapes string) string {
	return `<p:sld xmlns:p="urn:p" xmlns:a="urn:a"><p:cSld><p:spTree>` + shapes + `</p:spTree></p:cSld></p:sld>`
}

func TestPPTXReadsShapesOfAllKinds(t *testing.T) {
	p := func(properties, text string) string {
		return `<a:p><a:pPr ` + properties + `</a:pPr><a:r><a:t>` + text + `</a:t></a:r></a:p>`
	}
	data := slides(t, slidePart(
		shape("", p(`>`, "No title here"))+
			`<p:grpSp>`+shape("", p(`>`, "grouped")+p(`lvl="0"><a:buAutoNum startAt="3"/>`, "third")+p(`><a:buAutoNum/>`, "fourth")+p(`lvl="1"><a:buChar/>`, "below"))+`</p:grpSp>`+
			shape("sldNum", p(`>`, "7"))+shape("ftr", p(`>`, "footer"))+
			`<p:graphicFrame><a:graphic><a:graphicData><c:chart/></a:graphicData></a:graphic></p:graphicFrame>`),
		slidePart(""),
		slidePart(shape("title", p(`>`, "Last"))+shape("body", p(`><a:buNone/>`, "plain")+p(`>`, "item"))))
	wantMarkdown(t, ReadPPTX, data, `## No title here

grouped

3. third
4. fourth
   - below

## Last

plain

- item`)
	text := read(t, ReadPPTX, data)
	if place, _ := format.At(text.Places, len(text.Markdown)-1); place.Number != 3 {
		t.Errorf("the last slide is number %d, want 3", place.Number)
	}
	if !slices.Equal(text.Warnings, []string{"1 chart or diagram left out"}) {
		t.Errorf("warnings %q", text.Warnings)
	}
}
