package office

import (
	"math"
	"testing"
	"unicode/utf8"
)

func TestNumbersAreShownAsSpreadsheetsShowThem(t *testing.T) {
	for _, c := range []struct {
		code string
		v    float64
		want string
	}{
		{"General", 0.1 + 0.2, "0.3"}, {"General", 13800138000, "13800138000"}, {"General", 1.0 / 3, "0.3333333333"}, {"General", -5, "-5"}, {"General", 1e20, "1E+20"}, {"G/通用格式", 7, "7"},
		{"0", 2.5, "3"}, {"0.00", 1.005, "1.01"}, {"0.00", 0.125, "0.13"}, {"0.00", -1.5, "-1.50"}, {"0.00", 99.995, "100.00"}, {"0.0", 0.04, "0.0"}, {"0.0", 0.05, "0.1"},
		{"#,##0", 1234567, "1,234,567"}, {"#,##0", 999, "999"}, {"#,##0.00", 0.5, "0.50"}, {"#,##0,", 1234567, "1,235"}, {"0.0,,", 1234567, "1.2"},
		{"#.##", 0.5, ".5"}, {"0.##", 2, "2"}, {"0.0#", 2.25, "2.25"}, {"000", 7, "007"}, {"0000\\-00\\-00", 20260302, "2026-03-02"},
		{"0%", 0.125, "13%"}, {"0.00%", 0.0725, "7.25%"}, {"0.00E+00", 12345, "1.23E+04"}, {"0.0E-0", 0.00012, "1.2E-4"},
		{`"¥"#,##0.00`, 1234.5, "¥1,234.50"}, {"[$¥-804]#,##0.00", 8, "¥8.00"}, {"[$-804]0", 8, "8"}, {"#,##0.00 [$€-407]", 1, "1.00 €"}, {`0"元"`, 3, "3元"}, {`0.0"万"`, 2.5, "2.5万"},
		{"0;(0)", -3, "(3)"}, {"0;-0;\"zero\"", 0, "zero"}, {"[Red]0.0;[Blue]-0.0", -2, "-2.0"}, {"_-* #,##0_-", 5, "5"}, {";;;", 5, ""},
		{`[>=100]"big "0;[<0]"neg "0;"small "0`, 150, "big 150"}, {`[>=100]"big "0;"small "0`, 5, "small 5"}, {"# ?/?", 0.5, "0.5"}, {"@", 42, "42"},
		{"yyyy-mm-dd", 45351, "2024-02-29"}, {"yyyy/m/d", 1, "1900/1/1"}, {"yyyy-mm-dd", 61, "1900-03-01"}, {`yyyy"年"m"月"d"日"`, 46083, "2026年3月2日"}, {"[$-804]yyyy年m月d日 aaaa", 46083, "2026年3月2日 星期一"},
		{"dd/mm/yy", 46083, "02/03/26"}, {"d-mmm-yyyy", 46083, "2-Mar-2026"}, {"dddd, mmmm d", 46083, "Monday, March 2"}, {"yyyy.mm.dd", 46083, "2026.03.02"},
		{"h:mm", 0.75, "18:00"}, {"h:mm AM/PM", 0.75, "6:00 PM"}, {"hh:mm:ss", 0.999988425925926, "23:59:59"}, {"mm:ss.0", 0.00001, "00:00.8"}, {"[h]:mm", 1.5, "36:00"}, {"[mm]:ss", 0.5, "720:00"},
		{`上午/下午h"时"mm"分"`, 0.25, "上午6时00分"}, {"yyyy-mm-dd hh:mm", 46083.3958333333, "2026-03-02 09:30"}, {"yyyy-mm-dd", -1, "-1"}, {"yyyy", 1e9, "1000000000"},
	} {
		if got := parseNumberFormat(c.code).show(c.v, false); got != c.want {
			t.Errorf("%v as %q is %q, want %q", c.v, c.code, got, c.want)
		}
	}
}

func TestDaysMayCountFrom1904(t *testing.T) {
	if got := parseNumberFormat("yyyy-mm-dd").show(0, true); got != "1904-01-01" {
		t.Errorf("got %s", got)
	}
}

func TestBuiltInFormatsCanBeShown(t *testing.T) {
	for id := range 90 {
		if got := parseNumberFormat(builtIn(id)).show(46083.5, false); got == "" {
			t.Errorf("format %d shows nothing", id)
		}
	}
}

// FuzzNumberFormat: any code shows any number, as text.
func FuzzNumberFormat(f *testing.F) {
	for _, code := range []string{"General", "#,##0.00;(0)", `[>=1]"x"0;yyyy`, "[h]:mm:ss.000", "0.0E+0", "\\", "[", `"`, ".", "m", "s.m.h", "AM/PM", "0.?#,", "E+", "上午"} {
		f.Add(code, 1234.5678)
		f.Add(code, math.Copysign(0, -1))
	}
	f.Fuzz(func(t *testing.T, code string, v float64) {
		for _, x := range []float64{v, -v, math.Inf(1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64} {
			if got := parseNumberFormat(code).show(x, false); utf8.ValidString(code) && !utf8.ValidString(got) {
				t.Errorf("%v as %q is %q", x, code, got)
			}
		}
	})
}
