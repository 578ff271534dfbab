package format

import "testing"

func TestRaisedNumbersAreNoDigitsOfTheOneBefore(t *testing.T) {
	for in, want := range map[string]string{"2": "²", "-1": "⁻¹", "10\n": "¹⁰\n", "th": "th", "2nd": "2nd", "-": "-", "": "", "[3]": "[3]"} {
		if got := Raised(in); got != want {
			t.Errorf("Raised(%q) = %q, want %q", in, got, want)
		}
	}
}
