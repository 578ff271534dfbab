"""Makes the documents in this folder with the programs that README.md names.

    python make.py        writes them anew into the current folder
"""
import datetime

import docx
import openpyxl
import pptx
import xlsxwriter
from docx.shared import Pt
from odf import opendocument, style, table, text
from openpyxl.styles import Font
from pptx.util import Inches

WHEN = datetime.datetime(2026, 3, 2, 9, 30)


def core(properties, title, language):
    properties.title, properties.author, properties.language = title, "Human Resources", language
    properties.created = properties.modified = WHEN


def leave_en():
    d = docx.Document()
    core(d.core_properties, "Leave policy", "en-GB")
    d.add_paragraph("Leave policy", style="Title")
    d.sections[0].header.paragraphs[0].text = "HEADER OF EVERY PAGE"
    d.sections[0].footer.paragraphs[0].text = "FOOTER OF EVERY PAGE"
    d.add_heading("Annual leave", 1)
    p = d.add_paragraph("Everyone has ")
    p.add_run("25 days").bold = True
    p.add_run(" a year; the rate is 100 * 25 / 260, see file_name_v2.")
    hidden = d.add_paragraph("Seen. ").add_run("HIDDEN INSTRUCTION")
    hidden.font.hidden = True
    d.add_heading("How to apply", 2)
    for s in ["Ask your manager", "Fill in the form", "Wait for the answer"]:
        d.add_paragraph(s, style="List Number")
    d.add_paragraph("Bring:", style=None)
    d.add_paragraph("your badge", style="List Bullet")
    d.add_paragraph("the blue one", style="List Bullet 2")
    d.add_paragraph("# not a heading").add_run().add_break()
    d.paragraphs[-1].add_run("- not an item")
    d.add_heading("Days by grade", 1)
    t = d.add_table(rows=4, cols=3)
    for i, row in enumerate([["Grade", "Days", "Note"], ["A | B", "25", "full time"], ["C", "20", ""], ["D", "18", ""]]):
        for j, s in enumerate(row):
            t.cell(i, j).text = s
    t.cell(1, 2).merge(t.cell(3, 2))
    inner = t.cell(3, 0).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "inner", "table"
    d.save("leave-en.docx")


def leave_zh():
    d = docx.Document()
    core(d.core_properties, "考勤与休假制度", "zh-CN")
    d.add_heading("第一章 总则", 1)
    d.add_paragraph("为规范公司考勤管理，特制定本制度。员工每年享有十五天年假。")
    d.add_heading("请假流程", 2)
    for s in ["向主管提出申请", "填写请假单", "等待审批"]:
        d.add_paragraph(s, style="List Number")
    t = d.add_table(rows=2, cols=2)
    for i, row in enumerate([["职级", "天数"], ["经理", "二十"]]):
        for j, s in enumerate(row):
            t.cell(i, j).text = s
    d.save("leave-zh.docx")


def deck(name, title, language, slides):
    p = pptx.Presentation()
    core(p.core_properties, title, language)
    first = p.slides.add_slide(p.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = title, "2026"
    for heading, points, notes in slides:
        s = p.slides.add_slide(p.slide_layouts[1])
        s.shapes.title.text = heading
        frame = s.placeholders[1].text_frame
        for i, (level, words) in enumerate(points):
            line = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            line.text, line.level = words, level
        s.notes_slide.notes_text_frame.text = notes
    s = p.slides.add_slide(p.slide_layouts[5])
    s.shapes.title.text = slides[0][0] + " 2"
    t = s.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(6), Inches(1)).table
    for i, row in enumerate([["Q1", "Q2"], ["10%", "20%"], ["x", ""]]):
        for j, words in enumerate(row):
            t.cell(i, j).text = words
    t.cell(2, 0).merge(t.cell(2, 1))
    hidden = p.slides.add_slide(p.slide_layouts[1])
    hidden.shapes.title.text = "HIDDEN SLIDE"
    hidden._element.set("show", "0")
    p.save(name)


