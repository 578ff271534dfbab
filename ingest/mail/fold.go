package mail

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What mail programs write in front of the mail that is answered, in English
// and Chinese. The lines may be Markdown made of HTML.
var (
	// wrote is "On Monday … Ann wrote:", "在 2026年3月1日，王芳 写道：".
	// It has a date or an address in it, which "as he wrote:" has not.
	wrote = regexp.MustCompile(`^[\s*_]*(?:On\b.{0,200}[\d@].{0,200}\bwrote|.{0,200}[\d@].{0,200}(?:写道|寫道|写到))\s*[:：][\s*_]*$`)
	// wroteStart is the first line of one that is wrapped.
	wroteStart = regexp.MustCompile(`^[\s*_]*(?:On\s.*\d|(?:在|于|於)\s?\d{4})`)
	// original is "-----Original Message-----", "----- 原始邮件 -----".
	original = regexp.MustCompile(`(?i)^[\s*_>\\]*[-—\\]{2,}\s*(?:original message|original appointment|原始邮件|原始郵件|邮件原件|原邮件|原郵件)\s*[-—\\]{2,}[\s*_]*$`)
	// sender and headerLine are lines of a header that is repeated in the text.
	sender     = regexp.MustCompile(`^[\s*_>]*(?:From|发件人|發件人|寄件者|寄件人)[\s*_]*[:：]`)
	headerLine = regexp.MustCompile(`^[\s*_>]*(?:Sent|Date|To|Cc|Subject|发送时间|发送日期|發送時間|傳送時間|寄件日期|时间|日期|收件人|收件者|抄送|副本|主题|主題|主旨)[\s*_]*[:：]`)
	// device is what a phone adds.
	device = regexp.MustCompile(`^[\s*_]*(?:Sent from my \S.{0,40}|Get Outlook for \S.{0,40}|(?:发自|來自|来自|從|从)我的.{0,30})$`)
)

// maxSignature is the length of the longest signature, in lines.
const maxSignature = 15

// fold returns what a mail itself says, without what it quotes and without the
// signature. In a mail that passes another one on, that one stays. Where nothing
// else is said, all of it is returned.
func fold(text string, isForward bool) string {
	text = strings.Trim(text, "\n")
	lines := strings.Split(text, "\n")
	if !isForward {
		lines = withoutQuotes(lines)
	}
	lines = withoutSignature(lines)
	folded := strings.Trim(strings.Join(lines, "\n"), "\n")
	if !strings.ContainsFunc(folded, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return text
	}
	return folded
}

// withoutQuotes takes out the quotations between answers, each with the line
// that says who wrote it, and all that follows the head of an older mail.
func withoutQuotes(lines []string) []string {
	var kept []string
	for i := 0; i < len(lines); i++ {
		if isQuoted(lines[i]) {
			continue
		}
		if n := attribution(lines[i:]); n > 0 {
			if !quoteFollows(lines[i+n:]) {
				return kept
			}
			i += n - 1
			continue
		}
		if original.MatchString(lines[i]) || isOlderHeader(lines[i:]) {
			return withoutRule(kept)
		}
		kept = append(kept, lines[i])
	}
	return kept
}

// isQuoted reports whether a line is a quotation.
func isQuoted(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), ">") }

// attribution returns how many lines say who wrote what follows: one, or two
// where the line is wrapped, or none.
func attribution(lines []string) int {
	if wrote.MatchString(lines[0]) {
		return 1
	}
	for n := 2; n <= min(3, len(lines)) && wroteStart.MatchString(lines[0]); n++ {
		if wrote.MatchString(strings.Join(lines[:n], " ")) {
			return n
		}
	}
	return 0
}

// quoteFollows reports whether the next line that is not blank is a quotation.
func quoteFollows(lines []string) bool {
	i := slices.IndexFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" })
	return i >= 0 && isQuoted(lines[i])
}

// isOlderHeader reports whether lines begin with the header of an older mail:
// its sender, and two more of its fields close by.
func isOlderHeader(lines []string) bool {
	if !sender.MatchString(lines[0]) {
		return false
	}
	fields := 0
	for _, line := range lines[1:min(len(lines), 9)] {
		if headerLine.MatchString(line) {
			fields++
		}
	}
	return fields >= 2
}

// withoutRule takes the line away that is drawn above an older mail.
func withoutRule(lines []string) []string {
	end := len(lines)
	for end > 0 && strings.Trim(lines[end-1], " -_—*\\") == "" {
		end--
	}
	return lines[:end]
}

// withoutSignature takes out what follows the line "-- " (RFC 3676, 4.3), where
// it is short, and what a phone adds.
func withoutSignature(lines []string) []string {
	for i, line := range lines {
		if (line == "-- " || line == "--" || line == `\--`) && len(lines)-i <= maxSignature+1 {
			lines = lines[:i]
			break
		}
	}
	return slices.DeleteFunc(slices.Clone(lines), device.MatchString)
}
