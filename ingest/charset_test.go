package ingest

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	eunicode "golang.org/x/text/encoding/unicode"
)

const (
	leaveSimplified  = "年假按自然年计算。连续休假超过五天的，至少提前十个工作日提出申请。"
	leaveTraditional = "為公司出差，不應讓同仁賺錢，也不應讓同仁賠錢。請遵守下列上限並儘早報支。"
	leaveEnglish     = "Leave is counted by the calendar year.\nAsk ten working days before.\n"
	leaveFrench      = "Les congés sont comptés par année civile; prévenez votre responsable à l’avance – merci."
)

func encoded(t *testing.T, e encoding.Encoding, text string) []byte {
	t.Helper()
	data, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEncodingsAreToldApart(t *testing.T) {
	little := eunicode.UTF16(eunicode.LittleEndian, eunicode.IgnoreBOM)
	big := eunicode.UTF16(eunicode.BigEndian, eunicode.IgnoreBOM)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"UTF8", []byte(leaveSimplified), leaveSimplified},
		{"UTF8WithMark", []byte("\uFEFF" + leaveTraditional), leaveTraditional},
		{"DamagedUTF8", []byte(leaveSimplified + "\xE5\xB9"), leaveSimplified + "\uFFFD"},
		{"UTF16LittleEndianWithMark", append([]byte("\xFF\xFE"), encoded(t, little, leaveSimplified)...), leaveSimplified},
		{"UTF16BigEndianWithMark", append([]byte("\xFE\xFF"), encoded(t, big, leaveTraditional)...), leaveTraditional},
		{"UTF16LittleEndianUnmarkedEnglish", encoded(t, little, leaveEnglish), leaveEnglish},
		{"UTF16BigEndianUnmarkedEnglish", encoded(t, big, leaveEnglish), leaveEnglish},
		{"UTF16LittleEndianUnmarkedChinese", encoded(t, little, leaveSimplified+"\n"+leaveSimplified), leaveSimplified + "\n" + leaveSimplified},
		{"GB18030Simplified", encoded(t, simplifiedchinese.GB18030, leaveSimplified), leaveSimplified},
		{"GB18030Traditional", encoded(t, simplifiedchinese.GB18030, leaveTraditional), leaveTraditional},
		{"Big5", encoded(t, traditionalchinese.Big5, leaveTraditional), leaveTraditional},
		{"Big5AmongEnglish", encoded(t, traditionalchinese.Big5, leaveEnglish+"天平 means balance. 員工可以請假。"), leaveEnglish + "天平 means balance. 員工可以請假。"},
		{"Windows1252", encoded(t, charmap.Windows1252, leaveFrench), leaveFrench},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decode(tt.data, "")
			if err != nil || got != tt.want {
				t.Errorf("decode = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestDeclaredCharsetIsHonoured(t *testing.T) {
	data := encoded(t, charmap.ISO8859_2, "Žádost o dovolenou se podává písemně předem.")
	got, err := decode(data, "iso-8859-2")
	if err != nil || !strings.HasPrefix(got, "Žádost") {
		t.Errorf("decode = %q, %v", got, err)
	}
}

func TestBytesWithoutMeaningAreRefused(t *testing.T) {
	tests := []struct {
		name string
		data string
		want error
	}{
		{"ZeroBytes", "a\x00\x00\x01\x02b\x00c", ErrBinary},
		{"UTF32", "\xFF\xFE\x00\x00a\x00\x00\x00", ErrEncoding},
		{"Noise", "\x81\x8d\x8f\x90\x9d\xff\xfe\x80\x81", ErrEncoding},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := decode([]byte(tt.data), ""); !errors.Is(err, tt.want) {
				t.Errorf("decode = %q, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// Whatever the bytes, decode gives valid text or an error.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(leaveSimplified), "")
	f.Add([]byte("\xFF\xFEa\x00"), "big5")
	f.Add([]byte("\xB0\xA1\xB0"), "utf-16")
	f.Fuzz(func(t *testing.T, data []byte, declared string) {
		text, err := decode(data, declared)
		if err == nil && text != strings.ToValidUTF8(text, "") {
			t.Errorf("decode(%q, %q) = %q, which is not UTF-8", data, declared, text)
		}
	})
}
