package ingest

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"bureau/chat/ollama"
	"bureau/ingest/vocabulary"
	"bureau/retrieval"
)

// madeVocabulary has the letters, the syllables and some words of the sample
// texts, and makes three to four tokens of what XLM-R makes one.
func madeVocabulary(t testing.TB, context int) *vocabulary.Vocabulary {
	t.Helper()
	m := vocabulary.Model{Kind: vocabulary.Unigram, SpacePrefix: true, MergeSpaces: true, Context: context, Added: 2, Prefix: "passage: "}
	for word := range strings.FieldsSeq("▁ a b c d e f g h i j k l m n o p q r s t u v w x y z ▁the ▁and ing ed er 。 ， . , | - # 年 假 员工 提前 工作日 ▁leave ▁word") {
		m.Pieces, m.Scores = append(m.Pieces, word), append(m.Scores, -4-float32(len(word))/10)
	}
	v, err := vocabulary.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPassagesAreWithinTheRoomOfTheVocabulary(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, room := range []int{128, 256, 512, 8192} {
		v := madeVocabulary(t, room)
		limit := Limit{Vocabulary: v}
		for name, text := range sampleTexts(t) {
			runes := []rune(text)
			for range 40 {
				from := random.IntN(len(runes))
				x := Extracted{Title: "员工 leave", Markdown: string(runes[from:min(len(runes), from+random.IntN(6000))])}
				pieces := Cut(x, limit)
				checkPieces(t, x, Limit{MaxTokens: min(480, v.Room()), Count: v.Count}, pieces)
				for _, p := range pieces {
					indexed := retrieval.Passage{Headings: p.Headings, Header: p.Header, Text: p.Text}.Indexed(x.Title)
					if n := v.Count("passage: "+indexed) + 2; n > room {
						t.Errorf("%s: %d tokens for a model of %d: %q", name, n, room, indexed)
					}
				}
			}
		}
	}
}

func TestCountingIsPartOfTheName(t *testing.T) {
	for _, id := range []string{"", "0123456789ab"} {
		if got, ok := CountedBy(CuttingBy(id)); got != id || !ok {
			t.Errorf("counted by %q is read as %q, %v", id, got, ok)
		}
	}
	if _, ok := CountedBy("0 a1"); ok {
		t.Error("the cutting of another version is taken for one of this")
	}
}

// FuzzCutCounted holds pieces that a vocabulary counts against the limit.
func FuzzCutCounted(f *testing.F) {
	f.Add("# A\n\nleave. c!\n\n## D\n\n| e | f |\n|---|---|\n| g | h |\n\n- i\n  - j\n\n```\nk\n```\n", uint16(30))
	f.Add(strings.Repeat("长句没有标点年假", 30), uint16(40))
	made := []*vocabulary.Vocabulary{madeVocabulary(f, 96), madeVocabulary(f, 160), madeVocabulary(f, 512)}
	f.Fuzz(func(t *testing.T, markdown string, which uint16) {
		x := Extracted{Title: "Title", Markdown: clean(strings.ToValidUTF8(markdown, ""))}
		v := made[int(which)%len(made)]
		checkPieces(t, x, Limit{MaxTokens: min(480, v.Room()), Count: v.Count}, Cut(x, Limit{Vocabulary: v}))
	})
}

// realEmbedder is the one that BUREAU_TEST_OLLAMA and BUREAU_TEST_EMBEDDER name,
// or nil.
func realEmbedder(t testing.TB) *ollama.Embedder {
	t.Helper()
	url, name := os.Getenv("BUREAU_TEST_OLLAMA"), os.Getenv("BUREAU_TEST_EMBEDDER")
	if url == "" || name == "" {
		return nil
	}
	client, err := ollama.New(url, ollama.Deadlines{})
	if err != nil {
		t.Fatal(err)
	}
	return client.Embedder(ollama.EmbedderOptions{Name: name, Threads: 1})
}

// vocabularyOf returns the vocabulary of a real embedder.
func vocabularyOf(t testing.TB, e *ollama.Embedder) *vocabulary.Vocabulary {
	t.Helper()
	told, err := e.Vocabulary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := vocabulary.New(vocabulary.Model{
		Kind: told.Kind, Pre: told.Pre, Pieces: told.Pieces, Scores: told.Scores, Types: told.Types, Merges: told.Merges, Charsmap: told.Charsmap,
		SpacePrefix: told.SpacePrefix, MergeSpaces: told.MergeSpaces, Context: told.Context, Added: told.Added, Prefix: told.Prefix,
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRealEmbedderTakesEveryPassageWhole(t *testing.T) {
	embedder := realEmbedder(t)
	if embedder == nil {
		t.Skip("BUREAU_TEST_OLLAMA and BUREAU_TEST_EMBEDDER name no real model; `make test` sets one up")
	}
	v := vocabularyOf(t, embedder)
	texts := sampleTexts(t)
	for language, text := range map[string]string{
		"en": texts["en"][:12_000], "zh": strings.ToValidUTF8(texts["zh"][:9_000], ""),
		"rows": "| 部门 | code | amount |\n|---|---|---|\n" + strings.Repeat("| 财务部 | X-99/81b | ¥12,345.67 🎉 |\n", 120),
		"none": strings.Repeat("年假制度x9", 600),
	} {
		// A target as large as the limit fills passages up to it.
		x := Extracted{Title: "Leave 休假", Markdown: text}
		pieces := Cut(x, Limit{Tokens: 480, Vocabulary: v})
		var indexed []string
		largest := 0
		for _, p := range pieces {
			indexed = append(indexed, retrieval.Passage{Headings: p.Headings, Header: p.Header, Text: p.Text}.Indexed(x.Title))
			largest = max(largest, v.Count(indexed[len(indexed)-1]))
		}
		some := min(len(indexed), 3) // each takes seconds
		if _, err := embedder.EmbedDocuments(t.Context(), indexed[:some]); err != nil || embedder.Shortened() != 0 {
			t.Errorf("%s: %d passages were shortened, error %v", language, embedder.Shortened(), err)
		}
		if largest > 480 || largest < 400 {
			t.Errorf("%s: the largest of %d passages has %d tokens, want nearly 480", language, len(pieces), largest)
		}
	}
}