def staff():
    w = openpyxl.Workbook()
    core(w.properties, "Staff", "en")
    w.properties.creator = "Human Resources"
    s = w.active
    s.title = "Staff"
    s.append(["Staff list 2026"])
    s.merge_cells("A1:F1")
    s.append(["Name", "Team", "Since", "Share", "Salary", "入职日期"])
    day = datetime.date(2024, 2, 29)
    for i, (name, team) in enumerate([("Anna", "Sales"), ("Ben", None), ("陈伟", "研发"), ("Dora", "HR")]):
        s.append([name, team, day, 0.125 * (i + 1), 1234.5 * (i + 1), day])
    s.merge_cells("B3:B4")
    for row in s.iter_rows(min_row=3, max_row=6):
        row[2].number_format = "yyyy-mm-dd"
        row[3].number_format = "0.0%"
        row[4].number_format = '"¥"#,##0.00'
        row[5].number_format = 'yyyy"年"m"月"d"日";@'
    s.row_dimensions[6].hidden = True
    s["A9"], s["B9"] = "Room", "Seats"
    s["A10"], s["B10"] = "Blue", 12
    s["A11"], s["B11"] = "Red", 8
    s["A13"], s["B13"] = "Total", "=SUM(B10:B11)"
    s["A9"].font = Font(bold=True)
    secret = w.create_sheet("Secret")
    secret["A1"] = "HIDDEN SHEET"
    secret.sheet_state = "hidden"
    w.save("staff.xlsx")


def wide():
    w = xlsxwriter.Workbook("wide.xlsx")
    s = w.add_worksheet("设备清单")
    s.write_row(0, 0, ["字段%d" % i for i in range(1, 16)])
    for r in range(1, 4):
        s.write_row(r, 0, ["值%d-%d" % (r, i) if i % 2 else "" for i in range(1, 16)])
    s.write_rich_string(5, 0, "red ", w.add_format({"bold": True}), "and", " blue")
    s.write_datetime(6, 0, WHEN, w.add_format({"num_format": "dd/mm/yyyy hh:mm AM/PM"}))
    w.set_properties({"title": "设备", "author": "行政部", "created": WHEN})
    w.close()


def odf_files():
    d = opendocument.OpenDocumentText()
    s = style.Style(name="Heading 1", family="paragraph")
    d.styles.addElement(s)
    d.text.addElement(text.H(outlinelevel=1, stylename=s, text="出差制度"))
    p = text.P(text="员工出差须提前")
    p.addElement(text.Span(text="三天"))
    p.addText("申请。")
    note = text.Note(noteclass="footnote", id="n1")
    note.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text="紧急情况除外"))
    note.addElement(body)
    p.addElement(note)
    d.text.addElement(p)
    items = text.List()
    for words in ["机票", "酒店"]:
        item = text.ListItem()
        item.addElement(text.P(text=words))
        items.addElement(item)
    d.text.addElement(items)
    d.text.addElement(odf_table([["City", "Limit"], ["Paris", "120"], ["上海", "500"]]))
    d.save("travel.odt")

    d = opendocument.OpenDocumentSpreadsheet()
    d.spreadsheet.addElement(odf_table([["City", "Limit"], ["Paris", "120"], ["上海", "500"]], "Limits"))
    off = style.Style(name="off", family="table")
    off.addElement(style.TableProperties(display="false"))
    d.automaticstyles.addElement(off)
    hidden = odf_table([["HIDDEN", "SHEET"]], "Secret")
    hidden.setAttribute("stylename", off)
    d.spreadsheet.addElement(hidden)
    d.save("travel.ods")


def odf_table(rows, name="T"):
    t = table.Table(name=name)
    t.addElement(table.TableColumn(numbercolumnsrepeated=2))
    for row in rows:
        r = table.TableRow()
        for words in row:
            kind = "float" if words.isdigit() else "string"
            c = table.TableCell(valuetype=kind, **({"value": words} if kind == "float" else {}))
            c.addElement(text.P(text=words))
            r.addElement(c)
        t.addElement(r)
    return t


leave_en()
leave_zh()
deck("plan-en.pptx", "Plan", "en", [("Goals", [(0, "Grow"), (1, "in Asia"), (0, "Save")], "Say *why*.\nThen stop.")])
deck("plan-zh.pptx", "年度计划", "zh-CN", [("目标", [(0, "增长"), (1, "亚洲市场"), (0, "节约")], "说明原因。")])
staff()
wide()
odf_files()
