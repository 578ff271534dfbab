package retrieval

import (
	"flag"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/longbridgeapp/opencc"
	"golang.org/x/text/unicode/norm"
)

var update = flag.Bool("update", false, "write simplified.txt anew")

// TestSimplifiedTableIsOpenCC makes the table of single characters from
// OpenCC's conversions of the general, the Taiwan and the Hong Kong standard,
// and compares it with the one that is built in.
func TestSimplifiedTableIsOpenCC(t *testing.T) {
	want := openCCTable(t)
	if *update {
		if err := os.WriteFile("simplified.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if simplifiedTable != want {
		t.Error("simplified.txt differs from OpenCC: run go test ./retrieval -run Simplified -update")
	}
}

// openCCTable returns the table, sorted. A character that others become stays
// as it is, though OpenCC would go on with a few (麼 becomes 么, which by itself
// is an old form of 幺): this is what makes folding idempotent.
func openCCTable(t *testing.T) string {
	t.Helper()
	pairs, targets := make(map[rune]rune), make(map[rune]bool)
	for _, name := range []string{"t2s", "tw2s", "hk2s"} {
		cc, err := opencc.New(name)
		if err != nil {
			t.Fatal(err)
		}
		for r := range chineseCharacters() {
			converted, err := cc.Convert(string(r))
			if err != nil {
				t.Fatal(err)
			}
			to, size := utf8.DecodeRuneInString(converted)
			if _, known := pairs[r]; !known && to != r && size == len(converted) {
				pairs[r] = to
				targets[to] = true
			}
		}
	}
	var table strings.Builder
	for _, r := range slices.Sorted(maps.Keys(pairs)) {
		if !targets[r] {
			table.WriteString(string(r) + string(pairs[r]) + "\n")
		}
	}
	return table.String()
}

// chineseCharacters yields the Chinese characters that NFKC leaves alone: the others are
// gone before the table is asked.
func chineseCharacters() iter.Seq[rune] {
	return func(yield func(rune) bool) {
		for r := rune(0x3400); r <= 0x3FFFF; r++ {
			if unicode.Is(unicode.Han, r) && norm.NFKC.IsNormalString(string(r)) && !yield(r) {
				return
			}
		}
	}
}
