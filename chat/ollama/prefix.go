package ollama

import (
	"path"
	"strings"
)

// A prefix is what an embedding model was trained to find before a text. A
// wrong one, or none, costs recall and nothing else shows it.
type prefix struct{ query, passage string }

const (
	retrieve  = "Given a web search query, retrieve relevant passages that answer the query"
	represent = "Represent this sentence for searching relevant passages: "
)

// prefixes are by model name, without its publisher and tag; the first pattern
// that matches counts. Each is from the model's own card.
var prefixes = []struct {
	pattern string
	prefix
}{
	{"*e5-*instruct*", prefix{query: "Instruct: " + retrieve + "\nQuery: "}},
	{"*e5-mistral*", prefix{query: "Instruct: " + retrieve + "\nQuery: "}},
	{"*e5*", prefix{query: "query: ", passage: "passage: "}},
	{"*bge-m3*", prefix{}},
	{"*bge-*zh*", prefix{query: "为这个句子生成表示以用于检索相关文章："}},
	{"*bge-*", prefix{query: represent}},
	{"*embeddinggemma*", prefix{query: "task: search result | query: ", passage: "title: none | text: "}},
	{"*qwen3-embedding*", prefix{query: "Instruct: " + retrieve + "\nQuery:"}},
	{"*nomic-embed*", prefix{query: "search_query: ", passage: "search_document: "}},
	{"*mxbai-embed*", prefix{query: represent}},
	{"*arctic-embed2*", prefix{query: "query: "}},
	{"*arctic-embed*", prefix{query: represent}},
}

// prefixOf returns the prefix of a model, and none for an unknown one.
func prefixOf(model string) prefix {
	name, _, _ := strings.Cut(strings.ToLower(path.Base(model)), ":")
	for _, p := range prefixes {
		if matched, _ := path.Match(p.pattern, name); matched { // the patterns are well-formed; a test says so
			return p.prefix
		}
	}
	return prefix{}
}
