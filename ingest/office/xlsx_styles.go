package office

// readStyles reads how numbers are shown.
func (w *xlsx) readStyles(x *scanner) {
	codes := make(map[int]string)
	known := make(map[int]*numberFormat)
	x.elements(func(name string) {
		switch name {
		case "numFmts":
			x.elements(func(string) { codes[x.number("numFmtId", 0)] = x.attr("formatCode") })
		case "cellXfs":
			x.elements(func(string) {
				id := x.number("numFmtId", 0)
				f := known[id]
				if f == nil {
					code, stated := codes[id]
					if !stated {
						code = builtIn(id)
					}
					f = parseNumberFormat(code)
					known[id] = f
				}
				w.formats = append(w.formats, f)
				w.countEntries(len(w.formats), 1<<16, "styles of cells") // Excel's own limit
				x.stop(w.err)
			})
		}
	})
}

// builtIn returns the code of a format that every workbook has (ECMA-376 part
// 1, 18.8.30). Dates in the order of the reader's country are written so that
// nobody takes the month for the day; those of East Asian versions as in China.
func builtIn(id int) string {
	if code, known := builtInFormats[id]; known {
		return code
	}
	if 50 <= id && id <= 58 {
		return builtInFormats[[]int{27, 28, 27, 28, 28, 34, 35, 27, 28}[id-50]]
	}
	if 59 <= id && id <= 81 { // Thai versions, as in others
		return builtInFormats[map[int]int{59: 1, 60: 2, 61: 3, 62: 4, 67: 9, 68: 10, 69: 12, 70: 13, 71: 14, 72: 14, 73: 15, 74: 16, 75: 17, 76: 20, 77: 21, 78: 22, 79: 45, 80: 46, 81: 47}[id]]
	}
	return "General"
}

var builtInFormats = map[int]string{
	0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: "$#,##0", 6: "$#,##0", 7: "$#,##0.00", 8: "$#,##0.00",
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
	18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
	27: `yyyy"年"m"月"`, 28: `m"月"d"日"`, 29: `m"月"d"日"`, 30: "yyyy-mm-dd", 31: `yyyy"年"m"月"d"日"`,
	32: `h"时"mm"分"`, 33: `h"时"mm"分"ss"秒"`, 34: `上午/下午h"时"mm"分"`, 35: `上午/下午h"时"mm"分"ss"秒"`, 36: `yyyy"年"m"月"`,
	37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)",
	41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00",
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}
