package vocabulary

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// probable is a small model of probable pieces.
func probable() Model {
	return Model{
		Kind: Unigram, SpacePrefix: true, MergeSpaces: true, Context: 32, Added: 2,
		Pieces: []string{"<s>", "<unk>", "▁", "▁leave", "▁lea", "ve", "s", "年", "假", "年假", "。", ",", "a", "b", "l", "e", "v", "▁a"},
		Types:  []int32{Control, Unknown, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		Scores: []float32{0, 0, -2, -5, -4, -4, -3, -4, -4, -5, -2, -2, -6, -6, -6, -6, -6, -4},
	}
}

// byScore is a small model of pieces that are merged by score.
func byScore() Model {
	m := probable()
	m.Kind, m.SpacePrefix, m.MergeSpaces = Scored, false, false
	m.Pieces = append(m.Pieces, "le", "lea", "leave", "\n\n")
	m.Scores = append(m.Scores, -1, -2, -3, -1)
	m.Types = append(m.Types, 1, 1, 1, UserDefined)
	return m
}

// byRank is a small model of bytes that are merged by rank.
func byRank() Model {
	m := Model{Kind: Ranked, Pre: "qwen2", Context: 32, Merges: []string{"l e", "a v", "le av", "leav e", "Ġ leave", "å ¹", "å¹ ´"}}
	for b := range 256 {
		m.Pieces = append(m.Pieces, string(letterOf(byte(b))))
	}
	for _, merge := range m.Merges {
		m.Pieces = append(m.Pieces, strings.ReplaceAll(merge, " ", ""))
	}
	return m
}

// byWord is a small model of the longest pieces of words.
func byWord() Model {
	return Model{
		Kind: WordPiece, Context: 32, Added: 2,
		Pieces: []string{"[PAD]", "[UNK]", "▁leave", "▁lea", "s", "ve", "▁年", "▁a", "▁b", "b", "▁,", "▁+", "▁cafe", "▁I"},
	}
}

func models() map[string]Model {
	return map[string]Model{"Probable": probable(), "ByScore": byScore(), "ByRank": byRank(), "ByWord": byWord()}
}

func made(t testing.TB, m Model) *Vocabulary {
	t.Helper()
	v, err := New(m)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTokensAreCounted(t *testing.T) {
	tests := []struct {
		name  string
		model Model
		text  string
		want  int
	}{
		{"NothingIsNone", probable(), "", 0},
		{"SpacesAloneAreNone", probable(), "   ", 0},
		{"WordIsItsMostProbablePieces", probable(), "leave", 1},
		{"SpacesAreOne", probable(), "  leave   leaves ", 3},
		{"CharactersWithoutSpacesStandBehindOne", probable(), "年假", 2},
		{"SentenceEnds", probable(), "年假。年假", 4},
		{"UnknownCharactersSideBySideAreOne", probable(), "aхщ", 2},
		{"UnknownCharactersApartAreTwo", probable(), "aх,щ", 4},
		{"MarkOfTheModelIsOne", probable(), "leave<s>leave", 3},

		{"BestScoreIsMergedFirst", byScore(), "leave", 1},
		{"UnknownCharacterIsItsBytes", byScore(), "aщ", 3},
		{"PieceOfTheUserIsOne", byScore(), "leave\n\nleave", 3},

		{"BytesAreMergedByRank", byRank(), "leave", 1},
		{"SpaceGoesWithItsWord", byRank(), "leave leave", 2},
		{"CharacterIsItsBytes", byRank(), "年假", 4},
		{"DigitStandsAlone", byRank(), "12", 2},

		{"LongestPieceIsTaken", byWord(), "Leaves lea", 3},
		{"WordThatIsUnknownIsOne", byWord(), "zzz leave", 2},
		{"IdeographIsAWord", byWord(), "年年", 2},
		{"AccentsAreLeftOut", byWord(), "café", 1},
		{"SignPartsAWord", byWord(), "a+b", 3},
		{"MarkOfTwoBytesMayBeTwo", byWord(), "a，", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if n := made(t, tt.model).Count(tt.text); n != tt.want {
				t.Errorf("%q has %d tokens, want %d", tt.text, n, tt.want)
			}
		})
	}
}

func TestRoomLeavesOutPrefixAndMarks(t *testing.T) {
	m := probable()
	m.Prefix = "leave: "
	v := made(t, m)
	if v.Room() != m.Context-m.Added-v.Count(m.Prefix)-1 {
		t.Errorf("room for %d of %d, with %d marks and a prefix of %d", v.Room(), m.Context, m.Added, v.Count(m.Prefix))
	}
}

func TestModelThatCannotBeCountedIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Model)
		want   error
	}{
		"OfAnotherKind":      {func(m *Model) { m.Kind = "rwkv" }, ErrUnknownKind},
		"SplitOtherwise":     {func(m *Model) { *m = byRank(); m.Pre = "poro" }, ErrUnknownKind},
		"WithoutPieces":      {func(m *Model) { m.Pieces = nil }, ErrDamaged},
		"WithoutScores":      {func(m *Model) { m.Scores = m.Scores[1:] }, ErrDamaged},
		"WithoutTypes":       {func(m *Model) { m.Types = m.Types[1:] }, ErrDamaged},
		"WithoutMerges":      {func(m *Model) { *m = byRank(); m.Merges = nil }, ErrDamaged},
		"WithACutTable":      {func(m *Model) { m.Charsmap = []byte{8, 0, 0, 0, 1} }, ErrDamaged},
		"WithAScoreThatIsNo": {func(m *Model) { m.Scores[3] /= 0 * m.Scores[3] }, ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			m := probable()
			tt.change(&m)
			if _, err := New(m); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestIDNamesAllThatCounts(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*Model){
		"Same": func(*Model) {}, "Kind": func(m *Model) { m.Kind = Scored }, "Pre": func(m *Model) { m.Pre = "x" },
		"Piece": func(m *Model) { m.Pieces[3] = "x" }, "Score": func(m *Model) { m.Scores[3]++ }, "Type": func(m *Model) { m.Types[3]++ },
		"Merge": func(m *Model) { m.Merges = []string{"a b"} }, "Charsmap": func(m *Model) { m.Charsmap = []byte{1} },
		"SpacePrefix": func(m *Model) { m.SpacePrefix = false }, "MergeSpaces": func(m *Model) { m.MergeSpaces = false },
		"Context": func(m *Model) { m.Context++ }, "Added": func(m *Model) { m.Added++ }, "Prefix": func(m *Model) { m.Prefix = "x" },
	} {
		m := probable()
		change(&m)
		if other, taken := seen[m.ID()]; taken {
			t.Errorf("%s and %s have the id %s", name, other, m.ID())
		}
		seen[m.ID()] = name
	}
}

func TestTrieFindsEveryPieceAndNoOther(t *testing.T) {
	var entries []entry
	all := map[string]float32{}
	for i := range 3000 {
		piece := string(rune('a'+i%7)) + string(rune(0x4E00+i*i%900)) + strings.Repeat("x", i%3)
		all[piece] = float32(i)
		entries = append(entries, entry{piece, float32(i)})
	}
	found := newTrie(entries)
	for piece, score := range all {
		for _, text := range []string{piece, piece + "y", piece[:len(piece)-1]} {
			var got, want []string
			found.walk(text, func(length int, s float32) {
				if got = append(got, text[:length]); s != all[text[:length]] {
					t.Errorf("%q has the score %v, want %v", text[:length], s, all[text[:length]])
				}
			})
			for i := range len(text) {
				if _, ok := all[text[:i+1]]; ok {
					want = append(want, text[:i+1])
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%q begins with %q, want %q; score %v", text, got, want, score)
			}
		}
	}
}

func TestLongStretchIsCounted(t *testing.T) {
	const length = 1 << 18
	for name, m := range models() {
		t.Run(name, func(t *testing.T) {
			v := made(t, m)
			for _, text := range []string{strings.Repeat("ab", length/2), strings.Repeat("年", length/3), strings.Repeat("\xff", length), strings.Repeat("<s", length/2)} {
				ruler := v.Measure(text)
				if n := v.Count(text); n <= 0 || n > 3*length+1 || ruler.Tokens(0, len(text)) != n {
					t.Errorf("%d bytes of %q are %d tokens, measured %d", len(text), text[:6], n, ruler.Tokens(0, len(text)))
				}
			}
		})
	}
}

// What is measured of a part is what is counted of it, and no part has more
// tokens than bytes.
func FuzzRuler(f *testing.F) {
	f.Add("Leave, leaves  and 年假。年假 a b", uint16(3), uint16(20))
	f.Add("<s>a <s>\n\n\n12+3 café’s a\u0301 \xff。。", uint16(4), uint16(30))
	f.Add(strings.Repeat("leave年假 a+b,", 40), uint16(40), uint16(700))
	vocabularies := map[string]*Vocabulary{}
	for name, m := range models() {
		vocabularies[name] = made(f, m)
	}
	f.Fuzz(func(t *testing.T, text string, from, to uint16) {
		start, end := min(int(from), len(text)), min(int(to), len(text))
		for start < len(text) && !utf8.RuneStart(text[start]) {
			start++
		}
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		part := strings.TrimRightFunc(text[min(start, end):end], unicode.IsSpace)
		end = min(start, end) + len(part)
		start = end - len(strings.TrimLeftFunc(part, unicode.IsSpace))
		for name, v := range vocabularies {
			want := v.Count(text[start:end])
			if got := v.Measure(text).Tokens(start, end); got != want {
				t.Errorf("%s: %q of %q is measured as %d tokens and counted as %d", name, text[start:end], text, got, want)
			}
			if want > 3*(end-start)+1 {
				t.Errorf("%s: %q has %d tokens", name, text[start:end], want)
			}
		}
	})
}

// A table of characters that comes from anywhere is refused or read.
func FuzzCharsmap(f *testing.F) {
	f.Add([]byte{8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 'a', 0}, "ab年")
	f.Fuzz(func(_ *testing.T, raw []byte, text string) {
		m := probable()
		m.Charsmap = raw
		if v, err := New(m); err == nil {
			v.Count(text)
		}
	})
}
