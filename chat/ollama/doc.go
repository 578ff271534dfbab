// Package ollama puts an Ollama server behind langchaingo's two ports: [Model]
// is an llms.Model, [Embedder] an embeddings.Embedder.
//
// It keeps what those ports promise, where a plain client of Ollama's API does
// not: an answer is whole or an error, never the part that arrived before the
// connection broke; a prompt that does not fit is an error, never a prompt cut
// in silence; one text that is too long never costs the batch around it; and
// there is no limit on how long an answer may take, only on how long it may be
// silent.
//
//	client, err := ollama.New("http://127.0.0.1:11434", ollama.Deadlines{})
//	model := client.Model(ollama.ModelOptions{Name: "qwen3:4b"})
//	embedder := client.Embedder(ollama.EmbedderOptions{Name: "bge-m3"})
//
// When Ollama or a model is not to be had, errors are an [*Error], which names
// the remedy. It has a method Unavailable() bool, so that a caller may tell
// "there is no model now" from a mistake of its own without importing this
// package.
package ollama
