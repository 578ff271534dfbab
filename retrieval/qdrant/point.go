package qdrant

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/google/uuid"
	client "github.com/qdrant/go-client/qdrant"

	"bureau/access"
	"bureau/retrieval"
)

// The vectors of a point.
const (
	vectorMeaning = "meaning" // dense
	vectorWords   = "words"   // sparse
)

// The fields of a point that no filter looks at.
const (
	fieldOrdinal  = "ordinal"
	fieldHeadings = "headings"
	fieldAnchor   = "anchor"
	fieldHeader   = "header"
	fieldText     = "text"
	fieldStart    = "start"
	fieldEnd      = "end"
	fieldLanguage = "language"
	fieldLength   = "length" // in terms
)

// pointSpace is the namespace of point ids.
var pointSpace = uuid.MustParse("5f0b5c0e-6c0f-5a1b-8d50-0d6d3f1f7c44")

// pointID returns the id of a passage's point in an edition: a call that is
// repeated overwrites, and two editions of a document never do.
func pointID(edition, passage string) *client.PointId {
	return client.NewIDUUID(uuid.NewSHA1(pointSpace, []byte(edition+"\x00"+passage)).String())
}

// newEdition names an edition of a document that was never written before, so
// that what is cleared away of an older one can never be of this one.
func newEdition(id retrieval.DocumentID) string { return string(id) + "/" + uuid.NewString() }

// documentOf returns the document of an edition, "" for what is none.
func documentOf(edition string) retrieval.DocumentID {
	return retrieval.DocumentID(edition[:max(0, strings.LastIndexByte(edition, '/'))])
}

// termID is what a term is called in sparse vectors and in the register. Two
// terms have the same with a chance of one in four thousand million; they then
// count as one.
func termID(term string) uint32 {
	h := fnv.New64a()
	h.Write([]byte(term))
	sum := h.Sum64()
	return uint32(sum ^ sum>>32) //nolint:gosec // folded on purpose
}

// occurrences counts terms by id.
func occurrences(terms []retrieval.Term) map[uint32]int {
	counts := make(map[uint32]int, len(terms))
	for _, t := range terms {
		counts[termID(t.Text)] += t.Count
	}
	return counts
}

// sparse returns counts as the sparse vector of a passage: for each term what
// its occurrences are worth in a passage of this length, by the average length
// that the whole index assumes.
func sparse(counts map[uint32]int, length int, assumed retrieval.Statistics) (indices []uint32, weights []float32) {
	indices = make([]uint32, 0, len(counts))
	for id := range counts {
		indices = append(indices, id)
	}
	slices.Sort(indices)
	weights = make([]float32, len(indices))
	for i, id := range indices {
		weights[i] = float32(assumed.Saturation(counts[id], length))
	}
	return indices, weights
}

// pointOf makes the point of a passage.
func pointOf(edition string, readers access.Readers, e retrieval.Embedded, assumed retrieval.Statistics) *client.PointStruct {
	p, length := e.Passage, retrieval.Length(e.Terms)
	payload := readersPayload(readers)
	for field, text := range map[string]string{
		fieldEdition: edition, fieldPassage: p.ID, fieldAnchor: p.Anchor, fieldHeader: p.Header, fieldText: p.Text, fieldLanguage: p.Language,
	} {
		payload[field] = client.NewValueString(text)
	}
	for field, n := range map[string]int{fieldOrdinal: p.Ordinal, fieldStart: p.Start, fieldEnd: p.End, fieldLength: length} {
		payload[field] = client.NewValueInt(int64(n))
	}
	payload[fieldHeadings] = client.NewValueFromList(values(p.Headings)...)
	vectors := map[string]*client.Vector{}
	if len(e.Vector) > 0 {
		vectors[vectorMeaning] = client.NewVectorDense(e.Vector)
	}
	if len(e.Terms) > 0 {
		vectors[vectorWords] = client.NewVectorSparse(sparse(occurrences(e.Terms), length, assumed))
	}
	return &client.PointStruct{Id: pointID(edition, p.ID), Payload: payload, Vectors: client.NewVectorsMap(vectors)}
}

// errPayload says that a point is not one of this engine's.
var errPayload = errors.New("a point lacks what every passage has; \"bureau reindex\" builds the index anew")

// passageOf reads the passage of a point, all but what the register has.
func passageOf(payload map[string]*client.Value) (p retrieval.Passage, edition string, err error) {
	for _, field := range []string{fieldEdition, fieldPassage, fieldText, fieldOrdinal, fieldHeadings, fieldStart, fieldEnd} {
		if payload[field] == nil {
			return p, "", fmt.Errorf("%w: %s", errPayload, field)
		}
	}
	edition = payload[fieldEdition].GetStringValue()
	p = retrieval.Passage{
		ID: payload[fieldPassage].GetStringValue(), Document: documentOf(edition),
		Ordinal: int(payload[fieldOrdinal].GetIntegerValue()),
		Anchor:  payload[fieldAnchor].GetStringValue(), Header: payload[fieldHeader].GetStringValue(),
		Text: payload[fieldText].GetStringValue(), Language: payload[fieldLanguage].GetStringValue(),
		Start: int(payload[fieldStart].GetIntegerValue()), End: int(payload[fieldEnd].GetIntegerValue()),
	}
	for _, heading := range payload[fieldHeadings].GetListValue().GetValues() {
		p.Headings = append(p.Headings, heading.GetStringValue())
	}
	return p, edition, nil
}
