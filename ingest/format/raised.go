package format

import "strings"

// raised are the forms of digits and signs above the line.
var raised = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹",
	"+", "⁺", "-", "⁻", "−", "⁻")

// Raised returns text that stands above the line as Unicode writes it, where it
// is a number: the mark of a note behind an amount must not become a digit of
// it, and 10⁶ is not 106. Any other text is returned as it is.
func Raised(text string) string {
	number := strings.TrimSpace(text)
	if strings.Trim(number, "0123456789+-−") != "" || !strings.ContainsAny(number, "0123456789") {
		return text
	}
	return raised.Replace(text)
}
