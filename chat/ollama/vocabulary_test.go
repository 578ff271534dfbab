package ollama

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"bureau/ingest/vocabulary"
)

// told is a server's answer about a model.
func told(info string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"model_info":{%s}}`, info) }
}

const small = `"general.architecture":"bert","bert.context_length":512,"tokenizer.ggml.model":"t5","tokenizer.ggml.tokens":["a","b"],` +
	`"tokenizer.ggml.scores":[-1,-2.5],"tokenizer.ggml.token_type":[1,3],"tokenizer.ggml.precompiled_charsmap":"AQI=",` +
	`"tokenizer.ggml.add_space_prefix":true,"tokenizer.ggml.remove_extra_whitespaces":true`

func TestVocabularyIsWhatTheModelSays(t *testing.T) {
	for name, tt := range map[string]struct {
		info           string
		context, added int
	}{
		"WithTheMarksThatAreUsual": {small, 512, 2},
		"WithoutAMarkAtTheEnd":     {small + `,"tokenizer.ggml.add_eos_token":false`, 512, 1},
		"NoLongerThanIsAskedFor":   {strings.Replace(small, "512", "8192", 1), 2048, 2},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, map[string]http.HandlerFunc{"/api/show": told(tt.info)}).Embedder(EmbedderOptions{Name: "e5-small"}).Vocabulary(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got.Context != tt.context || got.Added != tt.added || got.Prefix != "passage: " {
				t.Errorf("%d tokens with %d marks and the prefix %q", got.Context, got.Added, got.Prefix)
			}
			if got.Kind != "t5" || got.Pre != "default" || !got.SpacePrefix || !got.MergeSpaces || !slices.Equal(got.Pieces, []string{"a", "b"}) ||
				!slices.Equal(got.Scores, []float32{-1, -2.5}) || !slices.Equal(got.Types, []int32{1, 3}) || !slices.Equal(got.Charsmap, []byte{1, 2}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTableOfNumbersIsReadAsBytes(t *testing.T) {
	info := strings.Replace(small, `"AQI="`, `[1,-2]`, 1)
	got, err := serve(t, map[string]http.HandlerFunc{"/api/show": told(info)}).Embedder(EmbedderOptions{Name: "m"}).Vocabulary(t.Context())
	if err != nil || !slices.Equal(got.Charsmap, []byte{1, 254}) {
		t.Errorf("%v, error %v", got.Charsmap, err)
	}
}

func TestServerThatDoesNotTellIsErrNoVocabulary(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"model_info":{"x":"`)
		for range 2 * maxShown >> 20 {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<20)); err != nil {
				return
			}
		}
	}
	for name, route := range map[string]http.HandlerFunc{
		"Nothing":          told(""),
		"NoPieces":         told(strings.Replace(small, `["a","b"]`, "null", 1)), // as to who does not ask for all
		"NoContext":        told(strings.Replace(small, "512", "0", 1)),
		"PiecesOfNoText":   told(strings.Replace(small, `["a","b"]`, "[1]", 1)),
		"MoreThanIsTaken":  endless,
		"NoKindOfItsMaker": told(strings.Replace(small, `"t5"`, `""`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := serve(t, map[string]http.HandlerFunc{"/api/show": route}).Embedder(EmbedderOptions{Name: "m"}).Vocabulary(t.Context())
			if !errors.Is(err, ErrNoVocabulary) {
				t.Errorf("error %v, want ErrNoVocabulary", err)
			}
		})
	}
}

func TestVocabularyOfAMissingModelNamesTheRemedy(t *testing.T) {
	routes := map[string]http.HandlerFunc{"/api/show": refuse(http.StatusNotFound, "model 'm' not found")}
	_, err := serve(t, routes).Embedder(EmbedderOptions{Name: "m"}).Vocabulary(t.Context())
	wantUnavailable(t, err, ErrModelMissing)
	wantWords(t, err, "ollama pull m")
}

func TestRealTokensAreCountedAsOllamaCountsThem(t *testing.T) {
	embedder := realEmbedder(t)
	said, err := embedder.Vocabulary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := vocabulary.New(vocabulary.Model{
		Kind: said.Kind, Pre: said.Pre, Pieces: said.Pieces, Scores: said.Scores, Types: said.Types, Merges: said.Merges, Charsmap: said.Charsmap,
		SpacePrefix: said.SpacePrefix, MergeSpaces: said.MergeSpaces, Context: said.Context, Added: said.Added, Prefix: said.Prefix,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"Annual leave must be requested five working days in advance; ask Dr. O’Neill (ext. 3301).",
		"员工应提前五个工作日申请年假。“特殊情况”除外：详见《考勤管理制度》第3.2条……",
		"員工應於五個工作天前申請特休，並經主管核准（附件一）。",
		"请在 HR portal 填写 leave-request.xlsx，截止 2026-11-24 18:00，上限 ¥12,345.67。",
		"```go\nfunc (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {\n\tif err := s.do(r.Context()); err != nil {\n```",
		"🎉😀 party 👨‍👩‍👧 🇨🇳🇩🇪 ✔️ → ½ ① ㈱ ﷺ ﬁne",
		"ｆｕｌｌ　ｗｉｄｔｈ，Ｗｏｒｄ２０２６",
		"e\u0301te\u0301 naïve Straße 한국어 हिन्दी العربية ไทย 𠀀𠀁 ᚠᛇᚻ",
		"a\u200bb\u00a0c\ufeffd \t\n\n  e  ",
		"| Office | Days |\n|---|---|\n| Leeds | 26 |\n----------\n=====",
		"<s> and </s> are marks, <mask> too",
		strings.Repeat("supercalifragilisticexpialidocious", 2) + strings.Repeat("的", 20),
	} {
		response, err := embedder.client.api.Embed(t.Context(), embedder.request([]string{text}))
		if err != nil {
			t.Fatal(err)
		}
		if n := v.Count(text) + said.Added; n != response.PromptEvalCount {
			t.Errorf("%q: %d tokens were counted, %d by Ollama", text, n, response.PromptEvalCount)
		}
	}
}
