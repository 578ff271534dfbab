// Package vocabulary counts the tokens that an embedding model makes of a text,
// from the vocabulary that the model was trained with. A passage that has more
// tokens than its embedder takes loses its end, and an estimate that is safe for
// every text is far too high for most.
//
//	v, err := vocabulary.New(model)
//	n := v.Count("Leave is asked for in writing.")
//	ruler := v.Measure(document)
//	m := ruler.Tokens(start, end) // of document[start:end], without counting it all again
//
// Four ways of making tokens are known, by the names that GGUF files give them:
// "t5", the most probable pieces (Kudo 2018, "Subword Regularization"); "llama",
// pieces merged by score (Kudo and Richardson 2018, "SentencePiece"); "gpt2",
// bytes merged by rank (Sennrich et al. 2016, Radford et al. 2019); "bert", the
// longest pieces of words (Devlin et al. 2018, after Schuster and Nakajima 2012).
//
// A text falls into stretches that no token crosses: words, and sentences in
// scripts without spaces. A stretch ends where no piece of the vocabulary goes
// on, which depends on the text from its beginning alone, so that the counts of
// stretches add up, and the tokens of any part of a text are known from the sums
// and the two stretches at its ends.
//
// The package knows no other of this module, and calls nobody.
package vocabulary
