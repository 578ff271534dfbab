package ingest

import (
	"slices"
	"testing"
)

func TestSentencesAreFound(t *testing.T) {
	tests := []struct {
		name string
		want []string
	}{
		{"Chinese", []string{"年假按年计算。", "是吗？", "“是的！”", "好……", "走"}},
		{"English", []string{"One. ", "Two! ", "(Three?) ", "Four"}},
		{"Decimals", []string{"It is 3.5 kg at 20.0 °C. ", "Then stop."}},
		{"Abbreviations", []string{"Ask Dr. Hall, e.g. by mail, i.e. not in person. ", "See fig. 2."}},
		{"Initials", []string{"J. Smith signs. ", "Nobody else does."}},
		{"SmallLetterGoesOn", []string{"The node.js file and v. two stay. ", "End."}},
		{"Mixed", []string{"请写信给 HR。", "Thank you. ", "谢谢！"}},
		{"ListNumbers", []string{"1. First step. ", "2. Second step."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := ""
			for _, s := range tt.want {
				text += s
			}
			var got []string
			from := 0
			for _, at := range append(sentenceStarts(text), len(text)) {
				got = append(got, text[from:at])
				from = at
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("sentences %q, want %q", got, tt.want)
			}
		})
	}
}
