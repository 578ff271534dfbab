package ingest

import (
	"strings"
	"testing"
)

func TestLanguageIsTold(t *testing.T) {
	tests := []struct {
		name, text, other, want string
	}{
		{"English", "The leave year runs from January to December, and you ask for leave in the calendar.", "", "en"},
		{"Simplified", leaveSimplified, "", "zh-Hans"},
		{"Traditional", leaveTraditional, "", "zh-Hant"},
		{"ChineseWithEnglishNames", "使用 ChatGPT 和 GitHub Copilot 之前，请先阅读本规定。", "", "zh-Hans"},
		{"ShortMail", "- From: 运营部 (ops@larkfield.example)\n- To: (all@larkfield.example)\n\n下班班车 17:45 一班，见 https://larkfield.example/shuttle/2026", "", "zh-Hans"},
		{"EnglishWithChineseNames", "In Chinese we say 天平 for a balance in the laboratory and 秤 for the other devices.", "", "en"},
		{"SharedCharactersFollowTheDocument", "人工 三十", "zh-Hant", "zh-Hant"},
		{"TableFollowsTheDocument", "| Leeds | 26 | Suzhou | 10 | Taipei | 5 | Merle | Kestrel | Wren |", "en", "en"},
		{"German", "Der Urlaub wird im Kalender eingetragen und muss von der Leitung bestätigt werden, bevor er beginnt.", "", ""},
		{"Japanese", "休暇の申請はカレンダーから行ってください。", "", ""},
		{"NumbersAreAnyLanguage", "12 / 14", "zh-Hans", "zh-Hans"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := languageOf(tt.text, tt.other); got != tt.want {
				t.Errorf("languageOf = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLanguageTagsAreCanonical(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "en", "en-GB": "en", "zh": "zh-Hans", "zh-CN": "zh-Hans", "zh_TW": "zh-Hant", "zh-hk": "zh-Hant",
		"zh-Hant": "zh-Hant", "de": "", "": "", "nonsense!": "",
	} {
		if got := canonicalLanguage(tag); got != want {
			t.Errorf("canonicalLanguage(%q) = %q, want %q", tag, got, want)
		}
	}
}

func TestScriptTableIsWhole(t *testing.T) {
	known := 0
	for _, writing := range writingOf() {
		if writing == simplifiedWriting || writing == traditionalWriting {
			known++
		}
	}
	if lines := strings.Count(scriptTable, "\n"); known != 2*lines || lines < 1000 {
		t.Errorf("%d characters on %d lines", known, lines)
	}
}
