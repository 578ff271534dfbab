package loadtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"bureau/access"
	"bureau/retrieval"
)

// passagesPerDocument is how many passages a document has; the last one has
// what is left.
const passagesPerDocument = 10

// Generation is what the index of a company is opened with.
func (c *Company) Generation() retrieval.Generation {
	return retrieval.Generation{Embedder: "loadtest", Dimensions: c.Dimensions, Cutting: "loadtest"}
}

// Documents is how many documents there are.
func (c *Company) Documents() int {
	return (c.Passages + passagesPerDocument - 1) / passagesPerDocument
}

// passageSpace is the namespace of passage ids.
var passageSpace = uuid.MustParse("0d7b1f6c-2b0a-5c52-9b60-6f3f1a5e7d21")

// Document returns document n, from 0: always the same. The documents of a
// department come together, as those of a source do.
func (c *Company) Document(n int) retrieval.Replacement {
	random := rand.New(rand.NewPCG(3, uint64(n))) //nolint:gosec // not negative
	rank := c.departmentAt((float64(n) + 0.5) / float64(c.Documents()))
	id, language := retrieval.DocumentID(fmt.Sprint("document-", n)), n%2
	r := retrieval.Replacement{Document: retrieval.Document{
		ID: id, Source: "loadtest", Path: string(id), Title: c.words.text(4, language, 0, random), Language: languages[language],
		Readers: access.Readers{Departments: []access.Department{department(rank)}, Clearance: levelAt(random.Float64())},
	}}
	topic := c.space.topicOf(rank, random)
	for i := range min(passagesPerDocument, c.Passages-n*passagesPerDocument) {
		text := c.words.text(wordsOf(rank, random), language, topic, random)
		p := retrieval.Passage{
			ID: uuid.NewSHA1(passageSpace, fmt.Append(nil, n, i)).String(), Document: id, Ordinal: i,
			Text: text, End: len(text), Language: languages[language],
		}
		r.Passages = append(r.Passages, retrieval.Embedded{Passage: p, Vector: c.space.near(topic, random), Terms: retrieval.Analyze(text)})
	}
	return r
}

var languages = [2]string{"en", "zh-Hans"}

// Batch returns so many documents from first on, fewer at the end.
func (c *Company) Batch(first, documents int) []retrieval.Replacement {
	var batch []retrieval.Replacement
	for n := first; n < min(first+documents, c.Documents()); n++ {
		batch = append(batch, c.Document(n))
	}
	return batch
}

// departmentAt returns the department at a share of all documents, by rank.
func (c *Company) departmentAt(share float64) int {
	rank, _ := slices.BinarySearch(c.shares, share)
	return min(rank, c.Departments-1)
}

// levelAt returns the level of clearance at a share of all documents.
func levelAt(share float64) access.Clearance {
	for _, level := range levels {
		if share -= level.share; share < 0 {
			return level.name
		}
	}
	return levels[0].name
}

// Question returns question n about a shape: about what its departments work on,
// or, for every other n, about what they know nothing of, which is hardest for
// engines that search by neighbourhood. Always the same for the same n.
func (c *Company) Question(shape Shape, n, k int) retrieval.Query {
	random := rand.New(rand.NewPCG(4, uint64(n))) //nolint:gosec // not negative
	topic := random.IntN(topics)
	if Inside(n) {
		topic = c.space.topicOf(shape.departments[random.IntN(len(shape.departments))], random)
	}
	return retrieval.Query{
		Vector: c.space.near(topic, random), K: k,
		Terms: retrieval.AnalyzeQuery(c.words.text(questionWords, n/2%2, topic, random)),
	}
}

// Inside reports whether question n is about what the asker's departments work
// on.
func Inside(n int) bool { return n%2 == 0 }
