package chat

import (
	"slices"
	"testing"
)

func TestNumbersInAnyFormAreFoundInTheSource(t *testing.T) {
	tests := []struct{ name, answer, source string }{
		{"Grouped", "It costs 1200 yuan.", "The price is 1,200 yuan."},
		{"GroupedInAnswer", "It costs 1,200 yuan.", "The price is 1200 yuan."},
		{"FullWidth", "限额１２００元", "限额1,200元"},
		{"ChineseNumeral", "限额350元", "限额三百五十元"},
		{"ChineseNumeralInAnswer", "限额三百五十元", "限额350元"},
		{"YearInCharacters", "2018年成立", "二〇一八年成立"},
		{"TenThousand", "预算为30000元", "预算为3万元"},
		{"TenThousandInAnswer", "预算为3万元", "预算为30,000元"},
		{"HundredMillion", "150000000元", "1.5亿元"},
		{"HundredMillionInCharacters", "130000000元", "一亿三千万元"},
		{"SourceKeepsTheUnmultiplied", "3 million", "3 million"},
		{"Millions", "5,000,000 dollars", "five million dollars"},
		{"PercentOfChinese", "5%", "百分之五"},
		{"PercentWord", "5 percent", "5%"},
		{"IsoDate", "2018年3月5日", "2018-03-05"},
		{"EnglishDate", "March 5, 2018", "2018年3月5日"},
		{"IsoDateInAnswer", "2018-03-05", "5 March 2018"},
		{"DateInCharacters", "2018年3月5日", "二〇一八年三月五日"},
		{"NumberWord", "You have twenty-five days.", "25 days"},
		{"NumberWordInSource", "You have 25 days.", "twenty-five days"},
		{"HundredsInWords", "350", "three hundred and fifty"},
		{"TrailingZeros", "3.50", "3.5"},
		{"Traditional", "限額三萬元", "限額30000元"},
		{"Approximation", "两三天", "大约几天"},
		{"NoNumber", "一些规定统一执行，十分重要", "规定"},
		{"LoneOne", "one of them, the first", "them"},
		{"ListMarkers", "1. Fill in the form\n2. Send it", "Fill in the form and send it."},
		{"HalfADay", "0.5 day", "half a day"},
		{"SlashDate", "2018/3/5", "March 5, 2018"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if missing := readAll(test.source).missing(certainOnes(test.answer)); len(missing) > 0 {
				t.Errorf("%q are missing from %q: %v", missing, test.source, readAll(test.source))
			}
		})
	}
}

func TestChangedNumbersAreCaught(t *testing.T) {
	tests := []struct {
		name, answer, source string
		want                 []string
	}{
		{"Amount", "The limit is 400 yuan.", "The limit is 600 yuan.", []string{"400"}},
		{"Month", "2018年4月5日", "2018-03-05", []string{"4"}},
		{"MonthName", "April 5, 2018", "March 5, 2018", []string{"April"}},
		{"Day", "2018-03-06", "March 5, 2018", []string{"06"}},
		{"ChineseNumeral", "限额三百五十元", "限额五百三十元", []string{"三百五十"}},
		{"Power", "3万元", "3千元", []string{"3万"}},
		{"NumberWord", "within five days", "within ten days", []string{"five"}},
		{"Percent", "百分之五", "百分之六", []string{"五"}},
		{"Decimal", "3.5 days", "3 days and 5 hours", []string{"3.5"}},
		{"WrittenTwice", "400 and 400", "600", []string{"400"}},
		{"WrittenAsInTheAnswer", "限额４００元", "600", []string{"４００"}},
		{"ListMarkerIsNoExcuse", "1. Pay 400 yuan", "Pay 600 yuan", []string{"400"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := readAll(test.source).missing(certainOnes(test.answer)); !slices.Equal(got, test.want) {
				t.Errorf("missing %q, want %q", got, test.want)
			}
		})
	}
}

// A copy of a text never has a number that the text lacks.
func FuzzNumbersOfACopyAreVerified(f *testing.F) {
	for _, seed := range []string{"1,200.50", "2018-03-05", "三百五十万元", "twenty-five thousand and one", "３.５％", "百分之五", "1. 2) 3、", "亿亿亿", "May 5 may"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if missing := readAll(text).missing(certainOnes(text)); len(missing) > 0 {
			t.Errorf("%q has %q missing from itself", text, missing)
		}
	})
}
